using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.CleanUp;

/// <summary>A row says what was seen, also where the operation of a deletion cannot be read.</summary>
public sealed class TruthTests
{
    private const string Sweep = "Remove-ArUntaggedImage $app -Confirm:$false";

    // 403 is usual for an account that has rights on one repository only: operations belong to the location.
    [Theory]
    [InlineData(FaultKind.Forbidden, Sweep)]
    [InlineData(FaultKind.MalformedJson, Sweep)]
    [InlineData(FaultKind.Forbidden, "Remove-ArImage \"${app}:v1\" -Force")]
    [InlineData(FaultKind.Forbidden, "Remove-ArImage $app -All -Force")]
    public async Task A_digest_that_goes_while_its_operation_cannot_be_read_is_removed(FaultKind fault, string command)
    {
        await using Shop shop = await Shop.OpenAsync(
            new Behaviour { OperationTime = TimeSpan.FromMilliseconds(300), OperationPolls = 1000 });
        shop.Add("v1");
        string garbage = shop.Add();
        shop.Emulator.Behaviour.Faults.Add(new Fault(fault) { When = request => request.Is("GET", "/operations/") });

        ScriptResult result = shop.Run(command).MustSucceed();

        Assert.Equal(
            command.Contains("-All", StringComparison.Ordinal) ? ["Removed", "Removed"] : ["Removed"],
            result.Values("Status")
        );
        Assert.Equal(command == Sweep, !shop.Left().Contains(garbage) && shop.Left().Count == 1);
        Assert.DoesNotContain(shop.Changes, change => change.StartsWith("POST", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_digest_that_stays_while_its_operation_cannot_be_read_failed_and_the_error_says_what_was_seen()
    {
        await using Shop shop = await Shop.OpenAsync(
            new Behaviour { OperationTime = TimeSpan.FromHours(1), OperationPolls = 1000 });
        string garbage = shop.Add();
        shop.Emulator.Behaviour.Faults.Add(
            new Fault(FaultKind.Forbidden) { When = request => request.Is("GET", "/operations/") }
        );
        shop.GiveOperations(seconds: 1);

        ScriptResult result = shop.Run(Sweep);

        Assert.Equal("OperationLost", result.ErrorId);
        Assert.Equal([garbage], Row.Digests(result, "Failed"));
        Assert.Contains("cannot be read", result.ErrorText, StringComparison.Ordinal);
        Assert.Contains("it is still there, and may still be deleted", result.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tag_that_comes_while_an_operation_cannot_be_read_is_the_reason_that_its_digest_stays()
    {
        await using Shop shop = await Shop.OpenAsync(
            new Behaviour { OperationTime = TimeSpan.FromMilliseconds(100), OperationPolls = 1000 });
        string garbage = shop.Add();
        shop.Emulator.Behaviour.Faults.Add(
            new Fault(FaultKind.Forbidden) { When = request => request.Is("GET", "/operations/") }
        );
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (request.Is("GET", "/operations/")) shop.State.MoveTag(shop.Repository, "web", "late", garbage);
        };
        shop.GiveOperations(seconds: 1);

        ScriptResult result = shop.Run(Sweep).MustSucceed();

        Assert.Equal([garbage], Row.Digests(result, "Kept"));
        Assert.Equal(["has gained the tag late"], result.Values("Reason"));
    }

    [Theory]
    [InlineData("DELETE", "/versions/CHILD")] // 404 at once
    [InlineData("GET", "/operations/")] // code 5 in the operation
    public async Task A_child_that_went_with_its_index_is_told_in_one_way(string method, string text)
    {
        await using Shop shop = await Shop.OpenAsync(
            new Behaviour { OperationPolls = 2, OperationTime = TimeSpan.FromHours(1) }
        );
        AddedIndex index = shop.AddIndex(TimeSpan.FromDays(9));
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (shop.State.HasDigest(shop.Repository, "web", index.Digest)) return;
            foreach (string child in index.Children)
                if (request.Is(method, text.Replace("CHILD", child, StringComparison.Ordinal))
                    && shop.State.HasDigest(shop.Repository, "web", child))
                    shop.State.DeleteVersion(shop.Repository, "web", child);
        };

        ScriptResult result = shop.Run(Sweep).MustSucceed();

        Assert.Equal(CleanUpWords.Sorted([index.Digest, .. index.Children]), Row.Digests(result, "Removed"));
        Assert.Equal(
            3,
            result
                .Values("Reason")
                .Count(reason => reason!.Contains("; it went with sha256:", StringComparison.Ordinal))
        );
    }

    [Theory]
    [InlineData(true)] // what was removed is there again, as if it had never gone
    [InlineData(false)] // what was kept is gone
    public async Task One_more_listing_holds_the_rows_against_the_registry_and_a_difference_is_an_error(bool isRemoved)
    {
        await using Shop shop = await Shop.OpenAsync();
        DateTimeOffset uploaded = DateTimeOffset.UtcNow.AddDays(-10);
        string garbage = shop.Add(new ImageOptions { UploadTime = uploaded }),
            young = shop.AddAged(TimeSpan.FromMinutes(1));
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (!request.Is("GET", "/versions?") || shop.State.HasDigest(shop.Repository, "web", garbage)) return;
            if (isRemoved) shop.State.PushAgain(shop.Repository, garbage, uploaded);
            else shop.State.DeleteVersion(shop.Repository, "web", young);
        };

        ScriptResult result = shop.Run(Sweep);

        Assert.Equal("RegistryDiffers", result.ErrorId);
        Assert.Equal($"{Shop.App}@{(isRemoved ? garbage : young)}", result.Error.TargetObject.ToString());
        Assert.Equal([garbage], Row.Digests(result, "Removed"));
    }

    [Fact]
    public async Task What_was_pushed_again_since_its_deletion_is_no_contradiction()
    {
        await using Shop shop = await Shop.OpenAsync();
        string garbage = shop.Add(new ImageOptions { UploadTime = DateTimeOffset.UtcNow.AddDays(-10) });
        shop.Add("v1");
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (request.Is("GET", "/versions?") && !shop.State.HasDigest(shop.Repository, "web", garbage))
                shop.State.PushAgain(shop.Repository, garbage, DateTimeOffset.UtcNow);
        };

        ScriptResult result = shop.Run(Sweep).MustSucceed();

        Assert.Equal([garbage], Row.Digests(result, "Removed"));
        Assert.True(shop.State.HasDigest(shop.Repository, "web", garbage));
    }

    [Theory]
    [InlineData(FilterSupport.Supported)]
    [InlineData(FilterSupport.Rejected)]
    public async Task The_check_lists_the_image_alone_however_large_its_repository_is(FilterSupport filter)
    {
        await using Shop shop = await Shop.OpenAsync(new Behaviour { DockerImageFilter = filter });
        shop.Add("v1");
        string garbage = shop.Add();
        bool isGone = false;
        List<string> after = [];
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (!isGone) isGone = !shop.State.HasDigest(shop.Repository, "web", garbage);
            if (isGone && request.Is("GET", "?")) after.Add(request.Path);
        };

        shop.Run(Sweep).MustSucceed();

        Assert.EndsWith("/packages/web/versions", Assert.Single(after), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listing_that_still_has_what_was_removed_is_no_contradiction()
    {
        await using Shop shop = await Shop.OpenAsync(
            new Behaviour { StaleListings = 5, OperationTime = TimeSpan.Zero }
        );
        for (int i = 0; i < 4; i++)
            shop.Add();
        shop.AddIndex(TimeSpan.FromDays(9));

        ScriptResult result = shop.Run(Sweep).MustSucceed();

        Assert.Equal(8, Row.Digests(result, "Removed").Count);
        Assert.Empty(result.Warnings);
    }

    [Theory]
    [InlineData("No")]
    [InlineData("Yes")]
    public async Task The_last_word_is_shown_without_Verbose(string answer)
    {
        ScriptedHost host = new(answer);
        await using Shop shop = await Shop.OpenAsync(host: host);
        shop.Add("v1");
        shop.Add();
        shop.AddAged(TimeSpan.FromMinutes(1));

        shop.Session.Show("Remove-ArUntaggedImage $app");

        Assert.Contains(
            answer == "Yes"
                ? "Removed 1 digest (76 MB), kept 1 in "
                : "Removed 0 digests (0 B), kept 1, left 1 (76 MB) in ",
            string.Concat(host.Screen),
            StringComparison.Ordinal
        );
    }
}
