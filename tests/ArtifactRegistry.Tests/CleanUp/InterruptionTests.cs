using System.Text.Json;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.CleanUp;

/// <summary>A process that is killed in the middle of a clean-up, and the run after it.</summary>
public sealed class InterruptionTests
{
    private const int Kills = 3;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 0)]
    [InlineData(3, 2)]
    public async Task Killed_again_and_again_the_next_run_comes_to_the_same_end(int seed, int settleAttempts)
    {
        using TemporaryFolder folder = new();
        string journal = Path.Combine(folder.Path, "run.jsonl");
        await using Shop shop = await Shop.OpenAsync(
            new Behaviour { SettleAttempts = settleAttempts, OperationTime = TimeSpan.FromMilliseconds(200) });
        IReadOnlyList<string> expected = Seed(shop);
        int all = shop.Left().Count;
        shop.Emulator.Requests.Clear();
        RandomKills kills = new(shop, seed);
        for (int round = 0; round < Kills; round++)
        {
            await kills.KillAsync(
                $"Remove-ArUntaggedImage {Shop.App} -Confirm:$false -ThrottleLimit 4 -JournalPath '{journal}'",
                last: 12,
                request => request.Method == "DELETE");
        }

        Assert.NotEqual(0, kills.Killed);
        Assert.True(expected.All(shop.Left().Contains), "A live digest is gone.");
        AssertEveryDeletionWasIntended(shop, journal);
        ScriptResult last = shop.Run("Remove-ArUntaggedImage $app -Confirm:$false").MustSucceed();

        Assert.Equal(expected, shop.Left());
        Assert.InRange(Row.Digests(last, "Removed").Count, 0, all - expected.Count - 1);
        Assert.DoesNotContain("NotReached", last.Values("Status"));
        ScriptResult again = shop.Run("Remove-ArUntaggedImage $app -Confirm:$false").MustSucceed();
        Assert.All(again.Values("Status"), status => Assert.Equal("Kept", status));
    }

    private static IReadOnlyList<string> Seed(Shop shop)
    {
        List<string> live = [];
        for (int i = 0; i < 4; i++)
        {
            AddedIndex tagged = shop.AddIndex(TimeSpan.FromDays(9), $"v{i}");
            AddedIndex dead = shop.AddIndex(TimeSpan.FromDays(9));
            live.AddRange([tagged.Digest, .. tagged.Children, shop.AddSignature(tagged.Children[0])]);
            shop.AddSignature(dead.Digest);
            shop.Add();
            shop.AddIndexOver(tagged.Children[1], dead.Children[0]);
        }

        return CleanUpWords.Sorted(live);
    }

    // A kill leaves whole lines, and no deletion that the journal does not know of.
    private static void AssertEveryDeletionWasIntended(Shop shop, string journal)
    {
        HashSet<string> intended =
        [
            .. File.ReadLines(journal).Select(line => JsonSerializer.Deserialize<JsonElement>(line))
                .Where(line => line.GetProperty("event").GetString() == "delete")
                .Select(line => line.GetProperty("uri").GetString()!.Split('@')[1]),
        ];
        Assert.Empty(shop.DeletesAsked().Except(intended));
    }
}
