using System.Management.Automation;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>What binds where an image is asked for, and what is refused.</summary>
public sealed class BindingTests
{
    private const string Repository = "us-docker.pkg.dev/shop/apps";

    [Theory]
    [InlineData($"Get-ArReader {Repository} user:a@x.example")]
    [InlineData($"Get-ArReader {Repository} user:a@x.example -Explain")]
    [InlineData($"Test-ArReader {Repository} user:a@x.example")]
    [InlineData($"Grant-ArReader {Repository} user:a@x.example")]
    [InlineData("Grant-ArReader -Project shop user:a@x.example")]
    [InlineData($"Revoke-ArReader {Repository} user:a@x.example -Confirm:$false")]
    [InlineData("Test-ArPull $app@$digest games")]
    [InlineData("Get-ArNodeServiceAccount games arena")]
    [InlineData("New-ArNodeServiceAccount game-nodes games")]
    [InlineData("Get-ArImageTag $app v1")]
    [InlineData("Add-ArImageTag ${app}:v1 v3")]
    [InlineData("Remove-ArImageTag $app v1b")]
    public async Task Siblings_have_the_same_at_the_same_position(string command)
    {
        await using Shop shop = await OpenAsync();
        shop.State.Grant(shop.Repository, "roles/artifactregistry.reader", "user:a@x.example");
        shop.State.AddProject("games");
        shop.State.AddCluster(
            "games", "us-central1", "arena", new ClusterOptions { NodePools = [new NodePoolOptions("pool")] });
        shop.Session.Set("digest", shop.State.Digests(shop.Repository, "web")[0]);

        Assert.NotEmpty(shop.Run($"{command} -WarningAction Ignore").MustSucceed().Output);
    }

    [Theory]
    [InlineData("Get-ArImage $app")]
    [InlineData("Get-ArImage $app | ForEach-Object Uri")]
    [InlineData($"Get-ArImage $app | {Journey.Clixml}")]
    [InlineData($"Get-ArImage $app | {Journey.Csv}")]
    [InlineData("Get-ArImage $app | Select-Object Uri")]
    [InlineData("Get-ArImage $app | Select-Object Image, Digest")]
    [InlineData($"Get-ArImage $app | Select-Object Image, Digest, Tags | {Journey.Csv}")]
    [InlineData("Get-ArImageTag $app")]
    [InlineData($"Get-ArImageTag $app | {Journey.Clixml}")]
    [InlineData($"Get-ArImageTag $app | {Journey.Csv}")]
    [InlineData("Get-ArImageTag $app | Select-Object Uri, Tag")]
    [InlineData($"Remove-ArUntaggedImage $app -WhatIf | {Journey.Clixml}; Get-ArImageTag $app -Tag v*")]
    public async Task What_was_emitted_names_one_digest_again(string upstream)
    {
        await using Shop shop = await OpenAsync();
        string[] digests = [.. shop.State.Digests(shop.Repository, "web")];

        ScriptResult result = shop.Run($"$rows = @({upstream}); $rows | Get-ArImage").MustSucceed();

        Assert.Equal(digests.Order(), result.Values("Digest").Distinct().Order());
    }

    [Theory]
    [InlineData("Remove-ArImage", "")]
    [InlineData("Remove-ArImage", $"| {Journey.Clixml}")]
    [InlineData("Remove-ArImage", $"| {Journey.Csv}")]
    [InlineData("Remove-ArUntaggedImage", "")]
    [InlineData("Remove-ArUntaggedImage", $"| {Journey.Clixml}")]
    [InlineData("Remove-ArUntaggedImage", $"| {Journey.Csv}")]
    public async Task Untagged_rows_are_deleted_and_nothing_else(string command, string journey)
    {
        await using Shop shop = await OpenAsync();

        shop.Run($"Get-ArImageTag $app {journey} | Where-Object {{ -not $_.Tag }} | {command} -Confirm:$false")
            .MustSucceed();

        Assert.Equal(2, shop.State.DigestCount(shop.Repository));
        Assert.Equal(["v1", "v1b", "v2"], shop.State.Tags(shop.Repository, "web").Keys);
    }

    [Theory]
    [InlineData("")]
    [InlineData($"| {Journey.Clixml}")]
    [InlineData($"| {Journey.Csv}")]
    [InlineData($"| Select-Object Uri, Tags | {Journey.Csv}")]
    [InlineData($"| Select-Object Image, Digest, Tags | {Journey.Clixml}")]
    public async Task A_row_that_lists_tags_is_spared_by_the_clean_up_though_its_tags_are_gone_by_now(string journey)
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run(
            $"$rows = @(Get-ArImage \"${{app}}:v1\" {journey}); $null = Remove-ArImageTag $app -Tag v1, v1b; "
            + "$rows | Remove-ArUntaggedImage -Confirm:$false").MustSucceed();

        Assert.Equal(["Kept"], result.Values("Status"));
        Assert.Equal(4, shop.State.DigestCount(shop.Repository));
    }

    public static TheoryData<string, string> Refused =>
        new()
        {
            { "$null", "" },
            { "42", "Int32" },
            { "@{ Uri = \"${app}:v1\" }", "Hashtable" },
            { "[pscustomobject]@{ Name = 'web' }", "Uri or with Image and Digest or Tag" },
            { "[pscustomobject]@{ Image = $app }", "neither a digest nor a tag" },
            { "[pscustomobject]@{ Image = $app; Tag = '' }", "neither a digest nor a tag" },
            { "[pscustomobject]@{ Image = $app; Tag = ''; Digest = $null }", "neither a digest nor a tag" },
            { "[pscustomobject]@{ Uri = $app }", "neither a digest nor a tag" },
            { "[pscustomobject]@{ Uri = 'us-docker.pkg.dev/shop/apps' }", "is a repository" },
            { "[pscustomobject]@{ Uri = \"${app}:v1\"; Tag = 'v2' }", "contradicts itself" },
            { "[pscustomobject]@{ Uri = \"$app@$free\"; Digest = 'sha256:' + '0' * 64 }", "contradicts itself" },
            {
                "[pscustomobject]@{ Uri = \"$app@$free\"; Image = 'us-docker.pkg.dev/shop/apps/api' }",
                "contradicts itself"
            },
            { "[pscustomobject]@{ Uri = \"$app@$free\"; Image = 'nonsense' }", "not accepted as an image name" },
            { "[pscustomobject]@{ Image = \"$app*\"; Tag = 'v1' }", "wildcards" },
            { "[pscustomobject]@{ Image = $app; Digest = 'sha256:4be1…9c0a' }", "not accepted as an image name" },
            { "[pscustomobject]@{ Image = $app; Tag = 'a b' }", "not accepted as an image name" },
            {
                "(Get-ArImageTag $app | Select-Object Image, Tag | Where-Object { -not $_.Tag } | Select-Object -First "
                    + "1)",
                "neither a digest nor a tag"
            },
            { "''", "\"${app}:latest\"" },
            { "'   '", "not accepted as an image name" },
        };

    [Theory, MemberData(nameof(Refused))]
    public async Task What_names_no_image_is_refused_as_an_argument(string value, string text)
    {
        await using Shop shop = await OpenAsync();
        string before = shop.Contents();

        foreach (string command in new[]
        {
            "Get-ArImage", "Get-ArImageTag", "Remove-ArImage -Force", "Remove-ArImage -All -Force", "Remove-ArImageTag",
            "Remove-ArUntaggedImage -Force", "Add-ArImageTag -Tag new",
        })
        {
            ScriptResult result = shop.Run($"$value = {value}; {command} -Image $value");

            Assert.IsType<ParameterBindingException>(result.Error.Exception, exactMatch: false);
            Assert.Contains(text, result.ErrorText, StringComparison.Ordinal);
            Assert.Empty(result.Output);
        }

        Assert.Equal(before, shop.Contents());
    }

    [Theory, MemberData(nameof(Refused))]
    public async Task What_names_no_image_is_refused_from_the_pipeline_and_the_others_go_on(string value, string text)
    {
        await using Shop shop = await OpenAsync();

        foreach (
            string command in new[] { "Get-ArImage", "Get-ArImageTag -Tag v2", "Remove-ArImageTag -WhatIf:$false" }
        )
        {
            ScriptResult result = shop.Run($"$value = {value}; @(,$value) + \"${{app}}:v2\" | {command}");

            Assert.Null(result.Thrown);
            ErrorRecord error = Assert.Single(result.Errors);
            Assert.Contains(text, error.Exception.Message, StringComparison.Ordinal);
            Assert.Single(result.Output);
        }
    }

    [Fact]
    public async Task One_bad_name_of_an_array_argument_refuses_the_whole_array()
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run("Remove-ArImage \"$app@$free\", 42 -Force");

        Assert.Contains("Int32", result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task A_missing_image_from_the_pipeline_is_the_target_of_its_error_and_the_others_go_on()
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run("\"${app}:none\", \"${app}:v1\", \"${app}:v2\" | Get-ArImage");

        Assert.Equal(2, result.Output.Count);
        Assert.Equal("NotFound", result.ErrorId);
        Assert.Equal(ErrorCategory.ObjectNotFound, result.Error.CategoryInfo.Category);
        Assert.Equal($"{Shop.App}:none", result.Error.TargetObject.ToString());
    }

    [Fact]
    public async Task The_empty_name_of_a_colon_after_a_variable_is_explained()
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run("Remove-ArImage \"$app:latest\" -Force");

        Assert.Contains("write \"${app}:latest\"", result.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Repository_objects_bind_where_repositories_are_read_or_granted()
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run(
            $$"""
            $repository = Get-ArRepository -Project shop
            $repository | Get-ArImage
            $repository | Get-ArImageTag -Tag v2
            $repository | ConvertTo-CliXml | ConvertFrom-CliXml | Get-ArImage
            $null = Grant-ArReader $repository -Member user:a@b.example
            $repository | Get-ArReader
            $repository | ConvertTo-CliXml | ConvertFrom-CliXml | Get-ArReader
            """).MustSucceed();

        Assert.Equal(4 + 1 + 4 + 1 + 1, result.Output.Count);
    }

    [Theory]
    [InlineData("Remove-ArImage -Force")]
    [InlineData("Remove-ArImage -All -Force")]
    [InlineData("Remove-ArUntaggedImage -Force")]
    [InlineData("Remove-ArImageTag -Force")]
    [InlineData("Add-ArImageTag -Tag new")]
    public async Task Repository_objects_do_not_bind_where_something_is_changed(string command)
    {
        await using Shop shop = await OpenAsync();

        foreach (string journey in new[] { "", $"| {Journey.Clixml} ", $"| {Journey.Csv} " })
        {
            ScriptResult result = shop.Run($"Get-ArRepository -Project shop {journey}| {command}");

            Assert.Contains(
                "is a repository",
                Assert.Single(result.Errors).Exception.Message,
                StringComparison.Ordinal
            );
            Assert.Empty(shop.Changes);
        }
    }

    [Theory]
    [InlineData("Remove-ArImage \"$app*\" -Force")]
    [InlineData("Remove-ArImage \"${app}:v*\" -Force")]
    [InlineData("Remove-ArImage \"$app*\" -All -Force")]
    [InlineData("Remove-ArImageTag \"${app}:v*\"")]
    [InlineData("Remove-ArImageTag $app -Tag v*")]
    [InlineData("Add-ArImageTag \"${app}:v?\" -Tag new")]
    [InlineData("Add-ArImageTag \"${app}:v1\" -Tag new*")]
    public async Task Wildcards_are_refused_where_something_is_changed_by_name(string command)
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run(command);

        Assert.Contains("takes no wildcards", result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(shop.Changes);
    }

    [Theory]
    [InlineData("Get-ArImage us-docker.pkg.dev/shop/apps/w*", 4)]
    [InlineData("Get-ArImage us-docker.pkg.dev/shop/apps/x*", 0)]
    [InlineData("Get-ArImage \"${app}:v1*\"", 1)]
    [InlineData("Get-ArImageTag us-docker.pkg.dev/shop/apps/*:v?", 2)]
    [InlineData("Get-ArImageTag $app -Tag v1*, v2", 3)]
    public async Task Wildcards_choose_where_something_is_listed(string command, int count)
    {
        await using Shop shop = await OpenAsync();

        Assert.Equal(count, shop.Run(command).MustSucceed().Output.Count);
    }

    [Fact]
    public async Task A_tag_that_is_given_beats_the_piped_one()
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run("Get-ArImageTag $app -Tag v1 | Add-ArImageTag -Tag given").MustSucceed();

        Assert.Equal(["given"], result.Values("Tag"));
        Assert.Equal(
            shop.State.DigestOf(shop.Repository, "web", "v1"), shop.State.DigestOf(shop.Repository, "web", "given"));
    }

    [Fact]
    public async Task The_Image_column_of_a_row_never_stands_for_the_whole_image()
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run("Get-ArImage $app | Select-Object Image | Remove-ArImage -All -Force");

        Assert.Equal(4, result.Errors.Count);
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task A_digest_that_was_piped_is_not_widened_by_All()
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run("Get-ArImage \"$app@$free\" | Remove-ArImage -All -Force");

        Assert.Equal("NameNotSpecific", result.ErrorId);
        Assert.Empty(shop.Changes);
    }

    [Theory]
    [InlineData("[pscustomobject]@{ Member = 'gke-nodes@p.iam.gserviceaccount.com'; Project = 'other' }")]
    [InlineData(
        $"[pscustomobject]@{{ Member = 'serviceAccount:gke-nodes@p.iam.gserviceaccount.com' }} | {Journey.Clixml}")]
    [InlineData("'gke-nodes@p.iam.gserviceaccount.com'")]
    [InlineData("Get-ArReader us-docker.pkg.dev/shop/other")]
    public async Task Members_bind_from_text_and_from_the_Member_column(string upstream)
    {
        await using Shop shop = await OpenAsync();
        shop.State.AddRepository("us-docker.pkg.dev/shop/other");
        shop.State.AddServiceAccount("p", "gke-nodes");
        shop.State.Grant(
            "us-docker.pkg.dev/shop/other",
            "roles/artifactregistry.reader",
            "serviceAccount:gke-nodes@p.iam.gserviceaccount.com"
        );

        shop.Run($"{upstream} | Grant-ArReader {Repository}").MustSucceed();

        Assert.Equal(
            ["serviceAccount:gke-nodes@p.iam.gserviceaccount.com"],
            shop.State.Members(Repository, "roles/artifactregistry.reader")
        );
    }

    /// <summary>
    /// v1 and v1b on one digest, v2 on another, and two old untagged ones, the first of which is $free.
    /// </summary>
    private static async Task<Shop> OpenAsync()
    {
        Shop shop = await Shop.OpenAsync();
        shop.Add("v1", "v1b");
        shop.Add("v2");
        DateTimeOffset old = DateTimeOffset.UtcNow.AddDays(-40);
        shop.Add(new ImageOptions { UploadTime = old });
        shop.Add(new ImageOptions { UploadTime = old });
        shop.Session.Set("free", shop.State.UntaggedDigests(shop.Repository, "web")[0]);
        return shop;
    }

    [Fact]
    public async Task What_Format_Table_makes_of_rows_is_refused_with_its_name()
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run("Get-ArImage $app | Format-Table | Remove-ArUntaggedImage -Confirm:$false");

        Assert.All(result.Errors, error => Assert.Contains("Format-Table", $"{error}", StringComparison.Ordinal));
        Assert.NotEmpty(result.Errors);
        Assert.Empty(shop.Changes);
    }
}
