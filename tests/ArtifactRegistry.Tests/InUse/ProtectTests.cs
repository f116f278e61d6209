using ArtifactRegistry.Emulator;
using ArtifactRegistry.Emulator.Workloads;
using ArtifactRegistry.Tests.CleanUp;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.InUse;

/// <summary>Protect-ArImage and Unprotect-ArImage: tags on what runs, for KEEP policies to name.</summary>
public sealed class ProtectTests
{
    private const string Protect = "Protect-ArImage $app -InUseFrom games";
    private const string Unprotect = "Unprotect-ArImage $app -InUseFrom games -Confirm:$false";

    [Fact]
    public async Task What_runs_gets_a_mark_of_its_own_and_nothing_else_does()
    {
        await using Shop shop = await Shop.OpenAsync();
        string running = shop.AddUntagged(), tagged = $"{Shop.App}@{shop.Add("v1")}";
        shop.AddUntagged();
        shop.AddCluster().Add(Kube.Pod("web", running, running), Kube.Deployment("api", $"{Shop.App}:v1"));

        ScriptResult result = shop.Run(Protect).MustSucceed();
        ScriptResult again = shop.Run(Protect).MustSucceed();

        Assert.Equal(
            new[] { Mark(running), Mark(tagged) }.Order(StringComparer.Ordinal),
            result.Values("Tag").Order(StringComparer.Ordinal));
        Assert.Equal(Marks(running, tagged), AllMarks(shop));
        Assert.Empty(again.Output);
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task The_index_of_a_platform_that_runs_gets_a_mark_too()
    {
        await using Shop shop = await Shop.OpenAsync();
        AddedIndex index = shop.AddIndex(TimeSpan.FromDays(9));
        string child = $"{Shop.App}@{index.Children[0]}";
        shop.AddCluster().Add(Kube.Pod("web", $"{Shop.App}:moved", child));

        shop.Run(Protect).MustSucceed();

        Assert.Equal(Marks(child, $"{Shop.App}@{index.Digest}"), AllMarks(shop));
    }

    [Fact]
    public async Task What_was_seen_is_marked_although_something_else_could_not_be_read()
    {
        await using Shop shop = await Shop.OpenAsync(new Behaviour { Denials = [new Denial("run.jobs.list")] });
        string running = shop.AddUntagged();
        shop.AddCluster().Add(Kube.Pod("web", running, running));

        ScriptResult result = shop.Run(Protect);

        Assert.Equal([Mark(running)], result.Values("Tag"));
        Assert.Equal(["NotPermitted", "InUseIncomplete"], result.ErrorIds);
    }

    [Fact]
    public async Task The_tag_of_somebody_else_is_never_moved_or_taken_away()
    {
        await using Shop shop = await Shop.OpenAsync();
        string running = shop.AddUntagged();
        string other = $"{Shop.App}@{shop.Add(Mark(running), "in-use-by-hand")}";
        shop.AddCluster().Add(Kube.Pod("web", running, running));
        string before = shop.Contents();

        ScriptResult protect = shop.Run(Protect);
        ScriptResult unprotect = shop.Run(Unprotect).MustSucceed();

        Assert.Equal(["TagExists"], protect.ErrorIds);
        Assert.DoesNotContain("-Force", protect.Errors[0].ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(unprotect.Output);
        Assert.Equal(before, shop.Contents());
        Assert.Contains(other, shop.Names());
    }

    [Fact]
    public async Task A_mark_goes_when_nothing_runs_its_digest_any_more()
    {
        await using Shop shop = await Shop.OpenAsync();
        string running = shop.AddUntagged(), old = shop.AddUntagged();
        shop.State.MoveTag(shop.Repository, "web", Mark(running), Digest(running));
        shop.State.MoveTag(shop.Repository, "web", Mark(old), Digest(old));
        shop.AddCluster().Add(Kube.Pod("web", running, running));

        ScriptResult whatIf = shop.Run($"{Unprotect} -WhatIf").MustSucceed();
        string[] marks = AllMarks(shop);
        ScriptResult result = shop.Run(Unprotect).MustSucceed();

        Assert.Empty(whatIf.Output);
        Assert.Equal(Marks(running, old), marks);
        Assert.Equal([Mark(old)], result.Values("Tag"));
        Assert.Equal([Digest(old)], result.Values("Digest"));
        Assert.Equal(Marks(running), AllMarks(shop));
    }

    [Theory]
    [InlineData("run.jobs.list", Unprotect, "InUseIncomplete")]
    [InlineData("", "Unprotect-ArImage $app -InUseFrom shop -Confirm:$false", "InUseEmpty")]
    [InlineData("", "Unprotect-ArImage $app -Confirm:$false", "InUseMissing")]
    [InlineData("", "Unprotect-ArImage $app -InUse us-docker.pkg.dev/a/b/c:v1 -Confirm:$false", "InUseMatchesNothing")]
    [InlineData("run.jobs.list",
        "Unprotect-ArImage $app -InUse (Get-ArImageInUse games -AllowIncomplete) -Confirm:$false", "InUseIncomplete")]
    public async Task No_mark_goes_unless_all_of_what_runs_is_known(string denied, string command, string id)
    {
        await using Shop shop = await Shop.OpenAsync(
            new Behaviour { Denials = denied.Length == 0 ? [] : [new Denial(denied)] });
        string old = shop.AddUntagged(), running = shop.AddUntagged();
        shop.State.MoveTag(shop.Repository, "web", Mark(old), Digest(old));
        shop.AddCluster().Add(Kube.Pod("web", running, running));
        string before = shop.Contents();

        ScriptResult result = shop.Run(command);

        Assert.Equal(id, result.ErrorIds[^1]);
        Assert.Equal(before, shop.Contents());
    }

    [Fact]
    public async Task An_entry_that_matches_nothing_is_named_before_its_mark_is_missed()
    {
        await using Shop shop = await Shop.OpenAsync();
        string running = shop.AddUntagged();

        ScriptResult result = shop.Run(
            $"Unprotect-ArImage $app -InUse '{running}', us-docker.pkg.dev/a/b/c:v1 -Confirm:$false").MustSucceed();
        ScriptResult nothing = shop.Run(
            $"Unprotect-ArImage us-docker.pkg.dev/shop/apps/none* -InUse '{running}' -Confirm:$false").MustSucceed();

        Assert.Contains(
            result.Warnings, warning => warning.Contains("us-docker.pkg.dev/a/b/c:v1", StringComparison.Ordinal));
        Assert.Contains(nothing.Warnings, warning => warning.Contains("No image matches", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_starts_to_run_while_the_question_is_open_keeps_its_mark()
    {
        ScriptedHost host = new("Yes");
        await using Shop shop = await Shop.OpenAsync(host: host);
        string running = shop.AddUntagged(), late = shop.AddUntagged();
        shop.State.MoveTag(shop.Repository, "web", Mark(late), Digest(late));
        KubernetesCluster arena = shop.AddCluster().Add(Kube.Pod("web", running, running));
        host.WhenAsked = _ => arena.Add(Kube.Pod("late", late, late));

        ScriptResult result = shop.Run("Unprotect-ArImage $app -InUseFrom games").MustSucceed();

        Assert.Empty(result.Output);
        Assert.Equal(Marks(late), AllMarks(shop));
    }

    [Fact]
    public async Task A_clean_up_keeps_what_has_a_mark()
    {
        await using Shop shop = await Shop.OpenAsync();
        string marked = shop.AddUntagged();
        shop.AddUntagged();
        shop.State.MoveTag(shop.Repository, "web", Mark(marked), Digest(marked));

        shop.Run("Remove-ArUntaggedImage $app -Confirm:$false").MustSucceed();

        Assert.Equal([marked], shop.Names());
    }

    [Fact]
    public async Task A_name_by_digest_is_refused_since_the_cmdlet_finds_out_what_runs()
    {
        await using Shop shop = await Shop.OpenAsync();
        string running = shop.AddUntagged();
        shop.AddCluster().Add(Kube.Pod("web", running, running));

        ScriptResult result = shop.Run($"Protect-ArImage {running} -InUseFrom games");

        Assert.Equal(["NameNotSpecific"], result.ErrorIds);
        Assert.Empty(shop.Changes);
    }

    private static string Digest(string name) => name.Split('@')[1];

    private static string Mark(string name) => "in-use-" + Digest(name)["sha256:".Length..][..12];

    private static string[] Marks(params string[] names) => [.. names.Select(Mark).Order(StringComparer.Ordinal)];

    private static string[] AllMarks(Shop shop) =>
        [
            .. shop.State.Digests(shop.Repository, "web")
                .SelectMany(digest => shop.State.TagsOf(shop.Repository, "web", digest))
                .Where(tag => tag.StartsWith("in-use-", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];
}
