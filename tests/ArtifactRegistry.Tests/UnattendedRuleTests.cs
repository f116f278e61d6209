using System.Text.Json;
using ArtifactRegistry.Tests.CleanUp;
using ArtifactRegistry.Tests.CleanUp.Stale;
using ArtifactRegistry.Tests.InUse;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>The script for schedulers with rules for stale images in a file.</summary>
public sealed class UnattendedRuleTests
{
    private const string Rule = "@{ Image = 'us-docker.pkg.dev/shop/apps/*'; OlderThan = '60d'; Tag = 'pr-*' }";

    [Fact]
    public async Task What_the_rules_let_go_is_deleted_and_logged_with_its_tags()
    {
        await using UnattendedRun run = await UnattendedRun.OpenAsync();
        string[] tagged = run.Shop.AddTagged("90 pr-1,pr-2|80 pr-3|90 v2|10 pr-4");
        run.Shop.AddCluster().Add(Kube.Pod("web", $"{Shop.App}:pr-3", $"{Shop.App}@{tagged[1]}"));
        Write(run, "rules.psd1", $"@{{ InUseFrom = 'games'; Rules = {Rule} }}");

        ProcessResult result = await run.RunAsync("-RulePath", run.File("rules.psd1"));

        Assert.Equal("", result.Error);
        Assert.Equal(0, result.ExitCode);
        Assert.StartsWith(
            $"images of {run.File("rules.psd1")}: 1 removed (76.3 MB), ",
            result.Output,
            StringComparison.Ordinal);
        Assert.Equal(["pr-3", "pr-4", "v1", "v2"], run.Shop.TagsLeft());
        Assert.Superset(new HashSet<string>([run.Young, .. run.Garbage]), new HashSet<string>(run.Shop.Left()));
        JsonElement removed = Assert.Single(run.Logged("result"));
        Assert.Equal($"{Shop.App}@{tagged[0]}", removed.GetProperty("uri").GetString());
        Assert.Equal(["pr-1", "pr-2"], removed.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()!));
        Assert.Equal(
            run.File("rules.psd1"), Assert.Single(run.Logged("start")).GetProperty("rulePath").GetString());
    }

    [Fact]
    public async Task Image_and_OlderThan_can_only_keep_more()
    {
        await using UnattendedRun run = await UnattendedRun.OpenAsync();
        run.Shop.AddTagged("90 pr-1|120 pr-2");
        run.Shop.AddTagged("120 pr-1", "api");
        Write(run, "rules.psd1", $"@{{ Rules = {Rule} }}");

        ProcessResult result = await run.RunAsync(
            "-RulePath", run.File("rules.psd1"), "-Image", Shop.App, "-OlderThan", "100d", "-WithoutInUse");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.StartsWith($"{Shop.App}: 1 removed ", result.Output, StringComparison.Ordinal);
        Assert.Equal(["pr-1", "v1"], run.Shop.TagsLeft());
        Assert.Equal(["pr-1"], run.Shop.TagsLeft("api"));
    }

    [Fact]
    public async Task WhatIf_changes_and_writes_nothing()
    {
        await using UnattendedRun run = await UnattendedRun.OpenAsync();
        run.Shop.AddTagged("90 pr-1");
        Write(run, "rules.psd1", $"@{{ Rules = {Rule} }}");
        string before = run.Shop.Contents();

        ProcessResult result = await run.RunAsync("-RulePath", run.File("rules.psd1"), "-WithoutInUse", "-WhatIf");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Contains(": 1 would be removed ", result.Output, StringComparison.Ordinal);
        Assert.Equal(before, run.Shop.Contents());
        Assert.False(File.Exists(run.Log));
    }

    [Theory]
    [InlineData("@{ Rules = @{ Image = 'us-docker.pkg.dev/shop/apps/*' } }", "OlderThan", "-WithoutInUse")]
    [InlineData($"@{{ Rules = {Rule} }}", "-InUseFrom")]
    [InlineData($"@{{ Rules = {Rule} }}", "not both", "-WithoutInUse", "-InUseFrom", "games")]
    [InlineData($"@{{ Rules = {Rule} }}", "-Image names no image", "-WithoutInUse", "-Image", ",")]
    [InlineData(null, "rules.psd1", "-WithoutInUse")]
    public async Task What_is_not_said_clearly_deletes_nothing_and_is_1(
        string? rules,
        string expected,
        params string[] arguments)
    {
        await using UnattendedRun run = await UnattendedRun.OpenAsync();
        run.Shop.AddTagged("90 pr-1");
        if (rules is not null) Write(run, "rules.psd1", rules);
        string before = run.Shop.Contents();

        ProcessResult result = await run.RunAsync(["-RulePath", run.File("rules.psd1"), .. arguments]);

        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(before, run.Shop.Contents());
        Assert.Contains(
            expected, Assert.Single(run.Logged("end")).GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_looking_at_what_runs_there_is_no_warning_if_that_was_said()
    {
        await using UnattendedRun run = await UnattendedRun.OpenAsync();

        ProcessResult result = await run.RunWholeAsync([
            "-NoProfile", "-NonInteractive", "-File", UnattendedRun.Script,
            "-Image", UnattendedRun.Repository, "-Log", run.Log, "-WithoutInUse",
        ]);

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Contains(": 3 removed ", result.Output, StringComparison.Ordinal);
    }

    private static void Write(UnattendedRun run, string name, string text) => File.WriteAllText(run.File(name), text);
}
