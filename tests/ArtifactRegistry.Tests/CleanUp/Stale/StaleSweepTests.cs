using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.CleanUp.Stale;

/// <summary>How stale images are deleted: what happens meanwhile, what is asked, recorded and brought back.</summary>
public sealed class StaleSweepTests
{
    private const string Remove = "Remove-ArStaleImage $app -WithoutInUse -Confirm:$false -OlderThan 30d";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(TaggedDeleteRefusal.Synchronous)]
    [InlineData(TaggedDeleteRefusal.InOperation)]
    public async Task Tags_that_arrive_move_and_go_meanwhile_lose_nothing(TaggedDeleteRefusal refusal)
    {
        await using Shop shop = await Shop.OpenAsync(
            new Behaviour { TaggedDelete = refusal, OperationTime = TimeSpan.FromHours(1) });
        Dictionary<string, string> original = [];
        for (int i = 0; i < 400; i++)
        {
            string[] tags = i % 4 == 0 ? [$"pr-{i}", $"build-{i}"] : [$"pr-{i}"];
            string digest = i % 10 == 0
                ? shop.AddIndex(TimeSpan.FromDays(90), tags).Digest
                : shop.Add(new ImageOptions { Tags = tags, UploadTime = DateTimeOffset.UtcNow.AddDays(-90) });
            foreach (string tag in tags) original[tag] = digest;
        }

        string[] digests = [.. original.Values.Distinct()];
        ConcurrentDictionary<string, bool> arrived = [], gone = [];
        int moves = 0;
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (request.Method != "DELETE" && !request.Path.Contains("/operations/", StringComparison.Ordinal)) return;
            try
            {
                // Mostly onto the digest that is being deleted, sometimes onto one that may be next or gone.
                string digest = request.Path.Contains("/versions/", StringComparison.Ordinal) && request.Number % 3 == 0
                    ? request.Path.Split('/')[^1] : digests[request.Number * 7919 % digests.Length];
                string tag = string.Create(CultureInfo.InvariantCulture, $"t{request.Number % 60}");
                shop.State.MoveTag(shop.Repository, "web", tag, digest);
                arrived[tag] = true;
                if (request.Number % 11 == 0) // and one of the tags from the beginning moves away
                {
                    string old = string.Create(CultureInfo.InvariantCulture, $"pr-{request.Number * 31 % 400}");
                    gone[old] = true;
                    shop.State.MoveTag(shop.Repository, "web", old, digest);
                }

                Interlocked.Increment(ref moves);
            }
            catch (InvalidOperationException)
            {
                // The digest is gone already, and a tag cannot be put there.
            }
        };

        ScriptResult result = shop.Run($"{Remove} -RequestsPerSecond 10000 -ThrottleLimit 16");
        shop.Emulator.Behaviour.BeforeHandling = null;

        Assert.InRange(moves, 300, int.MaxValue);
        Assert.All(result.ErrorIds, id => Assert.Equal("TagMoved", id));
        IReadOnlyDictionary<string, string> left = shop.State.Tags(shop.Repository, "web");
        HashSet<string> there = [.. shop.Left()];
        Assert.All(arrived.Keys, tag => Assert.Contains(tag, left.Keys));
        // What stays has every tag that it had, unless somebody else moved that.
        Assert.DoesNotContain(original, tag => there.Contains(tag.Value) && !gone.ContainsKey(tag.Key)
            && left.GetValueOrDefault(tag.Key) != tag.Value);
        Assert.DoesNotContain(Row.Digests(result, "Removed"), there.Contains);
        Assert.NotEmpty(Row.Digests(result, "Removed"));
        Assert.All(Children(shop, left.Values), child => Assert.Contains(child, there));
    }

    [Fact]
    public async Task A_tag_that_arrives_after_the_others_were_taken_away_saves_the_image_with_all_of_them()
    {
        await using Shop shop = await Shop.OpenAsync();
        AddedIndex index = shop.AddIndex(TimeSpan.FromDays(90), "pr-1", "build-1");
        string[] digests = shop.AddTagged("80 pr-2|1 pr-3");
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (request.Is("DELETE", $"/versions/{index.Digest}"))
                shop.State.MoveTag(shop.Repository, "web", "wanted", index.Digest);
        };

        ScriptResult result = shop.Run(Remove).MustSucceed();

        Assert.Equal(["build-1", "pr-1", "pr-3", "wanted"], shop.TagsLeft());
        Assert.Equal([digests[0]], Row.Digests(result, "Removed"));
        Assert.Equal(CleanUpWords.Sorted([index.Digest, .. index.Children, digests[1]]), shop.Left());
        Assert.Contains(result.Values("Reason"), reason =>
            reason!.Contains("has gained the tag wanted", StringComparison.Ordinal)
            && reason.Contains("its tags were put back", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("prod-1")]
    [InlineData("pr-9")] // even one that would not have kept it
    public async Task A_tag_that_arrives_while_a_question_is_open_saves_the_image_before_anything_is_taken_away(
        string tag)
    {
        ScriptedHost host = new("Yes");
        await using Shop shop = await Shop.OpenAsync(host: host);
        string[] digests = shop.AddTagged("90 pr-1|80 pr-2|1 pr-3");
        host.WhenAsked = _ => shop.State.MoveTag(shop.Repository, "web", tag, digests[0]);

        ScriptResult result = shop.Run("Remove-ArStaleImage $app -WithoutInUse -OlderThan 30d -ExcludeTag prod-*")
            .MustSucceed();

        Assert.Equal([digests[1]], Row.Digests(result, "Removed"));
        Assert.DoesNotContain(shop.Changes, change => change.Contains("/tags/pr-1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_tag_that_moves_away_while_a_question_is_open_saves_the_image_with_its_signature()
    {
        ScriptedHost host = new("Yes");
        await using Shop shop = await Shop.OpenAsync(host: host);
        string[] digests = shop.AddTagged("90 pr-1,main|80 pr-2|1 pr-3");
        string signature = shop.AddSignature(digests[0]);
        host.WhenAsked = _ => shop.State.MoveTag(shop.Repository, "web", "main", digests[2]);

        ScriptResult result = shop.Run("Remove-ArStaleImage $app -WithoutInUse -OlderThan 30d").MustSucceed();

        Assert.Equal([digests[1]], Row.Digests(result, "Removed"));
        Assert.Equal(CleanUpWords.Sorted(digests[0], digests[2], signature), shop.Left());
        Assert.Equal(["main", "pr-1", "pr-3"], shop.TagsLeft());
    }

    [Fact]
    public async Task Where_tags_may_not_be_removed_the_first_refusal_ends_the_run()
    {
        await using Shop shop = await Shop.OpenAsync();
        string[] digests = shop.AddTagged("90 pr-1|80 pr-2|70 pr-3|60 pr-4|1 pr-5");
        shop.Emulator.Behaviour.Denials = [new Denial("artifactregistry.tags.delete")];

        ScriptResult result = shop.Run($"{Remove} -ThrottleLimit 1");

        Assert.Equal(["AccessDenied"], result.ErrorIds);
        Assert.Equal([digests[0]], Row.Digests(result, "Failed"));
        Assert.Equal(CleanUpWords.Sorted(digests[1..4]), Row.Digests(result, "NotReached"));
        Assert.Equal(["pr-1", "pr-2", "pr-3", "pr-4", "pr-5"], shop.TagsLeft());
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(3, 0)]
    [InlineData(4, 4)]
    [InlineData(5, 5)]
    public async Task MaxCount_takes_an_image_whole_or_not_at_all(int maxCount, int removed)
    {
        await using Shop shop = await Shop.OpenAsync();
        AddedIndex index = shop.AddIndex(TimeSpan.FromDays(90), "pr-1");
        string[] digests = shop.AddTagged("80 pr-2|1 pr-3");

        ScriptResult result = shop.Run($"{Remove} -MaxCount {maxCount}").MustSucceed();

        // What does not fit leaves room for what comes after it.
        IReadOnlyList<string> expected = removed == 0 ? [digests[0]]
            : CleanUpWords.Sorted([index.Digest, .. index.Children, .. digests[..(removed - 4)]]);
        Assert.Equal(expected, Row.Digests(result, "Removed"));
    }

    [Fact]
    public async Task The_question_says_how_many_images_and_which_tags_and_no_deletes_nothing()
    {
        ScriptedHost host = new("No");
        await using Shop shop = await Shop.OpenAsync(host: host);
        shop.AddIndex(TimeSpan.FromDays(90), "pr-1", "build-1");
        shop.AddTagged("80 pr-2|70 pr-3|60 pr-4|50 pr-5|1 pr-6|90 latest");

        shop.Run("Remove-ArStaleImage $app -WithoutInUse -OlderThan 30d").MustSucceed();

        Question question = Assert.Single(host.Questions);
        Assert.Contains("Delete 5 tagged images (8 digests, ", question.Message, StringComparison.Ordinal);
        Assert.Contains("and 1 more, keep 2", question.Message, StringComparison.Ordinal);
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task Rows_that_are_piped_bring_their_rules_and_their_decisions()
    {
        await using Shop shop = await Shop.OpenAsync();
        string[] digests = shop.AddTagged("90 pr-1|80 pr-2|70 pr-3|60 main|1 pr-4");
        AddedIndex index = shop.AddIndex(TimeSpan.FromDays(50), "pr-5");

        ScriptResult result = shop.Run(
            """
            $plan = Get-ArStaleImage $app -WithoutInUse -OlderThan 30d -Tag pr-* -KeepNewest 1
            $plan | Where-Object { $_.Tags -notcontains 'pr-2' } | Remove-ArStaleImage -Confirm:$false
            """).MustSucceed();

        Assert.Equal(CleanUpWords.Sorted(digests[0], digests[2]), Row.Digests(result, "Removed"));
        Assert.Equal(["main", "pr-2", "pr-4", "pr-5"], shop.TagsLeft());
        Assert.Contains(index.Children[0], shop.Left());
    }

    [Theory]
    [InlineData("ConvertTo-Json -Depth 4 -AsArray | ConvertFrom-Json")]
    [InlineData("ConvertTo-Csv | ConvertFrom-Csv")]
    [InlineData("ForEach-Object { $type::Deserialize($type::Serialize($_)) }")]
    public async Task Rows_from_a_file_keep_what_they_said_and_need_the_rules_again(string through)
    {
        await using Shop shop = await Shop.OpenAsync();
        string[] digests = shop.AddTagged("90 pr-1|80 pr-2|70 keep-me|1 pr-4");
        shop.Session.Run("$type = [Management.Automation.PSSerializer]").MustSucceed();
        string rows = $"Get-ArStaleImage $app -WithoutInUse -OlderThan 30d -ExcludeTag keep-* | {through}";

        Assert.Equal("OlderThanMissing", shop.Run($"{rows} | Remove-ArStaleImage -Confirm:$false").ErrorId);
        Assert.Empty(shop.Changes);
        ScriptResult result = shop.Run(
            $"{rows} | Remove-ArStaleImage -WithoutInUse -OlderThan 30d -Confirm:$false").MustSucceed();

        Assert.Equal(CleanUpWords.Sorted(digests[0], digests[1]), Row.Digests(result, "Removed"));
        Assert.Equal(["keep-me", "pr-4"], shop.TagsLeft());
    }

    [Fact]
    public async Task Rows_of_the_other_clean_up_delete_nothing_that_it_would_not()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.AddTagged("90 pr-1|80 pr-2|1 pr-3");
        AddedIndex index = shop.AddIndex(TimeSpan.FromDays(90), "pr-4");
        string untagged = shop.AddAged(TimeSpan.FromDays(90));
        string before = shop.Contents();

        ScriptResult one = shop.Run(
            "Get-ArStaleImage $app -WithoutInUse -OlderThan 30d | Remove-ArUntaggedImage -Confirm:$false")
            .MustSucceed();
        ScriptResult other = shop.Run(
            "Get-ArUntaggedImage $app -OlderThan 0s | "
                + "Remove-ArStaleImage -WithoutInUse -OlderThan 30d -Confirm:$false").MustSucceed();

        Assert.Equal(before, shop.Contents());
        Assert.Empty(Row.Digests(one, "Removed").Concat(Row.Digests(other, "Removed")));
        Assert.Contains(untagged, Row.Digests(other, "Kept"));
        Assert.Contains(index.Children[0], Row.Digests(one, "Kept"));
    }

    [Fact]
    public async Task A_named_digest_takes_what_belongs_to_it_along_and_no_other_image()
    {
        await using Shop shop = await Shop.OpenAsync();
        AddedIndex index = shop.AddIndex(TimeSpan.FromDays(90), "pr-1");
        string signature = shop.AddSignature(index.Digest);
        string[] digests = shop.AddTagged("80 pr-2|1 pr-3");

        ScriptResult result = shop.Run(
            $"'{Shop.App}@{index.Digest}' | {Remove.Replace("$app ", "", StringComparison.Ordinal)}").MustSucceed();

        Assert.Equal(CleanUpWords.Sorted([index.Digest, .. index.Children, signature]), Row.Digests(result, "Removed"));
        Assert.Equal(CleanUpWords.Sorted(digests), shop.Left());
    }

    [Fact]
    public async Task A_tag_as_a_target_is_refused_with_advice()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.AddTagged("90 pr-1|80 pr-2");

        ScriptResult result = shop.Run(
            "Remove-ArStaleImage \"${app}:pr-1\" -WithoutInUse -OlderThan 30d -Confirm:$false");

        Assert.Equal("NameNotSpecific", result.ErrorId);
        Assert.Contains("choose tags with -Tag", result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task Killed_between_its_tags_and_the_digest_the_next_run_puts_the_tags_back()
    {
        using TemporaryFolder folder = new();
        string journal = Path.Combine(folder.Path, "run.jsonl");
        await using Shop shop = await Shop.OpenAsync();
        shop.AddTagged("90 pr-1,main|80 pr-2|1 pr-3");
        string before = shop.Contents();
        string command = $"{Remove.Replace("$app", Shop.App, StringComparison.Ordinal)} -ThrottleLimit 1 "
            + $"-JournalPath '{journal}'";
        RandomKills kills = new(shop, 1);
        await kills.KillAsync(command, last: 1, request => request.Is("DELETE", "/tags/"), HoldPoint.BeforeAnswer);
        Assert.Equal(1, kills.Killed);
        Assert.NotEqual(before, shop.Contents());

        // This run deletes nothing itself.
        shop.Run($"{Remove} -ExcludeTag * -JournalPath '{journal}'").MustSucceed();

        Assert.Equal(before, shop.Contents());
        Assert.Contains("its tags were put back", File.ReadAllText(journal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_archived_comes_back_with_its_tags_platforms_and_signatures()
    {
        using TemporaryFolder folder = new();
        string undo = Path.Combine(folder.Path, "undo");
        await using Shop shop = await Shop.OpenAsync();
        ImageOptions options = new()
        {
            HasContent = true,
            Size = 5000,
            UploadTime = DateTimeOffset.UtcNow.AddDays(-90),
        };
        AddedIndex index = shop.State.AddIndex(
            shop.Repository, "web", ["linux/amd64", "linux/arm64"], options with { Tags = ["pr-1", "main"] });
        shop.Add(options with
        {
            ArtifactType = "application/vnd.cncf.notary.signature",
            SubjectDigest = index.Digest,
            Size = 100,
        });
        shop.Add(options with { Tags = ["pr-2"], UploadTime = DateTimeOffset.UtcNow.AddDays(-1) });
        string before = Sorted(shop);

        shop.Run($"{Remove} -ArchivePath '{undo}' -IncludeLayer").MustSucceed();
        Assert.Equal(["pr-2"], shop.TagsLeft());
        shop.Run($"Restore-ArImage '{undo}'").MustSucceed();

        Assert.Equal(before, Sorted(shop));
    }

    [Fact]
    public async Task What_cannot_be_archived_keeps_its_tags()
    {
        using TemporaryFolder folder = new();
        string undo = Path.Combine(folder.Path, "undo");
        await using Shop shop = await Shop.OpenAsync();
        shop.AddTagged("90 pr-1,main|80 pr-2|1 pr-3"); // their configurations are not in the registry
        string before = shop.Contents();

        ScriptResult result = shop.Run($"{Remove} -ArchivePath '{undo}' -IncludeLayer");

        Assert.Equal(2, Row.Digests(result, "Failed").Count);
        Assert.Equal(before, shop.Contents());
        Assert.Empty(shop.Changes);
    }

    private static string Sorted(Shop shop) =>
        string.Join('\n', shop.Contents().Split('\n').Order(StringComparer.Ordinal));

    private static IEnumerable<string> Children(Shop shop, IEnumerable<string> digests) =>
        from digest in digests.Distinct()
        let manifests = JsonNode.Parse(shop.State.Manifest(shop.Repository, "web", digest))?["manifests"]?.AsArray()
        where manifests is not null
        from child in manifests
        select (string)child!["digest"]!;
}
