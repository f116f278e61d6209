using System.Text;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.StaleRules;

/// <summary>Test-ArStaleRule: every problem of a file is found, with its line, and nothing of a file is run.</summary>
public sealed class TestStaleRuleTests
{
    private const string Good = "Image = 'us-docker.pkg.dev/shop/apps/*'; OlderThan = '30d'";
    private const string GoodJson = "\"Image\": \"us-docker.pkg.dev/shop/apps/*\", \"OlderThan\": \"30d\"";
    private const string NotData =
        "A file of rules is one table, @{ … }, and nothing beside it. It is read and not run.";
    private const string Tag = "letters, digits, '_', '.' and '-', not beginning with '.' or '-'";
    private const string Slashes = "A regular expression is written between slashes, for example '/^v[0-9]+$/'.";

    /// <summary>Files of one line or more, and their problems as "line, rule: problem".</summary>
    public static TheoryData<string, string, string[]> Bad => new()
    {
        { "rules.psd1", "", ["-, -: The file is empty."] },
        { "rules.json", " \n", ["-, -: The file is empty."] },
        { "rules.yaml", "Rules: []", ["-, -: The name of the file ends neither with .psd1 nor with .json."] },
        { "rules", "@{}", ["-, -: The name of the file ends neither with .psd1 nor with .json."] },
        { "rules.psd1", "@{}", ["1, -: Rules is missing: at least one set of rules, with Image and OlderThan."] },
        {
            "rules.psd1",
            $"@{{ AllowUnmatchedInUse = 'yes'\n Rules = @{{ {Good}\n AllowUnmatchedInUse = $true }} }}",
            [
                "1, -: AllowUnmatchedInUse must be $true or $false, in JSON true or false, and this is the text 'yes'.",
                "3, 1: 'AllowUnmatchedInUse' is not a setting of a set of rules. Put it beside Rules: it applies to "
                    + "the whole file.",
            ]
        },
        { "rules.json", "{}", ["1, -: Rules is missing: at least one set of rules, with Image and OlderThan."] },
        { "rules.psd1", "\n@{ Rules = @() }", ["2, -: Rules is an empty list. Leave it out, or name something."] },
        { "rules.json", "[]", ["1, -: A file of rules is a table of names and values, and this is a list."] },
        {
            "rules.json",
            "\n\"text\"",
            ["2, -: A file of rules is a table of names and values, and this is the text 'text'."]
        },
        {
            "rules.json",
            "{ \"Rules\": null }",
            ["1, 1: A set of rules is a table of names and values, and this is null."]
        },
        {
            "rules.psd1",
            "@{ Rules = $null }",
            ["1, 1: A set of rules is a table of names and values, and this is $null."]
        },
        {
            "rules.psd1",
            $"@{{\n  Rules = @(\n    @{{ {Good}; Olderthan = '1d' }}\n  )\n  InUseFrm = 'shop'\n  "
                + $"rules = @{{ {Good} }}\n}}",
            [
                "3, 1: 'Olderthan' is there already, on line 3.",
                "5, -: 'InUseFrm' is not a setting of a file of rules. Did you mean InUseFrom?",
                "6, -: 'rules' is there already, on line 2.",
            ]
        },
        {
            "rules.json",
            $"{{\n  \"Rules\": [\n    {{ {GoodJson},\n      \"olderThan\": \"1d\" }}\n  ],\n  \"Rules\": []\n}}",
            ["4, 1: 'olderThan' is there already, on line 3.", "6, -: 'Rules' is there already, on line 2."]
        },
        {
            "rules.json",
            $"{{ \"oldertHan\": 1, \"Rules\": [ {{ {GoodJson} }},\n {{ {GoodJson}, \"InUseFrom\": \"shop\",\n "
                + "\"Grace\": \"1d\" } ] }",
            [
                "1, -: 'oldertHan' is not a setting of a file of rules. Put it in a set of Rules.",
                "2, 2: 'InUseFrom' is not a setting of a set of rules. Put it beside Rules: it applies to the whole "
                    + "file.",
                "3, 2: 'Grace' is not a setting of a set of rules. The settings are Image, OlderThan, KeepNewest, "
                    + "KeepNewestPer, SortBy, Tag, ExcludeTag.",
            ]
        },
        {
            "rules.psd1",
            "@{ Rules = @(\n  @{ Image = 'us-docker.pkg.dev/shop/apps' }\n  @{ OlderThan = '1d' }\n  'text' ) }",
            [
                "2, 1: OlderThan is missing.",
                "3, 2: Image is missing.",
                "4, 3: A set of rules is a table of names and values, and this is the text 'text'.",
            ]
        },
        {
            "rules.psd1",
            "@{ Rules = @{\n  Image = 'web', 'us-docker.pkg.dev/shop/apps/web:v1',\n    "
                + "'us-docker.pkg.dev/shop/apps/a b'\n  "
                + "OlderThan = 30\n  KeepNewest = '3'\n  KeepNewestPer = 'v1'\n  SortBy = '1'\n  Tag = @()\n  "
                + "ExcludeTag = 'a', 5, '^v1'\n} }",
            [
                "2, 1: Image: 'web' is not accepted as an image name",
                "2, 1: Image: 'us-docker.pkg.dev/shop/apps/web:v1' names a tag or a digest. Name images, and choose "
                    + "tags with Tag.",
                "3, 1: Image: 'us-docker.pkg.dev/shop/apps/a b' is not accepted as an image name",
                "4, 1: OlderThan: '30' is not an age. A number needs a unit: 30d for days",
                "5, 1: KeepNewest must be a whole number such as 10, and this is the text '3'.",
                "6, 1: KeepNewestPer: 'v1' has no group.",
                "7, 1: SortBy: '1' is neither UploadTime nor Version.",
                "8, 1: Tag is an empty list. Leave it out, or name something.",
                "9, 1: ExcludeTag must be a text in quotation marks, and this is the number 5.",
                $"9, 1: ExcludeTag: the tag '^v1' is malformed: it must be {Tag}. {Slashes}",
            ]
        },
        {
            "rules.json",
            $"{{ \"InUseFrom\": [ \"folders/12\",\n \"Shop\", \"\" ],\n \"Rules\": [ {{ {GoodJson},\n "
                + "\"KeepNewest\": -1,\n "
                + "\"SortBy\": [],\n \"Tag\": { },\n \"ExcludeTag\": true } ] }",
            [
                "2, -: InUseFrom: the project 'Shop' has upper-case letters; write it in lower case.",
                "2, -: InUseFrom: the project is missing.",
                "4, 1: KeepNewest must be a whole number such as 10, and this is the number -1.",
                "5, 1: SortBy must be a text in quotation marks, and this is a list.",
                "6, 1: Tag must be a text in quotation marks, and this is a table.",
                "7, 1: ExcludeTag must be a text in quotation marks, and this is true.",
            ]
        },
        {
            "rules.json",
            $"{{ \"Rules\": {{ {GoodJson}, \"KeepNewest\": 1e3 }} }}",
            ["1, 1: KeepNewest must be a whole number such as 10, and this is the number 1e3."]
        },
        {
            "rules.json",
            $"{{ \"Rules\": {{ {GoodJson}, \"KeepNewest\": 99999999999 }} }}",
            ["1, 1: KeepNewest must be a whole number"]
        },
        {
            "rules.psd1",
            $"@{{ Rules = @{{ {Good}; KeepNewest = 1kb }} }}",
            ["1, 1: KeepNewest must be a whole number such as 10, and this is the number 1kb."]
        },
        { "rules.json", "{\n \"Rules\": [ }\n", ["2, -: This is not JSON: "] },
        { "rules.json", $"{{ \"Rules\": {{ {GoodJson} }} }}\n{{}}", ["2, -: This is not JSON: "] },
        { "rules.json", "{ \"Rules\": \"\\ud800\" }", ["1, -: This is not JSON: half of a character is missing."] },
        { "rules.json", new string('[', 100_000), ["1, -: This is not JSON: "] },
        {
            "rules.psd1",
            "@{ Rules = @{ Image = 'a\n }",
            ["1, -: This is not PowerShell: ", "1, -: This is not PowerShell: ", "1, -: This is not PowerShell: "]
        },
        { "rules.psd1", "@{ Rules = 1 }\n@{}", ["2, -: " + NotData] },
        { "rules.psd1", "param($x)\n@{}", ["1, -: " + NotData] },
        { "rules.psd1", "'text'", ["1, -: " + NotData] },
        { "rules.psd1", "{ \"Rules\": [] }", ["1, -: " + NotData] },
        {
            "rules.psd1",
            "@{ 5 = 1; $x = 2 }",
            ["1, -: The name of a setting must be a word.", "1, -: The name of a setting must be a word."]
        },
    };

    /// <summary>What would leave a file behind if it were run.</summary>
    public static TheoryData<string> Commands =>
    [
        "@{ Rules = $(Set-Content ran.txt 1) }",
        "@{ Rules = @(Set-Content ran.txt 1) }",
        "@{ Rules = @{ Image = \"$(Set-Content ran.txt 1)\"; OlderThan = '1d' } }",
        "@{ Rules = @{ Image = [IO.File]::WriteAllText('ran.txt', '1'); OlderThan = '1d' } }",
        "@{ Rules = @{ Image = if (1) { Set-Content ran.txt 1 }; OlderThan = '1d' } }",
        "@{ Rules = @{ Image = { Set-Content ran.txt 1 }; OlderThan = '1d' } }",
        "@{ Rules = (Set-Content ran.txt 1) }",
        "@{ Rules = @{ Image = 'a' > ran.txt; OlderThan = '1d' } }",
        "@{ Rules = @{ $(Set-Content ran.txt 1) = 1 } }",
        "@{ Rules = @{ Image = 'us-docker.pkg.dev/shop/apps'; OlderThan = '1d' } }; Set-Content ran.txt 1",
        "@{ Rules = @{ Image = 'us-docker.pkg.dev/shop/apps'; OlderThan = '1d' } } | Set-Content ran.txt",
        "Set-Content ran.txt 1; @{ Rules = @{ Image = 'us-docker.pkg.dev/shop/apps'; OlderThan = '1d' } }",
        "<# #> begin { Set-Content ran.txt 1 } end { @{} }",
        "using module ./evil.psm1\n@{ Rules = @{ Image = 'us-docker.pkg.dev/shop/apps'; OlderThan = '1d' } }",
        "# @{\nusing assembly ./evil.dll\n@{ Rules = @{ Image = 'us-docker.pkg.dev/shop/apps'; OlderThan = '1d' } }",
    ];

    [Theory, MemberData(nameof(Bad))]
    public async Task Every_problem_is_found_with_its_line(string name, string text, string[] problems)
    {
        await using RuleFiles files = await RuleFiles.OpenAsync();
        files.Write(name, text);

        ScriptResult result = files.Shop.Run($"Test-ArStaleRule {name}").MustSucceed();

        Assert.Equal(problems.Length, result.Output.Count);
        foreach ((string problem, System.Management.Automation.PSObject row) in problems.Zip(result.Output))
        {
            string line = $"{row.Properties["Line"].Value ?? "-"}, {row.Properties["Rule"].Value ?? "-"}: ";
            Assert.StartsWith(
                problem, $"{line}{row.Properties["Problem"].Value}", StringComparison.Ordinal);
            Assert.Equal(files.PathOf(name), row.Properties["Path"].Value);
            Assert.Equal(false, row.Properties["IsValid"].Value);
        }

        Assert.Empty(files.Shop.Emulator.Requests.Snapshot());
    }

    [Theory, MemberData(nameof(Commands))]
    public async Task Nothing_of_a_file_is_run(string text)
    {
        await using RuleFiles files = await RuleFiles.OpenAsync();
        files.Write("evil.psm1", "Set-Content -LiteralPath $PSScriptRoot/ran.txt 1");
        files.Write("rules.psd1", text);

        foreach (string command in new[] { "Test-ArStaleRule rules.psd1", "Get-ArStaleImage -RulePath rules.psd1" })
        {
            ScriptResult result = files.Shop.Run(command);

            Assert.True(result.Errors.Count > 0 || result.Values("IsValid").All(valid => valid == "False"));
            Assert.False(File.Exists(files.PathOf("ran.txt")), command);
        }
    }

    [Theory]
    [InlineData("(")]
    [InlineData("@(")]
    [InlineData("@{a=")]
    [InlineData("$(")]
    [InlineData("-")]
    public async Task A_file_that_is_nested_without_end_is_refused(string part)
    {
        await using RuleFiles files = await RuleFiles.OpenAsync();
        files.Write("rules.psd1", "@{ Rules = " + string.Concat(Enumerable.Repeat(part, 100_000)));

        ScriptResult result = files.Shop.Run("Test-ArStaleRule rules.psd1").MustSucceed();

        Assert.NotEmpty(result.Output);
        Assert.All(result.Values("IsValid"), valid => Assert.Equal("False", valid));
    }

    [Fact]
    public async Task A_file_of_more_than_1_MB_is_refused()
    {
        await using RuleFiles files = await RuleFiles.OpenAsync();
        string rules = $"@{{ Rules = @{{ {Good} }} }}\n#";
        files.Write("fits.psd1", rules.PadRight(1024 * 1024, '#'));
        files.Write("large.psd1", rules.PadRight(1024 * 1024 + 1, '#'));

        ScriptResult result = files.Shop.Run("Test-ArStaleRule fits.psd1, large.psd1").MustSucceed();

        Assert.Equal(["True", "False"], result.Values("IsValid"));
        Assert.Equal("The file is larger than 1 MB.", result.Values("Problem")[1]);
    }

    [Fact]
    public async Task Text_in_another_encoding_is_a_problem_of_its_line()
    {
        await using RuleFiles files = await RuleFiles.OpenAsync();
        files.Write("latin.psd1", Encoding.Latin1.GetBytes($"@{{\n # für alle\n Rules = @{{ {Good} }} }}"));
        files.Write("wide.psd1", Encoding.Unicode.GetBytes($"@{{ Rules = @{{ {Good} }} }}"));
        files.Write("wide.json", [0xFF, 0xFE, 0x7B, 0xD8, 0x00]);

        ScriptResult result = files.Shop.Run("Test-ArStaleRule latin.psd1, wide.psd1, wide.json").MustSucceed();

        Assert.Equal("2", result.Values("Line")[0]);
        Assert.StartsWith("This is not UTF-8.", result.Values("Problem")[0], StringComparison.Ordinal);
        Assert.StartsWith("This is not text.", result.Values("Problem")[1], StringComparison.Ordinal);
        Assert.StartsWith("This is not JSON", result.Values("Problem")[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_valid_file_gives_each_set_of_rules_as_it_was_understood()
    {
        await using RuleFiles files = await RuleFiles.OpenAsync();
        files.Write("rules.psd1", $$"""
            # The policy of the shop.
            @{
                InUseFrom = 'games', 'folders/12'
                Rules     = @(
                    @{ {{Good}} }
                    @{
                        Image         = @('us-docker.pkg.dev/shop/apps/web', 'us-docker.pkg.dev/shop/apps/api')
                        OlderThan     = 2026-01-31
                        KeepNewestPer = '/^v(\d+)\./'
                        SortBy        = 'version'
                        Tag           = 'v*'
                        ExcludeTag    = "prod-*", '/^keep$/'
                    }
                )
            }
            """.Replace("2026-01-31", "'2026-01-31'", StringComparison.Ordinal));

        ScriptResult result = files.Shop.Run("Get-ChildItem *.psd1 | Test-ArStaleRule").MustSucceed();

        Assert.Equal(["True", "True"], result.Values("IsValid"));
        Assert.Equal(["5", "6"], result.Values("Line"));
        Assert.Equal(["1", "2"], result.Values("Rule"));
        Assert.Equal("us-docker.pkg.dev/shop/apps/web, us-docker.pkg.dev/shop/apps/api", result.Values("Image")[1]);
        Assert.Equal(["30d", "2026-01-31"], result.Values("OlderThan"));
        Assert.Equal(["0", "1"], result.Values("KeepNewest"));
        Assert.Equal([null, @"^v(\d+)\."], result.Values("KeepNewestPer"));
        Assert.Equal(["UploadTime", "Version"], result.Values("SortBy"));
        Assert.Equal(["", "v*"], result.Values("Tag"));
        Assert.Equal(["", "prod-*, /^keep$/"], result.Values("ExcludeTag"));
        Assert.Equal(["games, folders/12", "games, folders/12"], result.Values("InUseFrom"));
        Assert.Equal(
            "us-docker.pkg.dev/shop/apps/*: older than 30d", result.Values("Detail")[0]);
        Assert.All(result.Values("Problem"), Assert.Null);
    }

    [Fact]
    public async Task Wildcards_match_several_files_and_a_name_with_brackets_is_found()
    {
        await using RuleFiles files = await RuleFiles.OpenAsync();
        files.Write("one.psd1", $"@{{ Rules = @{{ {Good} }} }}");
        files.Write("two.json", $"{{ \"Rules\": {{ {GoodJson} }} }}");
        files.Write("three[1].psd1", $"@{{ Rules = @{{ {Good} }} }}");
        Directory.CreateDirectory(files.PathOf("folder.psd1"));

        string[] Names(string script) =>
            [.. files.Shop.Run(script).MustSucceed().Values("Path").Select(path => Path.GetFileName(path)!).Order()];

        Assert.Equal(["one.psd1", "three[1].psd1", "two.json"], Names("Test-ArStaleRule *"));
        Assert.Equal(["one.psd1", "three[1].psd1"], Names("Test-ArStaleRule ./*.psd1"));
        Assert.Equal(["three[1].psd1"], Names("Test-ArStaleRule 'three[1].psd1'"));
        Assert.Equal(["one.psd1", "three[1].psd1"], Names("Get-ChildItem -File *.psd1 | Test-ArStaleRule"));
        Assert.Equal(["one.psd1", "two.json"], Names("'one.psd1', 'two.json' | Test-ArStaleRule"));
    }

    [Theory]
    [InlineData("none.psd1", "NotFound")]
    [InlineData("*.none", "NotFound")]
    [InlineData("Env:/PATH", "InvalidArgument")]
    public async Task A_file_that_is_not_there_is_an_error_and_the_others_are_tested(string path, string id)
    {
        await using RuleFiles files = await RuleFiles.OpenAsync();
        files.Write("one.psd1", $"@{{ Rules = @{{ {Good} }} }}");

        ScriptResult result = files.Shop.Run($"Test-ArStaleRule '{path}', one.psd1");

        Assert.Equal(id, result.ErrorId);
        Assert.Equal(["True"], result.Values("IsValid"));
    }

    [Fact]
    public async Task Secrets_in_a_file_are_repeated_nowhere()
    {
        const string Secret = "ya29.a0AfB_byC7kx91mQ0pLr5tT3";
        await using RuleFiles files = await RuleFiles.OpenAsync();
        files.Write("rules.json", $$"""
            {
              "{{Secret}}": 1,
              "InUseFrom": "{{Secret}}",
              "Rules": { "Image": "{{Secret}}", "OlderThan": "{{Secret}}", "Tag": "/({{Secret}}/",
                "SortBy": "{{Secret}}", "KeepNewest": "{{Secret}}",
                "KeepNewestPer": "{{Secret}}", "ExcludeTag": "^{{Secret}}" }
            }
            """);
        files.Write("rules.psd1", $"@{{ Rules = {Secret}; '{Secret} = 1 }}");

        foreach (string name in new[] { "rules.json", "rules.psd1" })
        {
            ScriptResult test = files.Shop.Run($"Test-ArStaleRule {name} | Format-List * | Out-String -Width 500");
            ScriptResult get = files.Shop.Run($"Get-ArStaleImage -WithoutInUse -RulePath {name}");

            string said = $"{string.Join('\n', test.Output)}\n{get.ErrorText}\n{get.Error.Exception}";
            Assert.Contains("False", said, StringComparison.Ordinal);
            Assert.DoesNotContain(Secret, said, StringComparison.OrdinalIgnoreCase);
        }
    }
}
