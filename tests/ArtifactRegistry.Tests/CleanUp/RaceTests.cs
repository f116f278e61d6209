using System.Collections.Concurrent;
using System.Globalization;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.CleanUp;

/// <summary>Somebody tags, while a clean-up deletes.</summary>
public sealed class RaceTests
{
    private const int Singles = 1500;
    private const int Indexes = 150;
    private const int Tags = 300;

    [Fact]
    public async Task A_subject_that_is_pushed_again_just_before_keeps_its_signature_and_stays()
    {
        await using Shop shop = await Shop.OpenAsync();
        string subject = shop.Add(), signature = shop.AddSignature(subject);
        bool isPushed = false;
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (isPushed || !request.Is("GET", $"/dockerImages/web@{subject}")) return;
            isPushed = true;
            shop.State.PushAgain(shop.Repository, subject);
        };

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -Confirm:$false");

        Assert.True(isPushed, "Nobody looked at the subject again.");
        Assert.Equal(CleanUpWords.Sorted(subject, signature), shop.Left());
        Assert.Empty(Row.Digests(result, "Removed"));
    }

    [Theory]
    [InlineData(TaggedDeleteRefusal.Synchronous)]
    [InlineData(TaggedDeleteRefusal.InOperation)]
    public async Task No_digest_is_lost_that_a_tag_was_moved_onto_while_the_clean_up_runs(TaggedDeleteRefusal refusal)
    {
        await using Shop shop = await Shop.OpenAsync(
            new Behaviour { TaggedDelete = refusal, OperationTime = TimeSpan.FromHours(1) });
        List<string> digests = [];
        for (int i = 0; i < Singles; i++) digests.Add(shop.Add());
        for (int i = 0; i < Indexes; i++)
        {
            AddedIndex index = shop.AddIndex(TimeSpan.FromDays(9));
            digests.AddRange([index.Digest, .. index.Children]);
        }

        ConcurrentDictionary<string, bool> tags = [];
        int moves = 0;
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            bool deletion = request.Method == "DELETE";
            if (!deletion && !request.Path.Contains("/operations/", StringComparison.Ordinal)) return;
            // Sometimes onto the digest that is being deleted, sometimes onto another that may be next or gone.
            string digest = deletion && request.Number % 3 == 0
                ? request.Path.Split('/')[^1]
                : digests[request.Number * 7919 % digests.Count];
            string tag = string.Create(CultureInfo.InvariantCulture, $"t{request.Number % Tags}");
            try
            {
                shop.State.MoveTag(shop.Repository, "web", tag, digest);
                tags[tag] = true;
                Interlocked.Increment(ref moves);
            }
            catch (InvalidOperationException)
            {
                // It is gone already, and a tag cannot be put there.
            }
        };

        ScriptResult result = shop.Run(
            "Remove-ArUntaggedImage $app -Confirm:$false -RequestsPerSecond 10000 -ThrottleLimit 32").MustSucceed();
        shop.Emulator.Behaviour.BeforeHandling = null;

        Assert.InRange(moves, 1000, int.MaxValue);
        // With a digest its tags would be gone: each tag that was ever put somewhere still points to what is there.
        IReadOnlyDictionary<string, string> left = shop.State.Tags(shop.Repository, "web");
        Assert.Equal(tags.Keys.Order(StringComparer.Ordinal), left.Keys.Order(StringComparer.Ordinal));
        Assert.Empty(left.Values.Except(shop.Left()));
        Assert.Empty(Row.Digests(result, "Removed").Intersect(shop.Left()));
        Assert.Empty(Row.Digests(result, "Failed"));

        // Once the tagging has ended, another run leaves what the tags need and nothing else.
        shop.Run("Remove-ArUntaggedImage $app -Confirm:$false -OlderThan 0s -RequestsPerSecond 10000").MustSucceed();
        Assert.Equal(left, shop.State.Tags(shop.Repository, "web"));
        ScriptResult rest = shop.Run("Get-ArUntaggedImage $app -OlderThan 0s").MustSucceed();
        Assert.All(rest.Values("Decision"), decision => Assert.Equal("Keep", decision));
    }
}
