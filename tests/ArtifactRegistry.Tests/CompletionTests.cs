using System.Management.Automation;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>What the Tab key offers, how it is written, and that it never stands in the way.</summary>
public sealed class CompletionTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Get-ArImage us-d", "us-docker.pkg.dev/")]
    [InlineData("Get-ArImage eu.", "eu.gcr.io/")]
    [InlineData("Get-ArImage us-docker.pkg.dev/sh", "us-docker.pkg.dev/shop/")]
    [InlineData("Get-ArImage us-docker.pkg.dev/example.com/", "us-docker.pkg.dev/example.com/tools/")]
    [InlineData("Get-ArImage https://us-docker.pkg.dev/shop/ap", "https://us-docker.pkg.dev/shop/apps")]
    [InlineData(
        "Get-ArImage us-docker.pkg.dev/shop/apps/",
        "us-docker.pkg.dev/shop/apps/team/api us-docker.pkg.dev/shop/apps/web"
    )]
    [InlineData("Get-ArImage us-docker.pkg.dev/shop/apps/team/", "us-docker.pkg.dev/shop/apps/team/api")]
    [InlineData("Get-ArImage us-docker.pkg.dev/example.com/tools/bin/", "us-docker.pkg.dev/example.com/tools/bin/cli")]
    [InlineData("Get-ArImage gcr.io/sh", "gcr.io/shop")]
    [InlineData("Get-ArImage gcr.io/shop/", "gcr.io/shop/old")]
    [InlineData(
        "Get-ArImage us-docker.pkg.dev/shop/apps/web:",
        "us-docker.pkg.dev/shop/apps/web:latest us-docker.pkg.dev/shop/apps/web:v1"
    )]
    [InlineData("Get-ArImage us-docker.pkg.dev/shop/apps/web@", "us-docker.pkg.dev/shop/apps/web@DIGEST")]
    [InlineData("Get-ArImage us-docker.pkg.dev/shop/apps/web:v1@sha256:", "us-docker.pkg.dev/shop/apps/web:v1@DIGEST")]
    [InlineData("Remove-ArUntaggedImage us-docker.pkg.dev/shop/apps/w", "us-docker.pkg.dev/shop/apps/web")]
    [InlineData("Get-ArReader us-docker.pkg.dev/shop/ap", "us-docker.pkg.dev/shop/apps")]
    [InlineData("Get-ArReader us-docker.pkg.dev/shop/apps/", "")]
    [InlineData("Get-ArImage not-a-host/", "")]
    [InlineData("Get-ArImage us-docker.pkg.dev/shop/apps/none:", "")]
    [InlineData("Get-ArRepository sh", "shop")]
    [InlineData("Get-ArRepository shop europe-west1", "europe-west1 europe-west10 europe-west12")]
    [InlineData("Get-ArRepository shop -Name a", "apps apps-eu")]
    [InlineData("Get-ArRepository shop us -Name a", "apps")]
    [InlineData("Get-ArNodeServiceAccount shop -Cluster ", "prod")]
    [InlineData("Get-ArNodeServiceAccount shop -Location us-east", "us-east1 us-east4 us-east5")]
    [InlineData("Connect-ArRegistry -Project sh", "shop")]
    [InlineData("Get-ArImageTag $app v", "v1")]
    [InlineData("Get-ArImageTag $app -Tag v1, la", "latest")]
    [InlineData("Remove-ArImageTag -Image $app -Tag ", "latest v1")]
    [InlineData("Add-ArImageTag \"${app}:v1\" -Tag ", "")]
    [InlineData("Add-ArImageTag $app -ExpectedDigest s", "DIGEST")]
    [InlineData("Get-ArReader $repo -Member n", "nodes@games.iam.gserviceaccount.com")]
    [InlineData("Revoke-ArReader $repo serviceAccount:n", "serviceAccount:nodes@games.iam.gserviceaccount.com")]
    [InlineData("Grant-ArReader $repo us", "user:")]
    [InlineData("Grant-ArReader $repo bu", "builder@shop.iam.gserviceaccount.com")]
    [InlineData(
        "Grant-ArReader $repo x -Role writer",
        "roles/artifactregistry.writer roles/artifactregistry.createOnPushWriter"
    )]
    [InlineData("Get-ArUntaggedImage $app -OlderThan 3", "30d 3d 3h 3w 3min")]
    [InlineData("Get-ArUntaggedImage $app -OlderThan '3", "'30d' '3d' '3h' '3w' '3min'")]
    [InlineData("Get-ArUntaggedImage $app -OlderThan ", "1h 1d 7d 30d 90d 0s")]
    [InlineData("Get-ArImage app", "europe-west1-docker.pkg.dev/shop/apps-eu us-docker.pkg.dev/shop/apps")]
    [InlineData("Get-ArImage we", "us-docker.pkg.dev/shop/apps/web")]
    [InlineData("Get-ArImage apps/w", "us-docker.pkg.dev/shop/apps/web")]
    [InlineData("Get-ArImage apps/web:v", "us-docker.pkg.dev/shop/apps/web:v1")]
    [InlineData("Get-ArImage web:v", "us-docker.pkg.dev/shop/apps/web:v1")]
    [InlineData("Get-ArImage web@HEX", "us-docker.pkg.dev/shop/apps/web@DIGEST")]
    [InlineData("Get-ArImage us-docker.pkg.dev/shop/apps/web@HEX", "us-docker.pkg.dev/shop/apps/web@DIGEST")]
    [InlineData("Get-ArReader app", "europe-west1-docker.pkg.dev/shop/apps-eu us-docker.pkg.dev/shop/apps")]
    [InlineData("Get-ArReader we", "")]
    [InlineData("Get-ArUntaggedImage $app -OlderThan 5", "5d 5h 5w 5min")]
    [InlineData("Get-ArUntaggedImage $app -OlderThan tes", "tes")]
    [InlineData("Remove-ArUntaggedImage $app -TimeLimit 2", "2d 2h 2w 2min")]
    [InlineData("Remove-ArUntaggedImage $app -AbortAbove 5", "'50%'")]
    [InlineData("Remove-ArUntaggedImage $app -AbortAbove tes", "tes")]
    [InlineData("Get-ArUntaggedImage $app -InUse tes", "tes")]
    [InlineData("Get-ArUntaggedImage x -InUse ", "sha256:")]
    [InlineData("Grant-ArReader $repo -Member gke", "gke-nodes@shop.iam.gserviceaccount.com")]
    [InlineData("Grant-ArReader -Project shop -Member gke", "gke-nodes@shop.iam.gserviceaccount.com")]
    [InlineData("Grant-ArReader $repo -Member tool", "tool-nodes@tools.iam.gserviceaccount.com")]
    public async Task Names_are_completed_part_by_part(string line, string expected)
    {
        await using Shop shop = await OpenAsync();

        string digest = shop.State.DigestOf(shop.Repository, "web", "v1")!;
        expected = expected.Replace("DIGEST", digest, StringComparison.Ordinal);
        line = line.Replace("HEX", digest["sha256:".Length..][..3], StringComparison.Ordinal);
        Assert.Equal(expected, CompleteAs(shop.Session, line, expected));
    }

    [Theory]
    [InlineData("Get-ArImageTag 'us-docker.pkg.dev/shop/apps/w", "'us-docker.pkg.dev/shop/apps/web'")]
    [InlineData("Get-ArImageTag \"us-docker.pkg.dev/shop/apps/w", "\"us-docker.pkg.dev/shop/apps/web\"")]
    [InlineData("Get-ArImageTag \"${app}:v", "\"us-docker.pkg.dev/shop/apps/web:v1\"")]
    [InlineData("Get-ArImageTag ${app}:v", "us-docker.pkg.dev/shop/apps/web:v1")]
    [InlineData("Get-ArImageTag $app 'v", "'v1'")]
    [InlineData("Get-ArImageTag us-docker.pkg.dev/shop/apps/team/api 2", "'2024.10'")]
    [InlineData(
        "Get-ArReader $repo -Member principal",
        "'principal://iam.googleapis.com/o''brien/$x (y)' principal:// principalSet://"
    )]
    [InlineData("Get-ArReader $repo -Member \"principal://iam", "\"principal://iam.googleapis.com/o'brien/`$x (y)\"")]
    public async Task What_is_put_into_the_line_means_the_name(string line, string expected)
    {
        await using Shop shop = await OpenAsync();
        shop.State.AddImage(shop.Repository, "team/api", "2024.10");

        Assert.Equal(expected, CompleteAs(shop.Session, line, expected));
        IReadOnlyList<string> found = Complete(shop.Session, line);
        // As the parser reads it: one string, with nothing left to expand.
        Assert.All(found, text =>
            Assert.IsType<string>(
                Assert.Single(shop.Run($"@('x', {(text[0] is '\'' or '"' ? text : $"'{text}'")})[1]").Output).BaseObject
            )
        );
    }

    [Fact]
    public async Task Repositories_of_the_own_project_come_before_the_hosts_of_the_world()
    {
        await using Shop shop = await OpenAsync();
        string[] own = ["europe-west1-docker.pkg.dev/shop/apps-eu", "gcr.io/shop", "us-docker.pkg.dev/shop/apps"];

        string found = "";
        for (int presses = 0; presses < 20 && found != string.Join(' ', own); presses++)
            found = string.Join(' ', Complete(shop.Session, "Get-ArImage ").Take(3));

        Assert.Equal(own, found.Split(' '));
        Assert.Contains("us-docker.pkg.dev/", Complete(shop.Session, "Get-ArImage "));
    }

    [Fact]
    public async Task A_second_Tab_asks_nobody_and_other_credentials_see_anew()
    {
        await using Shop shop = await OpenAsync();
        const string Line = "Get-ArImage us-docker.pkg.dev/shop/apps/w";

        shop.Emulator.Requests.Clear();
        Assert.Equal(Shop.App, CompleteAs(shop.Session, Line, Shop.App));
        int once = shop.Emulator.Requests.Snapshot().Count;
        Assert.Single(Complete(shop.Session, Line));
        Assert.Equal((1, 1), (once, shop.Emulator.Requests.Snapshot().Count));

        using PowerShellSession other = new(shop.Emulator);
        Assert.Equal(Shop.App, CompleteAs(other, Line, Shop.App));
        Assert.Equal(2, shop.Emulator.Requests.Snapshot().Count);

        shop.Session.Run($"$null = Connect-ArRegistry -AccessToken next -Endpoint '{shop.Emulator.Url}'").MustSucceed();
        Assert.Equal(Shop.App, CompleteAs(shop.Session, Line, Shop.App));
        Assert.Equal("Bearer next", shop.Emulator.Requests.Snapshot()[^1].Authorization);
    }

    [Fact]
    public async Task A_service_that_does_not_answer_holds_no_prompt_and_a_late_answer_is_there_at_the_next_Tab()
    {
        await using Shop shop = await OpenAsync();
        const string Line = "Get-ArImage us-docker.pkg.dev/shop/apps/w";
        using RequestHold held = shop.Hold("GET", "/packages");

        // The request is held until it is released below, so a completion that waited for it would not return.
        Assert.Empty(Complete(shop.Session, Line));
        await held.WaitForArrivalAsync(1, Stop);
        Assert.Empty(Complete(shop.Session, Line));
        Assert.Equal(1, held.Arrived);

        held.Release();
        IReadOnlyList<string> found = [];
        while (found.Count == 0)
        {
            Stop.ThrowIfCancellationRequested();
            found = Complete(shop.Session, Line);
        }

        Assert.Equal(["us-docker.pkg.dev/shop/apps/web"], found);
        Assert.Equal(1, held.Arrived);
    }

    [Theory]
    [InlineData("unreachable")]
    [InlineData("no credentials")]
    [InlineData("refused token")]
    [InlineData("denied")]
    [InlineData("failing")]
    [InlineData("nonsense")]
    public async Task Without_an_answer_nothing_is_said_and_what_is_known_anyway_is_offered(string trouble)
    {
        await using Shop shop = await OpenAsync();
        switch (trouble)
        {
            case "unreachable":
                shop.Session.Run(
                        "$null = Connect-ArRegistry -AccessToken x -Endpoint http://127.0.0.1:9/ -Project shop"
                    )
                    .MustSucceed();
                break;
            case "no credentials":
                shop.Session.Run($"$null = Connect-ArRegistry -Endpoint '{shop.Emulator.Url}' -Project shop")
                    .MustSucceed();
                break;
            case "refused token":
                shop.Emulator.Behaviour.RequireToken = true;
                break;
            case "denied":
                shop.Emulator.Behaviour.Denials = [new Denial("*")];
                break;
            case "failing":
                shop.Emulator.Behaviour.Faults.Add(new Fault(FaultKind.Unavailable));
                break;
            default:
                shop.Emulator.Behaviour.Faults.Add(new Fault(FaultKind.MalformedJson));
                break;
        }

        shop.Session.Run("$Error.Clear()");

        Assert.Empty(Complete(shop.Session, "Get-ArImage us-docker.pkg.dev/shop/apps/"));
        Assert.Empty(Complete(shop.Session, "Get-ArImageTag us-docker.pkg.dev/shop/apps/web -Tag "));
        Assert.Empty(Complete(shop.Session, "Get-ArNodeServiceAccount shop -Cluster "));
        Assert.Contains("us-docker.pkg.dev/", Complete(shop.Session, "Get-ArImage "));
        Assert.Contains("us-docker.pkg.dev/shop/", Complete(shop.Session, "Get-ArImage us-docker.pkg.dev/"));
        Assert.Contains("europe", Complete(shop.Session, "Get-ArRepository shop -Location e"));
        Assert.Equal(
            ["roles/artifactregistry.reader"],
            Complete(shop.Session, "Grant-ArReader us-docker.pkg.dev/shop/apps x -Role reader")
        );
        Assert.Equal(["group:"], Complete(shop.Session, "Grant-ArReader us-docker.pkg.dev/shop/apps g"));
        Assert.Equal("0", shop.Session.Run("$Error.Count").Output.Single().ToString());
    }

    [Fact]
    public async Task A_menu_tells_more_than_the_name()
    {
        await using Shop shop = await OpenAsync();

        string name = $"{Shop.App}@{shop.State.DigestOf(shop.Repository, "web", "v1")}";
        Assert.Equal(name, CompleteAs(shop.Session, $"Get-ArImage {Shop.App}@", name));
        CompletionResult digest = Assert.Single(Matches(shop.Session, $"Get-ArImage {Shop.App}@"));
        CompletionResult host = Matches(shop.Session, "Get-ArImage us")[0];

        Assert.Matches("^sha256:[0-9a-f]{4}…[0-9a-f]{4} latest, v1$", digest.ListItemText);
        Assert.Contains(
            "Image, 76 MB, uploaded 10 days ago, tags latest, v1",
            digest.ToolTip,
            StringComparison.Ordinal
        );
        Assert.Equal(("us", "Artifact Registry in us"), (host.ListItemText, host.ToolTip));
    }

    /// <summary>Presses Tab again where a busy machine was too late with its answer: the next one gets it.</summary>
    private static string CompleteAs(PowerShellSession session, string line, string expected)
    {
        string found = "";
        for (int presses = 0; presses < 20 && (presses == 0 || found != expected); presses++)
            found = string.Join(' ', Complete(session, line));
        return found;
    }

    private static IReadOnlyList<string> Complete(PowerShellSession session, string line) =>
        [.. Matches(session, line).Select(match => match.CompletionText)];

    /// <summary>
    /// What this module offers; files of the current folder, which the engine offers in its place, are left out.
    /// </summary>
    private static IReadOnlyList<CompletionResult> Matches(PowerShellSession session, string line)
    {
        session.Set("line", line);
        PSObject result = Assert.Single(
            session
                .Run("[System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null)")
                .MustSucceed()
                .Output
        );
        return [
            .. ((CommandCompletion)result.BaseObject).CompletionMatches
                .Where(match => match.ResultType is CompletionResultType.ParameterValue),
        ];
    }

    private static async Task<Shop> OpenAsync()
    {
        Shop shop = await Shop.OpenAsync();
        shop.Session.Set("repo", "us-docker.pkg.dev/shop/apps");
        shop.Session.Run(
                $"$null = Connect-ArRegistry -AccessToken {PowerShellSession.Token} -Endpoint '{shop.Emulator.Url}' "
                    + $"-Project shop"
            )
            .MustSucceed();
        shop.Add("latest", "v1");
        shop.State.AddImage(shop.Repository, "team/api", "v1");
        shop.State.AddRepository("europe-west1-docker.pkg.dev/shop/apps-eu");
        shop.State.AddRepository("shop", "us", "archive", new RepositoryOptions { Format = "MAVEN" });
        shop.State.AddRepository("gcr.io/shop");
        shop.State.AddImage("gcr.io/shop", "old", "v1");
        shop.State.AddProject("example.com:tools");
        shop.State.AddRepository("us-docker.pkg.dev/example.com:tools/bin");
        shop.State.AddImage("us-docker.pkg.dev/example.com:tools/bin", "cli", "v1");
        shop.State.AddProject("tools").AddCluster(
            "tools",
            "us-east1",
            "forge",
            new ClusterOptions
            {
                NodePools = [new("main") { ServiceAccount = "tool-nodes@tools.iam.gserviceaccount.com" }],
            });
        shop.State.AddCluster(
            "shop",
            "us-east1",
            "prod",
            new ClusterOptions
            {
                NodePools =
                [
                    new("main")
                    {
                        ServiceAccount = "gke-nodes@shop.iam.gserviceaccount.com",
                        Scopes = NodePoolOptions.CloudPlatform,
                    },
                ],
            }
        );
        shop.State.AddServiceAccount("shop", "builder");
        shop.State.SetPolicy(shop.Repository, JsonNode.Parse("""
            {"bindings": [{"role": "roles/artifactregistry.reader", "members": [
                "serviceAccount:nodes@games.iam.gserviceaccount.com",
                "principal://iam.googleapis.com/o'brien/$x (y)"]}]}
            """)!.AsObject());
        return shop;
    }
}
