using System.Xml.Linq;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.InUse;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>
/// What a table shows can be used: in filters, in files, in jobs and where the language is constrained.
/// </summary>
public sealed class ViewTests
{
    private const string Repository = "us-docker.pkg.dev/shop/apps";

    /// <summary>A command for each type that has a view.</summary>
    internal static readonly Dictionary<string, string> Commands = new()
    {
        ["ArtifactRegistry.Repository"] = "Get-ArRepository -Project shop",
        ["ArtifactRegistry.DockerImage"] = "Get-ArImage $app",
        ["ArtifactRegistry.ImageTag"] = "Get-ArImageTag $app",
        ["ArtifactRegistry.CopiedImage"] = "Copy-ArImage ${app}:v1 us-docker.pkg.dev/shop/prod -KeepTag",
        ["ArtifactRegistry.ImageTag#Removed"] = "Remove-ArImageTag \"${app}:v1\"",
        ["ArtifactRegistry.StaleImage"] = "Get-ArStaleImage $app -WithoutInUse -OlderThan 0s",
        ["ArtifactRegistry.UntaggedImage"] = "Get-ArUntaggedImage $app",
        ["ArtifactRegistry.QuarantinedImage"] =
            "Remove-ArUntaggedImage $app -Quarantine 14d -Force | Out-Null; Get-ArQuarantinedImage $app",
        ["ArtifactRegistry.RemovedImage"] = "Remove-ArUntaggedImage $app -Force",
        ["ArtifactRegistry.RestoredImage"] = "Restore-ArImage $undo",
        ["ArtifactRegistry.Reader"] = $"Get-ArReader {Repository}",
        ["ArtifactRegistry.Reader#Changed"] = $"Grant-ArReader {Repository} user:b@b.example",
        ["ArtifactRegistry.ReaderExplanation"] = $"Get-ArReader {Repository} -Member user:a@b.example -Explain",
        ["ArtifactRegistry.PullTestResult"] = "Test-ArPull ${app}:v1 -Project games",
        ["ArtifactRegistry.NodeServiceAccount"] = "Get-ArNodeServiceAccount games",
        ["ArtifactRegistry.NewNodeServiceAccount"] = "New-ArNodeServiceAccount gke-nodes -Project games",
        ["ArtifactRegistry.ImageInUse"] = "Get-ArImageInUse games -Source CloudRun",
        ["ArtifactRegistry.StaleRuleTestResult"] = $"Test-ArStaleRule '{Checkout.Manifest}'",
        ["ArtifactRegistry.Connection"] = "Get-ArConnection",
        ["ArtifactRegistry.RegistryCredential"] = "Get-ArRegistryCredential us-docker.pkg.dev",
    };

    public static TheoryData<string> Types => [.. Views.Value.Select(view => view.Type).Distinct()];

    private static readonly Lazy<(string Type, string[] Headers)[]> Views = new(() =>
    [
        .. Directory.GetFiles(Path.Combine(Checkout.Root, "src", "ArtifactRegistry"), "*.format.ps1xml")
            .SelectMany(file => XDocument.Load(file).Descendants("View"))
            .Select(view => (view.Descendants("TypeName").First().Value, HeadersOf(view))),
    ]);

    [Theory, MemberData(nameof(Types))]
    public async Task A_header_is_a_property(string type)
    {
        await using Shop shop = await OpenAsync();
        using TemporaryFolder folder = new();
        shop.SaveAnImage(folder.Path);
        string[] headers =
        [
            .. Views.Value.Where(view => view.Type == type).SelectMany(view => view.Headers).Distinct(),
        ];
        shop.Session.Set("headers", headers);

        ScriptResult result = shop.Run(
                $$"""
                $rows = @({{Commands[type]}} 6> $null)
                if ($rows.Count -eq 0) { throw 'There are no rows.' }
                foreach ($header in $headers) {
                    $values = @($rows | ForEach-Object { $_.$header })
                    $known = @($values | Where-Object { $null -ne $_ })[0]
                    [pscustomobject]@{
                        Header   = $header
                        Exists   = @($rows | Where-Object { -not $_.PSObject.Properties[$header] }).Count -eq 0
                        Selected = @(0..($rows.Count - 1) | Where-Object {
                            "$(($rows[$_] | Select-Object $header).$header)" -ne "$($rows[$_].$header)" }).Count -eq 0
                        Sorted   = @($rows | Sort-Object $header).Count -eq $rows.Count
                        Grouped  = @($rows | Group-Object $header | ForEach-Object Group).Count -eq $rows.Count
                        # An empty list is not equal to itself.
                        Filtered = $null -eq $known -or $known -is [Collections.IList] -or @($rows | Where-Object $header -EQ $known).Count -gt 0
                    }
                }
                """
            )
            .MustSucceed();

        Assert.NotEmpty(headers);
        Assert.Equal(headers, result.Values("Header"));
        foreach (string check in new[] { "Exists", "Selected", "Sorted", "Grouped", "Filtered" })
            Assert.All(result.Output, row =>
                Assert.True((bool)row.Properties[check].Value, $"{row.Properties["Header"].Value}: {check}")
            );
    }

    [Theory]
    [InlineData("Get-ArImageTag $app -Tag * | Where-Object Updated -lt (Get-Date).AddDays(-30)", "old")]
    [InlineData("Get-ArImageTag $app -Tag * | Where-Object Size -gt 70MB", "v1")]
    [InlineData("Get-ArImageTag $app -Tag * | Sort-Object Updated -Descending | Select-Object -First 1", "v1")]
    [InlineData("Get-ArImageTag $app -Tag * | Sort-Object Size | Select-Object -First 1", "old")]
    public async Task What_is_filtered_by_a_header_is_what_was_meant(string command, string tags)
    {
        await using Shop shop = await OpenAsync();

        Assert.Equal(tags, string.Join(' ', shop.Run(command).MustSucceed().Values("Tag").Order()));
    }

    [Theory]
    [InlineData("Get-ArImageTag $app -Tag * | Remove-ArImageTag", "Remove all 2 tags (old, v1)")]
    [InlineData("Remove-ArImageTag (Get-ArImageTag $app -Tag *)", "Remove all 2 tags (old, v1)")]
    [InlineData("Remove-ArImageTag \"${app}:old\"; \"${app}:v1\" | Remove-ArImageTag", "Remove the last tag (v1)")]
    public async Task A_list_of_tags_that_leaves_an_image_without_any_is_asked_about_once(string command, string action)
    {
        ScriptedHost host = new("No");
        await using Shop shop = await OpenAsync(host);

        ScriptResult result = shop.Run(command).MustSucceed();

        Question question = Assert.Single(host.Questions);
        Assert.Contains($"\"{action}\" on target \"{Shop.App}\"", question.Message, StringComparison.Ordinal);
        Assert.Equal("No", question.Default);
        Assert.DoesNotContain("v1", result.Values("Tag"));
        Assert.Contains("v1", shop.State.Tags(shop.Repository, "web").Keys);
    }

    [Theory]
    [InlineData("Get-ArImageTag $app -Tag * | Remove-ArImageTag -Confirm:$false", "")]
    [InlineData("Get-ArImageTag $app -Tag * | Remove-ArImageTag -Force", "")]
    [InlineData("Get-ArImageTag $app -Tag * | Where-Object Tag -ne v1 | Remove-ArImageTag", "v1")]
    [InlineData("Remove-ArImageTag $app -Tag old, v1", "")]
    [InlineData("Get-ArImageTag $app -Tag * | Remove-ArImageTag -WhatIf", "old v1")]
    public async Task No_other_list_of_tags_is_asked_about(string command, string left)
    {
        ScriptedHost host = new("No");
        await using Shop shop = await OpenAsync(host);

        shop.Run(command).MustSucceed();

        Assert.Empty(host.Questions);
        Assert.Equal(left, string.Join(' ', shop.State.Tags(shop.Repository, "web").Keys.Order()));
    }

    [Fact]
    public async Task Removed_tags_do_not_look_like_tags_that_are_there()
    {
        ScriptedHost host = new("No");
        await using Shop shop = await OpenAsync(host);

        shop.Run("Remove-ArImageTag \"${app}:v1\" | Out-Default").MustSucceed();

        Assert.Contains(host.Screen, line => line.Trim() == $"Removed from: {Shop.App}");
    }

    [Fact]
    public async Task JSON_has_names_for_kinds_and_each_value_once()
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run(
                """
                ($app | Get-ArImage | ConvertTo-Json | ConvertFrom-Json)[0].Kind
                (Get-ArImageTag $app -Tag v1 | ConvertTo-Json | ConvertFrom-Json) | ForEach-Object { $_.Kind, $_.Project, $_.Repository }
                (Get-ArUntaggedImage $app | ConvertTo-Json | ConvertFrom-Json)[0].Decision
                (Remove-ArUntaggedImage $app -WhatIf | ConvertTo-Json | ConvertFrom-Json)[0].Status
                @((Get-ArImage $app | ConvertTo-Json | ConvertFrom-Json)[0].PSObject.Properties.Name -match '^(Size|Uploaded|SizeText)$').Count
                """
            )
            .MustSucceed();

        Assert.Equal(
            ["Image", "Image", "shop", "apps", "Delete", "WouldRemove", "0"],
            result.Output.Select(value => value.ToString())
        );
    }

    [Fact]
    public async Task A_time_in_a_CSV_is_the_same_moment_wherever_it_is_read()
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run(
            """
            $row = Get-ArImageTag $app -Tag v1
            $text = ($row | ConvertTo-Csv | ConvertFrom-Csv).UpdateTime
            $text -match '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$'
            [Math]::Abs(([datetimeoffset]$text - [datetimeoffset]$row.UpdateTime).TotalSeconds) -lt 1
            [datetime]$text -le (Get-Date)
            $row.UpdateTime -is [datetime]
            $row.UpdateTime.Kind
            $row.UpdateTime.ToString('yyyy') -eq $row.UpdateTime.Year
            """).MustSucceed();

        Assert.Equal(
            ["True", "True", "True", "True", "Local", "True"],
            result.Output.Select(value => value.ToString())
        );
    }

    [Theory, MemberData(nameof(Types))]
    public async Task Views_show_the_same_where_the_language_is_constrained(string type)
    {
        await using Shop shop = await OpenAsync(new ScriptedHost("No"));
        using TemporaryFolder folder = new();
        shop.SaveAnImage(folder.Path);
        const string Show =
            "$rows | Format-Table | Out-String -Width 200; $rows | Format-List | Out-String -Width 200; $rows | "
                + "Out-String -Width 200";
        ScriptResult full = shop.Run($"$rows = @({Commands[type]} 6> $null); {Show}").MustSucceed();

        ScriptResult constrained = shop.Run(
                $"$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'; {Show}"
            )
            .MustSucceed();

        Assert.Equal(full.Output.Select(text => text.ToString()), constrained.Output.Select(text => text.ToString()));
        Assert.Matches(@"\w", full.Output[0].ToString());
        Assert.Equal(
            "ConstrainedLanguage",
            shop.Session.Run("$ExecutionContext.SessionState.LanguageMode").Output[0].ToString()
        );
    }

    [Theory]
    [InlineData("Get-ArImageTag $app", "76 MB", "40 days ago")]
    [InlineData("Get-ArImageTag $app | Format-List", "76 MB (80000000 bytes)", "(40 days ago)")]
    [InlineData("Get-ArUntaggedImage $app", "76 MB", "40 days ago")]
    [InlineData("Remove-ArUntaggedImage $app -WhatIf", "76 MB", "WouldRemove")]
    public async Task Cmdlets_work_where_the_language_is_constrained(string command, string size, string age)
    {
        ScriptedHost host = new("No");
        await using Shop shop = await OpenAsync(host);

        shop.Run($"$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'; {command} | Out-Default")
            .MustSucceed();

        string screen = string.Join('\n', host.Screen);
        Assert.Contains("sha256:", screen, StringComparison.Ordinal);
        Assert.Contains(size, screen, StringComparison.Ordinal);
        Assert.Contains(age, screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_that_come_back_from_a_job_are_shown_as_rows()
    {
        ScriptedHost host = new("No");
        await using Shop shop = await OpenAsync(host);

        shop.Run(
                """
                $rows = Get-ArImageTag $app -Tag v1
                [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($rows)) | Out-Default
                """
            )
            .MustSucceed();

        Assert.Contains(host.Screen, line => line.Trim() == $"Image: {Shop.App}");
        Assert.Contains(host.Screen, line =>
            line.Contains("76 MB", StringComparison.Ordinal) && line.TrimEnd().EndsWith(" v1", StringComparison.Ordinal)
        );
    }

    private static string[] HeadersOf(XElement view) =>
    [
        .. view.Descendants("TableColumnHeader").Select(header => header.Element("Label")!.Value),
        .. view.Descendants("ListItem").Select(item => (item.Element("Label") ?? item.Element("PropertyName"))!.Value),
        .. view.Elements("GroupBy").Select(group => (group.Element("PropertyName") ?? group.Element("Label"))!.Value),
    ];

    /// <summary>A large new image with a tag, a small old one, an untagged one, a grant, and a cluster.</summary>
    internal static async Task<Shop> OpenAsync(ScriptedHost? host = null)
    {
        Shop shop = await Shop.OpenAsync(host: host);
        shop.State.AddRepository("us-docker.pkg.dev/shop/prod");
        shop.Add(new ImageOptions { Tags = ["v1"], Size = 80_000_000, UploadTime = DateTimeOffset.UtcNow.AddDays(-1) });
        shop.Add(new ImageOptions { Tags = ["old"], Size = 1_000, UploadTime = DateTimeOffset.UtcNow.AddDays(-41) });
        shop.Add(new ImageOptions { Size = 80_000_000, UploadTime = DateTimeOffset.UtcNow.AddDays(-40.1) });
        shop.State.Grant(shop.Repository, "roles/artifactregistry.reader", "user:a@b.example");
        shop.State.AddProject("games", "345678901234");
        shop.State.AddCluster(
            "games",
            "us-central1",
            "arena",
            new ClusterOptions { NodePools = [new NodePoolOptions("pool")] }
        );
        shop.CloudRun("games").Add("us-central1", Run.Job("report", $"{Shop.App}:v1"));
        return shop;
    }
}
