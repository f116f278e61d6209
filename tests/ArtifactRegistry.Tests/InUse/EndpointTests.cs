using ArtifactRegistry.Emulator;
using ArtifactRegistry.Emulator.Workloads;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.InUse;

/// <summary>The ways to a cluster, and that the token goes to nobody else.</summary>
public sealed class EndpointTests
{
    private const string Read = "Get-ArImageInUse games -Source Kubernetes";

    public static TheoryData<string, ClusterEndpoints> Reachable =>
        new()
        {
            { "public endpoint", new ClusterEndpoints() },
            {
                "Connect gateway",
                new ClusterEndpoints { Public = Reach.Refused, Membership = "arena" }
            },
            {
                "Connect gateway in a region",
                new ClusterEndpoints
                {
                    Public = Reach.Absent,
                    Membership = "arena",
                    MembershipLocation = "europe-west1",
                }
            },
            {
                "private endpoint",
                new ClusterEndpoints { Public = Reach.Absent, Private = Reach.Reachable }
            },
            {
                "private endpoint after the public one",
                new ClusterEndpoints { Public = Reach.Refused, Private = Reach.Reachable }
            },
        };

    [Theory, MemberData(nameof(Reachable))]
    public async Task A_cluster_is_read_by_the_first_endpoint_that_answers(string endpoint, ClusterEndpoints endpoints)
    {
        await using Shop shop = await Shop.OpenAsync();
        string used = shop.AddUntagged();
        shop.AddCluster(endpoints: endpoints).Add(Kube.Pod("web", used, used));

        ScriptResult result = shop.Run(Read).MustSucceed();

        Assert.Equal([used], result.Values("Uri"));
        Assert.Equal(
            endpoint.StartsWith("Connect", StringComparison.Ordinal),
            shop.Emulator.Requests.Snapshot(request =>
                request.Path.Contains("gkeMemberships", StringComparison.Ordinal)
            ).Count > 0
        );
    }

    [Theory]
    [InlineData(ClusterFaultKind.WrongAuthority)]
    [InlineData(ClusterFaultKind.OtherName)]
    public async Task Nothing_is_sent_to_a_server_whose_certificate_is_not_that_of_the_cluster(ClusterFaultKind kind)
    {
        await using Shop shop = await Shop.OpenAsync(new Behaviour { ClusterFaults = [new ClusterFault(kind)] });
        shop.AddCluster(endpoints: new ClusterEndpoints { Private = Reach.Reachable })
            .Add(Kube.Pod("web", Shop.App + ":v1"));

        ScriptResult result = shop.Run(Read);

        Assert.Equal(["ClusterUnreachable", "InUseIncomplete"], result.ErrorIds.Distinct());
        Assert.Empty(result.Output);
        Assert.All(shop.Emulator.Requests.Snapshot(), request =>
            Assert.DoesNotContain("/api", request.Path, StringComparison.Ordinal)
        );
        Assert.Contains("public endpoint", result.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Contains("private endpoint", result.Errors[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_DNS_endpoint_needs_a_certificate_that_this_machine_trusts()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.AddCluster(endpoints: new ClusterEndpoints { Dns = Reach.Reachable, Public = Reach.Absent });

        ScriptResult result = shop.Run(Read);

        Assert.Equal(["ClusterUnreachable", "InUseIncomplete"], result.ErrorIds.Distinct());
        Assert.Contains("DNS endpoint", result.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Empty(shop.Emulator.Requests.Snapshot(request => request.Is("GET", "/api/v1/pods")));
    }

    [Fact]
    public async Task A_DNS_endpoint_is_read_before_the_public_one()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only there does a variable add to the trusted certificates.");
        await using Shop shop = await Shop.OpenAsync();
        string used = shop.AddUntagged();
        shop.AddCluster(endpoints: new ClusterEndpoints { Dns = Reach.Reachable, Public = Reach.Silent })
            .Add(Kube.Pod("web", used, used));
        using TemporaryFolder folder = new();
        string authority = Path.Combine(folder.Path, "ca.pem");
        await File.WriteAllTextAsync(
            authority, shop.Emulator.PublicAuthority, TestContext.Current.CancellationToken);

        ProcessResult result = await ShellProcess.RunAsync(
            [
                "-NoProfile", "-Command",
                $"$null = Connect-ArRegistry -AccessToken '{PowerShellSession.Token}' -Endpoint '{shop.Emulator.Url}'; "
                    + $"({Read}).Uri",
            ],
            "",
            [("SSL_CERT_FILE", authority)]);

        Assert.Equal(used, result.Output.Trim());
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using Shop other = await Shop.OpenAsync();
        await using Shop shop = await Shop.OpenAsync(new Behaviour
        {
            ClusterFaults = [new ClusterFault(ClusterFaultKind.Redirects) { RedirectTo = other.Emulator.Url }],
        });
        shop.AddCluster();
        int before = other.Emulator.Requests.Snapshot().Count;

        ScriptResult result = shop.Run(Read);

        Assert.Equal(["ClusterUnreachable", "InUseIncomplete"], result.ErrorIds.Distinct());
        Assert.Equal(before, other.Emulator.Requests.Snapshot().Count);
    }

    [Fact]
    public async Task A_host_elsewhere_gets_nothing_while_the_registry_is_on_this_machine()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.State.AddCluster("games", "europe-west1", "arena"); // at 192.0.2.10

        ScriptResult result = shop.Run(Read);

        Assert.Equal(["ClusterUnreachable", "InUseIncomplete"], result.ErrorIds.Distinct());
        Assert.Contains("nothing leaves this machine", result.Errors[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_that_cannot_be_reached_is_said_to_have_authorized_networks()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.AddCluster(
            endpoints: new ClusterEndpoints
            {
                Public = Reach.Refused,
                Private = Reach.Absent,
                AuthorizedNetworks = ["10.0.0.0/8"],
            }
        );

        ScriptResult result = shop.Run(Read);

        Assert.Contains(
            "authorized networks",
            result.Errors[0].ErrorDetails.RecommendedAction,
            StringComparison.Ordinal
        );
    }
}
