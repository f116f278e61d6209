using System.Management.Automation;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>The objects that cmdlets emit, and how they look.</summary>
public sealed class ObjectTests
{
    private const string LongName =
        "a-rather-long-team-name/with-nested/and-more-nested/names-of-images-that-go-on/and-on/web";

    public static TheoryData<string, string, string> Views =>
        new()
        {
            { "Get-ArRepository -Project shop", "ArtifactRegistry.Repository", "Format Mode Size Uri" },
            { "Get-ArImage $app", "ArtifactRegistry.DockerImage", "Digest Kind Size Uploaded Tags" },
            { "Get-ArImageTag $app", "ArtifactRegistry.ImageTag", "Digest Kind Size Updated Tag" },
            { "Get-ArUntaggedImage $app", "ArtifactRegistry.UntaggedImage", "Decision Digest Size Uploaded Reason" },
            { "Remove-ArImageTag \"${app}:v1\"", "ArtifactRegistry.ImageTag#Removed", "Digest Tag" },
            { "Remove-ArImage \"$app@$free\" -Force", "ArtifactRegistry.RemovedImage", "Status Digest Size Reason" },
            { "Remove-ArUntaggedImage $app -Force", "ArtifactRegistry.RemovedImage", "Status Digest Size Reason" },
            { "Get-ArReader us-docker.pkg.dev/shop/apps", "ArtifactRegistry.Reader", "Member" },
            {
                "Grant-ArReader us-docker.pkg.dev/shop/apps user:b@b.example",
                "ArtifactRegistry.Reader#Changed",
                "Changed Member"
            },
        };

    [Theory, MemberData(nameof(Views))]
    public async Task Tables_fit_80_columns_and_cut_nothing(string command, string type, string headers)
    {
        ScriptedHost host = new("Yes") { Width = 80 };
        await using Shop shop = await OpenAsync(host);

        ScriptResult result = shop.Run($"$rows = @({command}); $rows; $rows | Out-Default").MustSucceed();

        Assert.All(result.Output, row => Assert.Equal(type, row.TypeNames[0]));
        string[] lines = [.. host.Screen.Select(line => line.TrimEnd())];
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 80));
        int header = Array.FindIndex(
            lines, line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)) == headers);
        Assert.True(header >= 0, string.Join('\n', lines));
        // The only ellipsis is the one of a short digest, and the last column is whole once its lines are put together.
        Assert.All(lines, line => Assert.DoesNotMatch("(?<!sha256:[0-9a-f]{4})…", line));
        int left = lines[header].LastIndexOf(' ') + 1;
        string last = string.Concat(
            lines
                .Where(line => line.Length > left)
                .Select(line => line[left..].Replace(" ", "", StringComparison.Ordinal))
        );
        string property = headers.Split(' ')[^1];
        Assert.All(result.Values(property), value =>
            Assert.Contains(value!.Replace(" ", "", StringComparison.Ordinal), last, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_connection_is_shown_without_its_secret()
    {
        ScriptedHost host = new("Yes");
        await using Shop shop = await OpenAsync(host);

        shop.Run("Get-ArConnection | Out-Default").MustSucceed();

        string screen = string.Join('\n', host.Screen);
        Assert.Matches(@"Endpoint\s+: http://127\.0\.0\.1:\d+/", screen);
        Assert.Matches(@"Credential\s+: the access token given to Connect-ArRegistry", screen);
        Assert.DoesNotContain(PowerShellSession.Token, screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_show_short_digests_sizes_and_ages()
    {
        ScriptedHost host = new("Yes");
        await using Shop shop = await OpenAsync(host);
        string digest = shop.State.DigestOf(shop.Repository, "web", "v1")!;

        shop.Run("Get-ArImageTag $app -Tag v1 | Out-Default").MustSucceed();

        string row = Assert.Single(host.Screen, line => line.TrimEnd().EndsWith(" v1", StringComparison.Ordinal));
        Assert.Contains($"{digest[..11]}…{digest[^4..]}", row, StringComparison.Ordinal);
        Assert.Contains("76 MB", row, StringComparison.Ordinal);
        Assert.Contains("40 days ago", row, StringComparison.Ordinal);
        Assert.Contains(host.Screen, line => line.Trim() == $"Image: {Shop.App}");
    }

    [Fact]
    public async Task An_absent_list_is_empty_and_false_and_never_null()
    {
        await using Shop shop = await OpenAsync(host: null);

        ScriptResult result = shop.Run(
            """
            $image = Get-ArImage "$app@$free"
            $tag = Get-ArImageTag "$app@$free"
            foreach ($row in $image, $tag) { $null -eq $row.Tags; [bool]$row.Tags; $row.Tags.Count; "$($row.Tags)" }
            $null -eq $image.Platforms; [bool]$image.Platforms; $image.Platforms.Count
            """).MustSucceed();

        Assert.Equal(
            ["False", "False", "0", "", "False", "False", "0", "", "False", "False", "0"],
            result.Output.Select(value => value.ToString()));
    }

    [Fact]
    public async Task Sizes_are_numbers_of_bytes_and_kinds_are_names()
    {
        await using Shop shop = await OpenAsync(host: null);
        shop.State.AddIndex(
            shop.Repository,
            "multi",
            ["linux/amd64", "linux/arm/v7"],
            new ImageOptions { Tags = ["v1"], Size = 5_000_000_000 }
        );

        PSObject index = Assert.Single(
            shop.Run("Get-ArImage us-docker.pkg.dev/shop/apps/multi:v1").MustSucceed().Output
        );
        ScriptResult children = shop.Run(
                "Get-ArImage us-docker.pkg.dev/shop/apps/multi | Where-Object { $_.Kind -eq 'Image' -and $_.SizeBytes "
                    + "-gt 4GB }"
            )
            .MustSucceed();

        Assert.Equal("Index", index.Properties["Kind"].Value.ToString());
        Assert.Equal(["linux/amd64", "linux/arm/v7"], (IEnumerable<string>)index.Properties["Platforms"].Value);
        Assert.Equal(2, children.Output.Count);
        Assert.All(children.Output, row => Assert.IsType<long>(row.Properties["SizeBytes"].Value));
    }

    [Theory]
    [InlineData("Get-ArImage $app")]
    [InlineData("Get-ArImageTag $app")]
    [InlineData("Get-ArRepository -Project shop")]
    [InlineData("Remove-ArUntaggedImage $app -Force")]
    public async Task The_text_of_an_object_is_a_name_that_can_be_pasted_back(string command)
    {
        await using Shop shop = await OpenAsync(host: null);

        ScriptResult result = shop.Run($"{command} | ForEach-Object {{ \"$_\"; $_.Uri }}").MustSucceed();

        string[] texts = [.. result.Output.Select(text => text.ToString())];
        Assert.NotEmpty(texts);
        for (int index = 0; index < texts.Length; index += 2) Assert.Equal(texts[index], texts[index + 1]);
        if (command.StartsWith("Get-", StringComparison.Ordinal))
            Assert.NotEmpty(shop.Run($"Get-ArImage '{texts[0]}'").MustSucceed().Output);
    }

    /// <summary>Tagged and untagged digests, long names and long members; $free is untagged.</summary>
    private static async Task<Shop> OpenAsync(ScriptedHost? host)
    {
        Shop shop = await Shop.OpenAsync(host: host);
        DateTimeOffset old = DateTimeOffset.UtcNow.AddDays(-40);
        shop.Add(
            new ImageOptions
            {
                Tags = ["v1"],
                UploadTime = old,
                Size = 80_000_000,
            }
        );
        shop.Add(
            new ImageOptions
            {
                Tags =
                [
                    .. Enumerable
                        .Range(0, 30)
                        .Select(number => $"a-tag-that-is-long-enough-to-fill-the-width-{number}"),
                ],
                UploadTime = old,
            }
        );
        string free = shop.Add(new ImageOptions { UploadTime = old, Size = 999 });
        shop.State.AddImage(shop.Repository, LongName, "v1");
        shop.State.Grant(
            shop.Repository,
            "roles/artifactregistry.reader",
            $"serviceAccount:{new string('n', 90)}@p.iam.gserviceaccount.com"
        );
        shop.State.Grant(
            shop.Repository,
            "roles/artifactregistry.repoAdmin",
            "user:a@b.example",
            new System.Text.Json.Nodes.JsonObject
            {
                ["title"] = "t",
                ["expression"] = $"request.time < timestamp('{new string('9', 80)}')",
            }
        );
        shop.State.AddRepository($"us-docker.pkg.dev/shop/{new string('r', 60)}");
        shop.Session.Set("free", free);
        return shop;
    }

    [Fact]
    public async Task Lists_read_well_in_a_CSV()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.State.AddIndex(
            shop.Repository,
            "web",
            ["linux/amd64", "linux/arm64"],
            new ImageOptions { Tags = ["latest", "v1"] }
        );

        ScriptResult result = shop.Run(
                "Get-ArImage $app | Where-Object Kind -eq Index | Select-Object Tags, Platforms | ConvertTo-Csv"
            )
            .MustSucceed();

        Assert.Equal(
            ["\"Tags\",\"Platforms\"", "\"latest, v1\",\"linux/amd64, linux/arm64\""],
            result.Output.Select(line => $"{line}")
        );
    }
}
