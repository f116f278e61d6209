using System.Management.Automation;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Faults;

/// <summary>
/// Input that is wrong on purpose, for every parameter: each gets an error, and none reaches the network.
/// </summary>
public sealed class HostileTests : IDisposable
{
    private const string App = Shop.App;
    private const string Apps = "us-docker.pkg.dev/shop/apps";
    private const string Zeros = "0000000000000000000000000000000000000000000000000000000000000000";

    // Parts that no name of Google's has; each is put where a location, a project, a repository, an image or a tag
    // stands.
    private static readonly string[] Segments =
    [
        "..",
        ".",
        "%2e%2e",
        "%2F",
        "%00",
        "a b",
        "a\tb",
        "a\r\nHost: evil.example",
        "\0",
        "\u202e",
        "ａ",
        "é",
        "\ud800",
        "$(id)",
        "`whoami`",
        "${env:PATH}",
        "'; Remove-Item *",
        "\"",
        "<script>",
        "?force=true",
        "#fragment",
        "a&force=true",
        "a;b",
        "a\\b",
        "-rf",
        "--force",
        "~",
        "-",
        "a//b",
        new string('a', 5000),
        "{0}",
        "%s%n",
        "[a]",
        "\u001b[2J",
    ];

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string> Places
    {
        get
        {
            TheoryData<string, string> places = new();
            foreach (
                string command in (string[])
                    [
                        "Get-ArImage $text",
                        "Get-ArImageTag $text",
                        "$text | Get-ArImage",
                        "Get-ArUntaggedImage $text",
                        "Remove-ArUntaggedImage $text -Confirm:$false",
                        "Remove-ArImage $text -DeleteTags -Confirm:$false",
                        "Remove-ArImage $text -All -Force",
                        "Remove-ArImageTag $text",
                        "Add-ArImageTag $text -Tag v9 -Force",
                    ]
            )
                foreach (
                    string form in (string[])
                        [
                            "{0}-docker.pkg.dev/shop/apps/web:v1",
                        "us-docker.pkg.dev/{0}/apps/web:v1",
                        "us-docker.pkg.dev/shop/{0}/web:v1",
                        "us-docker.pkg.dev/shop/apps/{0}:v1",
                        "us-docker.pkg.dev/shop/apps/web:{0}",
                        "us-docker.pkg.dev/shop/apps/web@sha256:{0}",
                        "projects/{0}/locations/us/repositories/apps/packages/web/tags/v1",
                        "projects/shop/locations/us/repositories/apps/packages/{0}/tags/v1",
                        "projects/shop/locations/us/repositories/apps/dockerImages/web@{0}",
                        ])
                    places.Add(command, form);
            return places;
        }
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task A_part_of_a_name_that_is_none_is_refused(string command, string form)
    {
        await using Shop shop = await Shop.OpenAsync();
        foreach (string segment in Segments)
            MustRefuse(shop, command, form.Replace("{0}", segment, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Get-ArImage $text")]
    [InlineData("$text | Remove-ArImage -Confirm:$false")]
    [InlineData("Remove-ArUntaggedImage $text -Confirm:$false")]
    [InlineData("Grant-ArReader $text -Member a@p.iam.gserviceaccount.com")]
    [InlineData("Revoke-ArReader $text -Member a@p.iam.gserviceaccount.com -Confirm:$false")]
    [InlineData("Get-ArReader $text")]
    [InlineData("Test-ArReader $text -Member a@p.iam.gserviceaccount.com")]
    public async Task A_name_of_something_else_is_refused(string command)
    {
        await using Shop shop = await Shop.OpenAsync();
        foreach (
            string text in (string[])
                [
                    "",
                    " ",
                    "web",
                    ":v1",
                    "@sha256:" + Zeros,
                    "latest",
                    "docker.io/library/nginx",
                    "nginx:latest",
                    "ghcr.io/a/b:c",
                    "http://us-docker.pkg.dev/shop/apps/web",
                    "https://evil.example/us-docker.pkg.dev/shop/apps/web",
                    "file:///etc/passwd",
                    "\\\\server\\share",
                    "C:\\x",
                    "us-docker.pkg.dev",
                    "us-docker.pkg.dev/",
                    "us-docker.pkg.dev/shop",
                    "us-docker.pkg.dev/shop/",
                    "us-docker.pkg.dev.evil.example/shop/apps/web",
                    "evil.example/us-docker.pkg.dev/shop/apps",
                    "us-docker.pkg.dev@evil/shop/apps/web",
                    "us-docker.pkg.dev:443/shop/apps/web",
                    "//us-docker.pkg.dev/shop/apps",
                    "us-docker.pkg.dev//apps/web",
                    $"{App}@",
                    $"{App}:",
                    $"{App}@sha256:{Zeros[..63]}",
                    $"{App}@sha256:{Zeros}0",
                    $"{App}@md5:{Zeros}",
                    $"{App}@{Zeros}",
                    $"{App}@sha256:{Zeros[..63]}G",
                    $"{App}@sha256:{Zeros}@sha256:{Zeros}",
                    $"{App}:a:b",
                    $"{App}@sha256:{Zeros}:v1",
                    "null",
                    "{}",
                    "[]",
                    """{"Uri":"us-docker.pkg.dev/shop/apps/web"}""",
                    "../../etc/passwd",
                    "True",
                    "0",
                ]
        )
            MustRefuse(shop, command, text);
    }

    [Theory]
    [InlineData("Remove-ArImage -Confirm:$false")]
    [InlineData("Remove-ArImageTag")]
    [InlineData("Remove-ArUntaggedImage -Confirm:$false")]
    [InlineData("Add-ArImageTag -Tag v9 -Force")]
    public async Task An_object_that_names_nothing_or_contradicts_itself_is_refused(string command)
    {
        await using Shop shop = await Shop.OpenAsync();
        foreach (
            string item in (string[])
                [
                    "$null",
                    "42",
                    "3.14",
                    "(1 -eq 1)",
                    "[datetime]::Now",
                    "@{ a = 1 }",
                    "[pscustomobject]@{}",
                    "[guid]::Empty",
                    "[pscustomobject]@{ Uri = '' }",
                    "[pscustomobject]@{ Uri = $null; Tag = 'v1' }",
                    $"[pscustomobject]@{{ Image = '{App}' }}",
                    $"[pscustomobject]@{{ Uri = '{Apps}' }}",
                    $"[pscustomobject]@{{ Uri = '{App}'; Tag = '' }}",
                    $"[pscustomobject]@{{ Uri = '{App}:v1'; Image = '{Apps}/other'; Tag = 'v1' }}",
                    $"[pscustomobject]@{{ Uri = '{App}:v1'; Tag = 'v2' }}",
                    $"[pscustomobject]@{{ Uri = '{App}'; Digest = 'sha256:short' }}",
                    $"[pscustomobject]@{{ Uri = '{App}@sha256:{Zeros}'; Digest = 'sha256:{Zeros.Replace('0', '1')}' }}",
                    "[pscustomobject]@{ Name = 'web'; Digest = 'sha256:0' }",
                    "[pscustomobject]@{ Uri = [pscustomobject]@{ Uri = 'x' } }",
                    "[System.IO.FileInfo]::new('/etc/passwd')",
                    "{ 'a script block' }",
                    "[xml]'<a/>'",
                    "[byte[]](1, 2, 3)",
                ]
        )
            MustRefuse(shop, $"{item} | {command}", item);
    }

    public static TheoryData<string, string[]> Values =>
        new()
        {
            {
                $"Add-ArImageTag {App}:v1 -Tag $text -Force",
                [.. TagsThatAreNone, $"{Apps}/other:v9", $"{App}@sha256:{Zeros}"]
            },
            { $"Remove-ArImageTag {App} -Tag $text", [.. TagsThatAreNone, "v*"] },
            {
                $"Add-ArImageTag {App}:v1 -Tag v9 -ExpectedDigest $text",
                ["", "latest", "sha256:", "sha256:short", Zeros, $"sha256:{Zeros}\n", "md5:0"]
            },
            { $"Get-ArUntaggedImage {Apps} -OlderThan $text", AgesThatAreNone },
            { $"Remove-ArUntaggedImage {Apps} -Confirm:$false -OlderThan $text", AgesThatAreNone },
            {
                $"Remove-ArUntaggedImage {Apps} -Confirm:$false -TimeLimit $text",
                ["", "soon", "-1h", "30", "1y", "NaN", "2100-01-01"]
            },
            {
                $"Remove-ArUntaggedImage {Apps} -Confirm:$false -AbortAbove $text",
                ["", "x", "-1", "50 %%", "%", "101%", "1e9", "NaN%"]
            },
            { $"Remove-ArUntaggedImage {Apps} -Confirm:$false -MaxCount $text", NumbersThatAreNone },
            {
                $"Remove-ArUntaggedImage {Apps} -Confirm:$false -KeepNewest $text",
                ["x", "-1", "99999999999999999999", "NaN"]
            },
            {
                $"Remove-ArUntaggedImage {Apps} -Confirm:$false -RequestsPerSecond $text",
                ["x", "-1", "0", "1e99", "NaN"]
            },
            { $"Remove-ArUntaggedImage {Apps} -Confirm:$false -ThrottleLimit $text", NumbersThatAreNone },
            {
                $"Get-ArUntaggedImage {Apps} -InUse $text",
                ["", " ", "\0", "Error from server: timeout", "null", "{}", "not-a-digest"]
            },
            { $"Grant-ArReader {Apps} -Member $text", MembersThatAreNone },
            { $"'user:a@x.example' | Grant-ArReader -Project $text", ProjectsThatAreNone },
            { $"Revoke-ArReader {Apps} -Confirm:$false -Member $text", MembersThatAreNone },
            { $"Get-ArReader {Apps} -Member $text -Explain", MembersThatAreNone },
            { $"Test-ArReader {Apps} -Member $text", MembersThatAreNone },
            { "Get-ArRepository -Project $text", ProjectsThatAreNone },
            { "Get-ArRepository -Project shop -Location $text", LocationsThatAreNone },
            { "Get-ArNodeServiceAccount -Project $text", ProjectsThatAreNone },
            { "Get-ArNodeServiceAccount -Project shop -Location $text", LocationsThatAreNone },
            { "Test-ArPull us-docker.pkg.dev/shop/apps/web:v1 -Project $text", ProjectsThatAreNone },
            { "Test-ArPull us-docker.pkg.dev/shop/apps/web:v1 -Project shop -Location $text", LocationsThatAreNone },
            { "New-ArNodeServiceAccount -Project $text -Name gke-nodes", ProjectsThatAreNone },
            {
                "New-ArNodeServiceAccount -Project shop -Name $text",
                [
                    "",
                    "a",
                    "Nodes",
                    "gke_nodes",
                    "1nodes",
                    "nodes-",
                    "a b c d e f",
                    "no\ndes",
                    "../nodes",
                    new string('a', 31),
                ]
            },
            { "Connect-ArRegistry -Endpoint $text; if ($?) { Get-ArRepository shop }", EndpointsThatAreNone },
            { "Connect-ArRegistry -TimeoutSec $text", [.. NumbersThatAreNone, "3601"] },
            { "Connect-ArRegistry -OperationTimeoutSec $text", [.. NumbersThatAreNone, "86401"] },
        };

    private static string[] TagsThatAreNone =>
        [
            "",
            " ",
            ".",
            "..",
            "-v1",
            ".v1",
            "v 1",
            "v1\n",
            "v1/x",
            "v1?force=true",
            "v%31",
            "v1#",
            "v1@",
            "é",
            "\0",
            new string('v', 129),
        ];

    private static string[] AgesThatAreNone =>
        ["", "30", "x", "-30d", "30 fortnights", "NaN", "99999999999999d", "2100-01-01", "d"];

    private static string[] NumbersThatAreNone => ["x", "-1", "0", "99999999999999999999", "NaN"];

    private static string[] ProjectsThatAreNone =>
        [
            "",
            " ",
            "..",
            "a/b",
            "a%2Fb",
            "Shop",
            "shop\n",
            "shop?x",
            "a b",
            "-",
            "*",
            "shop/locations/-",
            "\0",
            new string('a', 400),
        ];

    private static string[] LocationsThatAreNone => ["", " ", "..", "us/x", "US", "us\n", "us?x", "-x", "*", "us%2F"];

    private static string[] MembersThatAreNone =>
        [
            "",
            " ",
            "a",
            "a@b",
            "a@b.example",
            "user:",
            "group:",
            "serviceAccount:",
            "domain:",
            "principal://",
            "user:a b@x.example",
            "user:a@x.example\nuser:b@x.example",
            "user:a@x.example\0",
            "evil:a@x.example",
            "\u202euser:a@x.example",
            "a@@p.iam.gserviceaccount.com",
            new string('a', 2000) + "@p.iam.gserviceaccount.com",
        ];

    private static string[] EndpointsThatAreNone =>
        [
            "http://evil.example/",
            "ftp://127.0.0.1/",
            "file:///etc/passwd",
            "us-docker.pkg.dev",
            "https://user:secret@evil.example/",
            "https://evil.example/?x=1",
            "https://evil.example/#x",
            "//evil.example",
            "http://127.0.0.1.evil.example/",
            "http://localhost.evil/",
        ];

    [Theory]
    [MemberData(nameof(Values))]
    public async Task A_value_that_makes_no_sense_is_refused(string command, string[] values)
    {
        await using Shop shop = await Shop.OpenAsync();
        foreach (string value in values) MustRefuse(shop, command, value);
    }

    [Fact]
    public async Task A_journal_that_cannot_be_written_keeps_everything_from_being_deleted()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add();
        string folder = _folder.Path, file = Path.Combine(folder, "file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
        foreach (
            string path in (string[])
                [
                    folder,
                    Path.Combine(folder, "none", "x"),
                    Path.Combine(file, "x"),
                    "",
                    "\0",
                    "nowhere:x",
                    new string('x', 5000),
                ]
        )
            MustRefuse(shop, $"Remove-ArUntaggedImage {App} -Confirm:$false -JournalPath $text", path);
    }

    public void Dispose() => _folder.Dispose();

    internal static void MustRefuse(Shop shop, string command, string text)
    {
        shop.Session.Set("text", text);
        string before = shop.Contents();

        ScriptResult result = shop.Run(command);

        string shown = $"{command} with '{Printable(text)}'";
        Assert.True(result.Thrown is RuntimeException || result.Errors.Count > 0, $"no error: {shown}");
        Assert.True(shop.Emulator.Requests.Snapshot().Count == 0, $"it reached the network: {shown}");
        Assert.Equal(before, shop.Contents());
        ErrorRecord error = result.Thrown is IContainsErrorRecord thrown ? thrown.ErrorRecord : result.Errors[0];
        Assert.False(error.Id() == "UnexpectedError", $"{error}: {shown}");
        Assert.False(string.IsNullOrWhiteSpace(error.ToString()), $"an error without words: {shown}");
        // A terminal obeys control characters, so a message must not bring them along.
        Assert.False(error.ToString().Any(c => c is '\u001b' or '\0'), $"control characters in the message: {shown}");
    }

    private static string Printable(string text) => string.Concat(
        text.Take(60).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? $"\\u{(int)c:x4}" : $"{c}"));
}
