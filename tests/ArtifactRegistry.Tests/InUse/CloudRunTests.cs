using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.InUse;

/// <summary>What Get-ArImageInUse reads from Cloud Run, and what of it a clean-up keeps.</summary>
public sealed class CloudRunTests
{
    private const string Read = "Get-ArImageInUse games -Source CloudRun";

    [Fact]
    public async Task Every_revision_of_every_region_keeps_the_digest_that_it_was_deployed_with()
    {
        await using Shop shop = await Shop.OpenAsync();
        string serving = shop.AddUntagged(),
            canary = shop.AddUntagged(),
            old = shop.AddUntagged(),
            far = shop.AddUntagged(),
            unused = shop.AddUntagged();
        shop.CloudRun("games")
            .Add(
                "europe-west1",
                Run.Service("web", $"{Shop.App}:moved", "web-3", tagged: "web-2"),
                Run.Revision("web-3", "web", $"{Shop.App}:moved", serving),
                Run.Revision("web-2", "web", $"{Shop.App}:moved", canary),
                Run.Revision("web-1", "web", $"{Shop.App}:moved", old)
            )
            .Add(
                "us-central1",
                Run.Service("api", $"{Shop.App}:moved", "api-1"),
                Run.Revision("api-1", "api", $"{Shop.App}:moved", far)
            );

        ScriptResult roles = shop.Run(
            $"{Read} | Where-Object Kind -eq Revision | ForEach-Object {{ \"$($_.Location) $($_.Service) $($_.Name) "
                + $"$($_.Role)\" }}"
        );
        shop.Run($"Remove-ArUntaggedImage $app -InUse ({Read}) -Confirm:$false").MustSucceed();

        Assert.Equal(
            [
                "europe-west1 web web-1 History",
                "europe-west1 web web-2 Running",
                "europe-west1 web web-3 Running",
                "us-central1 api api-1 Running",
            ],
            roles.MustSucceed().Output.Select(row => row.ToString())
        );
        Assert.Equal(
            new[] { serving, canary, old, far }.Order(StringComparer.Ordinal),
            shop.Names().Order(StringComparer.Ordinal)
        );
        Assert.DoesNotContain(unused, shop.Names());
    }

    [Fact]
    public async Task Only_revisions_that_get_requests_count_if_that_is_asked_for()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.CloudRun("games").Add(
            "europe-west1",
            Run.Service("web", $"{Shop.App}:moved", "web-3", tagged: "web-2"),
            Run.Revision("web-3", "web", $"{Shop.App}:moved", shop.AddUntagged()),
            Run.Revision("web-2", "web", $"{Shop.App}:moved", shop.AddUntagged()),
            Run.Revision("web-1", "web", $"{Shop.App}:moved", shop.AddUntagged()));

        ScriptResult result = shop.Run(
                $"{Read} -ServingRevisionOnly | Where-Object Kind -eq Revision | ForEach-Object Name"
            )
            .MustSucceed();

        Assert.Equal(["web-2", "web-3"], result.Output.Select(row => row.ToString()));
    }

    [Fact]
    public async Task A_sidecar_and_a_job_by_digest_keep_their_images()
    {
        await using Shop shop = await Shop.OpenAsync();
        string main = shop.AddUntagged(),
            sidecar = shop.AddUntagged(),
            job = shop.AddUntagged(),
            unused = shop.AddUntagged();
        shop.CloudRun("games")
            .Add(
                "europe-west1",
                Run.Service("web", main, "web-1"),
                Run.Revision("web-1", "web", main, main, sidecar),
                Run.Job("report", job)
            );

        shop.Run($"Remove-ArUntaggedImage $app -InUse ({Read}) -Confirm:$false").MustSucceed();

        Assert.Equal(
            new[] { main, sidecar, job }.Order(StringComparer.Ordinal),
            shop.Names().Order(StringComparer.Ordinal)
        );
        Assert.DoesNotContain(unused, shop.Names());
    }

    // How rows come to a clean-up: as they are, from another process, and from a file.
    [Theory]
    [InlineData("", "may be what runs in Cloud Run games/europe-west1, revision web-1, which shows no digest")]
    [InlineData("| ConvertTo-CliXml | ConvertFrom-CliXml", "in use")]
    [InlineData("| ConvertTo-Csv | ConvertFrom-Csv", "in use")]
    [InlineData("| ConvertTo-Json | ConvertFrom-Json", "in use")]
    public async Task A_sidecar_by_tag_keeps_every_digest_of_its_image_since_no_API_tells_which_one_runs(
        string way, string reason)
    {
        await using Shop shop = await Shop.OpenAsync();
        string main = shop.AddUntagged(), old = shop.AddUntagged();
        shop.Add("proxy"); // where the tag is now
        string other = shop.State.AddImage(
            shop.Repository,
            "api",
            new ImageOptions { UploadTime = DateTimeOffset.UtcNow.AddDays(-10) }
        );
        shop.CloudRun("games").Add(
            "europe-west1",
            Run.Service("web", main, "web-1"),
            Run.Revision("web-1", "web", main, main, $"{Shop.App}:proxy"));

        ScriptResult result = shop.Run(
                $"Remove-ArUntaggedImage us-docker.pkg.dev/shop/apps -InUse ({Read} {way}) -Confirm:$false"
            )
            .MustSucceed();

        Assert.Contains(old, shop.Names());
        Assert.Contains(main, shop.Names());
        Assert.DoesNotContain(other, shop.State.Digests(shop.Repository, "api"));
        Assert.Contains(result.Output, row => (string)row.Properties["Reason"].Value == reason);
    }

    [Fact]
    public async Task A_sidecar_by_tag_shows_what_the_tag_is_on_and_a_warning_says_that_no_API_tells_what_runs()
    {
        await using Shop shop = await Shop.OpenAsync();
        string main = shop.AddUntagged(), now = $"{Shop.App}@{shop.Add("proxy")}";
        shop.CloudRun("games").Add(
            "europe-west1",
            Run.Service("web", main, "web-1"),
            Run.Revision("web-1", "web", main, main, $"{Shop.App}:proxy"));

        ScriptResult result = shop.Run($"{Read} | Where-Object Kind -eq Revision").MustSucceed();

        Assert.Equal(["False", "True"], result.Values("MayBeAnyDigest").Order(StringComparer.Ordinal));
        Assert.Equal(
            new[] { main, now }.Order(StringComparer.Ordinal), result.Values("Uri").Order(StringComparer.Ordinal));
        Assert.Contains(
            $"the digest of 1 container by tag in revisions of project games (web-1: {Shop.App}:proxy)",
            Assert.Single(result.Warnings),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tag_is_resolved_by_the_registry_where_nobody_tells_a_digest()
    {
        await using Shop shop = await Shop.OpenAsync();
        string tagged = $"{Shop.App}@{shop.Add("v1")}";
        shop.CloudRun("games")
            .Add("europe-west1", Run.Job("report", $"{Shop.App}:v1"), Run.Job("lost", $"{Shop.App}:gone"));

        ScriptResult result = shop.Run(
                $"{Read} | ForEach-Object {{ \"$($_.Name) $($_.IsResolved) $($_.Uri) $($_.Missing)\" }}"
            )
            .MustSucceed();

        Assert.Equal(
            [$"lost False {Shop.App}:gone True", $"report True {tagged} False"],
            result.Output.Select(row => row.ToString())
        );
    }

    [Fact]
    public async Task An_instance_tells_the_digest_of_each_container()
    {
        await using Shop shop = await Shop.OpenAsync();
        string used = shop.AddUntagged();
        shop.CloudRun("games").Add("europe-west1", new JsonObject
        {
            ["kind"] = "Instance",
            ["name"] = "one",
            ["containers"] = new JsonArray(Kube.Container("main", $"{Shop.App}:moved")),
            ["containerStatuses"] = new JsonArray(new JsonObject { ["name"] = "main", ["imageDigest"] = used }),
        });

        ScriptResult result = shop.Run(Read).MustSucceed();

        Assert.Equal([used], result.Values("Uri"));
        Assert.Equal(["Instance"], result.Values("Kind"));
    }
}
