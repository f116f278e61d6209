using System.Text;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.InUse;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.StaleRules;

/// <summary>-RulePath of the cmdlets for stale images: what a file covers may go, and nothing else.</summary>
public sealed class RulePathTests
{
    private const string Remove = "Remove-ArStaleImage -WithoutInUse -Force";

    private const string Two = """
        @{
            # What builds leave behind goes sooner.
            Rules = @(
                @{
                    Image      = 'us-docker.pkg.dev/shop/apps/*'
                    OlderThan  = '90d'
                    ExcludeTag = 'prod-*', '/^keep/'
                }
                @{ Image = 'us-docker.pkg.dev/shop/apps/web'; OlderThan = 30d; KeepNewest = 1; Tag = 'pr-*', 'prod-*' }
            )
        }
        """;

    private const string TwoAsJson = """
        {
          // What builds leave behind goes sooner.
          "Rules": [
            {
              "Image": ["us-docker.pkg.dev/shop/apps/*"],
              "OlderThan": "90d",
              "ExcludeTag": ["prod-*", "/^keep/"]
            },
            {
              "image": "us-docker.pkg.dev/shop/apps/web",
              "olderThan": "30d",
              "keepNewest": 1,
              "tag": ["pr-*", "prod-*"],
            },
          ]
        }
        """;

    [Theory]
    [InlineData("rules.psd1", Two)]
    [InlineData("rules.json", TwoAsJson)]
    public async Task Each_set_applies_to_its_images_and_what_one_of_several_keeps_stays(string name, string text)
    {
        await using RuleFiles files = await FilledAsync();
        files.Write(name, text);

        ScriptResult result = files.Shop.Run($"{Remove} -RulePath ./{name}").MustSucceed();

        // Kept of web: what is excluded, what a set does not match, what is too young for one, and the newest twice.
        Assert.Equal(
            "web:keep-1 web:new web:pr-2 web:pr-3 web:pr-9 web:prod-1 web:sha-1 web:x api:c api:keep-2 api:new",
            files.Left("web", "api"));
        Assert.Equal(["a", "b", "pr-1"], result.Output.Where(row => row.Properties["Status"].Value is "Removed")
            .Select(row => row.Properties["Tags"].Value.ToString()).Order());
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public async Task A_byte_order_mark_says_the_encoding(string encoding)
    {
        foreach ((string name, string text) in new[] { ("rules.psd1", Two), ("rules.json", TwoAsJson) })
        {
            await using RuleFiles files = await FilledAsync();
            files.Write(name, text, Encoding.GetEncoding(encoding));

            files.Shop.Run($"{Remove} -RulePath {name}").MustSucceed();

            Assert.DoesNotContain("web:pr-1", files.Left("web"), StringComparison.Ordinal);
            Assert.Contains("web:pr-2", files.Left("web"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Without_Image_the_file_names_the_images_and_each_is_listed_once()
    {
        await using RuleFiles files = await FilledAsync();
        files.Shop.State.AddRepository("us-docker.pkg.dev/shop/other");
        files.Write("rules.psd1", Two.Replace("apps/*", "apps", StringComparison.Ordinal));

        ScriptResult result = files.Shop.Run("Get-ArStaleImage -WithoutInUse -RulePath rules.psd1").MustSucceed();

        Assert.Equal(["api", "web"], result.Values("Package").Distinct().Order());
        Assert.Empty(files.Shop.Emulator.Requests.Snapshot(request => request.Is("GET", "/other")));
        string[] lists =
        [
            .. files.Shop.Emulator.Requests.Snapshot(request => request.Is("GET", ""))
                .Select(request => request.PathAndQuery),
        ];
        Assert.Equal(lists.Distinct(), lists);
        Assert.Empty(result.Warnings);
    }

    [Theory]
    [InlineData("rules.psd1", "@{ AllowUnmatchedInUse = $true; InUseFrom = 'games'; Rules = RULE }", "", null)]
    [InlineData(
        "rules.psd1",
        "@{ AllowUnmatchedInUse = $false; InUseFrom = 'games'; Rules = RULE }",
        "",
        "InUseMatchesNothing")]
    [InlineData(
        "rules.psd1",
        "@{ AllowUnmatchedInUse = $false; InUseFrom = 'games'; Rules = RULE }",
        "-AllowUnmatchedInUse",
        null)]
    [InlineData(
        "rules.json", "{ \"allowUnmatchedInUse\": true, \"InUseFrom\": \"games\", \"Rules\": RULE }", "", null)]
    [InlineData("rules.json", "{ \"InUseFrom\": \"games\", \"Rules\": RULE }", "", "InUseMatchesNothing")]
    public async Task A_file_may_say_that_nothing_of_its_images_runs(
        string name, string text, string parameter, string? error)
    {
        await using RuleFiles files = await FilledAsync();
        files.Shop.AddCluster().Add(Kube.Pod("web", $"us-docker.pkg.dev/a/b/c@sha256:{new string('0', 64)}"));
        files.Write(
            name,
            text.Replace(
                "RULE",
                name.EndsWith("json", StringComparison.Ordinal)
                    ? """{ "Image": "us-docker.pkg.dev/shop/apps", "OlderThan": "1d" }"""
                    : "@{ Image = 'us-docker.pkg.dev/shop/apps'; OlderThan = '1d' }",
                StringComparison.Ordinal));

        ScriptResult result = files.Shop.Run($"Get-ArStaleImage -RulePath {name} {parameter}");

        if (error is null) Assert.NotEmpty(result.MustSucceed().Output);
        else Assert.Equal(error, result.ErrorIds[^1]);
    }

    [Fact]
    public async Task With_Image_only_its_images_that_the_file_covers_may_go()
    {
        await using RuleFiles files = await FilledAsync();
        files.Write("rules.json", """{ "Rules": { "Image": "us-docker.pkg.dev/shop/apps/api", "OlderThan": "1d" } }""");

        ScriptResult result = files.Shop.Run($"{Remove} us-docker.pkg.dev/shop/apps -RulePath rules.json")
            .MustSucceed();

        Assert.Equal("api:new", files.Left("api"));
        Assert.Equal(9, files.Shop.State.Tags(files.Shop.Repository, "web").Count);
        Assert.Equal(
            ["no rule applies to its image"],
            result.Output.Where(row => $"{row.Properties["Uri"].Value}".Contains("/web@", StringComparison.Ordinal))
                .Select(row => $"{row.Properties["Reason"].Value}").Distinct());
    }

    [Theory]
    [InlineData("@() | ", "")]
    [InlineData("Get-ArImage $app -Tag none* | ", "")]
    [InlineData("", "-Image @()")]
    [InlineData("", "-Image $null")]
    public async Task Nothing_given_is_not_everything_that_the_file_covers(string before, string after)
    {
        await using RuleFiles files = await FilledAsync();
        string all = files.Left("web", "api");
        files.Write("rules.psd1", Two);

        ScriptResult result = files.Shop.Run($"{before}{Remove} -RulePath rules.psd1 {after}");

        Assert.Empty(result.Output);
        Assert.Empty(files.Shop.Changes);
        Assert.Equal(all, files.Left("web", "api"));
    }

    [Theory]
    [InlineData("", "web:new")]
    [InlineData("-OlderThan 100d", "web:new")]
    [InlineData("-OlderThan 220d", "web:a web:new")]
    [InlineData("-Tag b", "web:a web:new")]
    [InlineData("-ExcludeTag A", "web:a web:new")]
    [InlineData("-KeepNewest 1", "web:a web:new")]
    [InlineData("-KeepNewestPer '/(.)/'", "web:a web:b web:new")]
    public async Task Parameters_are_one_more_rule_that_must_agree(string parameters, string expected)
    {
        await using RuleFiles files = await RuleFiles.OpenAsync();
        files.Add("web", 1, "new");
        files.Add("web", 200, "a");
        files.Add("web", 250, "b");
        files.Add("api", 1, "new");
        files.Add("api", 400, "a");
        files.Write("rules.psd1", "@{ Rules = @{ Image = 'us-docker.pkg.dev/shop/apps/web'; OlderThan = '90d' } }");

        files.Shop.Run($"{Remove} us-docker.pkg.dev/shop/apps -RulePath rules.psd1 {parameters}").MustSucceed();

        Assert.Equal(expected, files.Left("web"));
        // The parameters alone would let it go.
        Assert.Equal("api:a api:new", files.Left("api"));
    }

    [Theory]
    [InlineData("Get-ArStaleImage us-docker.pkg.dev/shop/apps -OlderThan 1d -WithoutInUse", "-RulePath rules.psd1")]
    [InlineData("Get-ArStaleImage us-docker.pkg.dev/shop/apps -RulePath rules.psd1 -WithoutInUse", "")]
    [InlineData("Get-ArStaleImage -RulePath rules.psd1 -WithoutInUse", "-OlderThan 1d")]
    public async Task Piped_rows_and_the_file_must_agree(string upstream, string parameters)
    {
        await using RuleFiles files = await RuleFiles.OpenAsync();
        foreach (string image in new[] { "web", "api" })
        {
            files.Add(image, 0, "new");
            files.Add(image, 50, "young");
            files.Add(image, 200, "old");
        }

        files.Write("rules.psd1", "@{ Rules = @{ Image = 'us-docker.pkg.dev/shop/apps/web'; OlderThan = '90d' } }");

        files.Shop.Run($"{upstream} | Remove-ArStaleImage -Force {parameters}").MustSucceed();

        Assert.Equal("web:new web:young api:new api:old api:young", files.Left("web", "api"));
    }

    [Theory]
    [InlineData("", "web:new web:one")]
    [InlineData("-InUseFrom other", "web:new web:one web:two")]
    public async Task Projects_of_the_file_and_of_the_parameter_are_both_read(string parameters, string expected)
    {
        await using RuleFiles files = await RuleFiles.OpenAsync();
        files.Add("web", 1, "new");
        string one = files.Add("web", 200, "one"), two = files.Add("web", 200, "two");
        files.Add("web", 200, "three");
        foreach (string project in new[] { "games", "other" }) files.Shop.State.AddProject(project);
        files.Shop.CloudRun("games").Add("us-central1", Run.Job("first", $"{Shop.App}@{one}"));
        files.Shop.CloudRun("other").Add("us-central1", Run.Job("second", $"{Shop.App}@{two}"));
        files.Write(
            "rules.psd1",
            "@{ InUseFrom = 'games'; Rules = @{ Image = 'us-docker.pkg.dev/shop/apps/web'; OlderThan = '90d' } }");

        files.Shop.Run($"Remove-ArStaleImage -Force -RulePath rules.psd1 {parameters}").MustSucceed();

        Assert.Equal(expected, files.Left("web"));
    }

    [Fact]
    public async Task A_file_that_does_not_say_what_runs_needs_somebody_who_does()
    {
        await using RuleFiles files = await FilledAsync();
        files.Write("rules.psd1", Two);

        ScriptResult result = files.Shop.Run("Remove-ArStaleImage -RulePath rules.psd1 -Force");

        Assert.Equal("InUseMissing", result.ErrorId);
        Assert.Empty(files.Shop.Emulator.Requests.Snapshot());
    }

    [Fact]
    public async Task The_projects_of_the_file_that_cannot_be_read_end_the_command()
    {
        await using RuleFiles files = await FilledAsync();
        files.Write(
            "rules.psd1",
            Two.Replace("@{\n    #", "@{\n    InUseFrom = 'none'\n    #", StringComparison.Ordinal));

        ScriptResult result = files.Shop.Run("Remove-ArStaleImage -RulePath rules.psd1 -Force");

        Assert.Empty(result.Output);
        Assert.Empty(files.Shop.Changes);
    }

    [Theory]
    [InlineData("Get-ArStaleImage", "nothing is listed")]
    [InlineData("Remove-ArStaleImage -Force", "nothing is deleted")]
    public async Task A_file_with_problems_ends_the_command_with_all_of_them_before_any_request(
        string command, string notDone)
    {
        await using RuleFiles files = await FilledAsync();
        files.Write("rules.psd1", """
            @{
                Rules = @(
                    @{ Image = 'us-docker.pkg.dev/shop/apps/web'; OlderThan = '1d' }
                    @{
                        Image     = 'us-docker.pkg.dev/shop/apps/api'
                        OlderThan = '30'
                        Tags      = 'pr-*'
                    }
                )
            }
            """);

        ScriptResult result = files.Shop.Run($"{command} -WithoutInUse -RulePath rules.psd1");

        Assert.Equal("InvalidRule", result.ErrorId);
        Assert.Contains(
            $"The rules in 'rules.psd1' cannot be used, so {notDone}:",
            result.ErrorText,
            StringComparison.Ordinal);
        Assert.Contains(
            "\n- line 6, rule 2: OlderThan: '30' is not an age.",
            result.ErrorText,
            StringComparison.Ordinal);
        Assert.Contains(
            "\n- line 7, rule 2: 'Tags' is not a setting of a set of rules. Did you mean Tag?",
            result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(files.Shop.Emulator.Requests.Snapshot());
    }

    [Theory]
    [InlineData("none.psd1", "NotFound", "There is no file '")]
    [InlineData("none/rules.psd1", "NotFound", "There is no file '")]
    [InlineData(".", "InvalidRule", "cannot be read")]
    [InlineData("Env:/PATH", "InvalidArgument", "'Env:/PATH' is not in the file system.")]
    [InlineData("Nowhere:/rules.psd1", "InvalidArgument", "'Nowhere:/rules.psd1' is not in the file system.")]
    public async Task A_file_that_cannot_be_read_ends_the_command(string path, string id, string message)
    {
        await using RuleFiles files = await FilledAsync();

        ScriptResult result = files.Shop.Run($"{Remove} -RulePath {path}");

        Assert.Equal(id, result.ErrorId);
        Assert.Empty(result.Output);
        Assert.Contains(message, result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(files.Shop.Emulator.Requests.Snapshot());
    }

    [Theory]
    [InlineData("-OlderThan", "OlderThan", "soon")]
    [InlineData("-OlderThan", "OlderThan", "2100-01-01")]
    [InlineData("-OlderThan 1d -Tag", "Tag", "^v1")]
    [InlineData("-OlderThan 1d -Tag", "Tag", "/(/")]
    [InlineData("-OlderThan 1d -ExcludeTag", "ExcludeTag", "a b")]
    [InlineData("-OlderThan 1d -KeepNewestPer", "KeepNewestPer", @"^v\d+")]
    public async Task A_setting_says_the_same_as_the_parameter_of_its_name(
        string parameters,
        string setting,
        string value)
    {
        await using RuleFiles files = await RuleFiles.OpenAsync();
        string rest = setting == "OlderThan" ? "" : "OlderThan = '1d'; ";
        files.Write(
            "rules.psd1",
            $"@{{ Rules = @{{ Image = '{Shop.App}'; {rest}{setting} = '{value}' }} }}");

        string ofParameter = files.Shop.Run($"Get-ArStaleImage $app -WithoutInUse {parameters} '{value}'")
            .Error.Exception.Message;
        string? ofFile = Assert.Single(files.Shop.Run("Test-ArStaleRule rules.psd1").MustSucceed().Values("Problem"));

        Assert.StartsWith($"-{setting}: ", ofParameter, StringComparison.Ordinal);
        Assert.Equal(ofParameter[1..], ofFile);
    }

    [Fact]
    public async Task WhatIf_and_the_run_are_about_the_same()
    {
        await using RuleFiles files = await FilledAsync();
        files.Write("rules.psd1", Two);

        ScriptResult would = files.Shop.Run($"{Remove} -RulePath rules.psd1 -WhatIf").MustSucceed();
        Assert.Empty(files.Shop.Changes);
        ScriptResult did = files.Shop.Run($"{Remove} -RulePath rules.psd1").MustSucceed();

        Assert.Equal(
            would.Output.Where(row => row.Properties["Status"].Value is "WouldRemove")
                .Select(row => row.Properties["Digest"].Value).Order(),
            did.Output.Where(row => row.Properties["Status"].Value is "Removed")
                .Select(row => row.Properties["Digest"].Value).Order());
        Assert.Contains("WouldRemove", would.Values("Status"));
    }

    private static async Task<RuleFiles> FilledAsync()
    {
        RuleFiles files = await RuleFiles.OpenAsync();
        files.Add("web", 1, "new");
        files.Add("web", 200, "prod-1");
        files.Add("web", 200, "keep-1");
        files.Add("web", 201, "sha-1");
        files.Add("web", 60, "pr-3");
        files.Add("web", 100, "pr-2");
        files.Add("web", 110, "pr-1");
        files.Add("web", 300, "x", "pr-9");
        files.Add("api", 1, "new");
        files.Add("api", 91, "a");
        files.Add("api", 92, "b");
        files.Add("api", 93, "keep-2", "c");
        return files;
    }
}
