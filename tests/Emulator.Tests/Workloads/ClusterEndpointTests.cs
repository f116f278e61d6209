using System.Net;
using System.Security.Authentication;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Workloads;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests.Workloads;

/// <summary>The endpoints of clusters, and who answers there.</summary>
public sealed class ClusterEndpointTests : WorkloadTest
{
    private const string Pods = "api/v1/pods";

    [Fact]
    public async Task Each_cluster_has_an_address_and_an_authority_of_its_own()
    {
        AddCluster("arena").Apply(Pod("web-1", "us-docker.pkg.dev/shop/apps/web:v1"));
        AddCluster("lobby").Apply(Pod("chat-1", "us-docker.pkg.dev/shop/apps/chat:v1"));

        JsonObject arena = await ClusterAsync("arena");
        JsonObject lobby = await ClusterAsync("lobby");

        Assert.Equal(["web-1"], Names(await GetFromAsync(arena, Pods)));
        Assert.Equal(["chat-1"], Names(await GetFromAsync(lobby, Pods)));
        lobby["masterAuth"] = arena["masterAuth"]!.DeepClone();
        await RefusesCertificateAsync(lobby);
        Assert.Equal((string?)arena["endpoint"], (string?)(await ClusterAsync("arena"))["endpoint"]);
    }

    [Fact]
    public async Task The_dns_endpoint_has_a_name_and_a_certificate_of_the_public_authority()
    {
        AddCluster(endpoints: new ClusterEndpoints { Dns = Reach.Reachable }).Apply(Pod("web-1", "web"));
        JsonObject cluster = await ClusterAsync();
        JsonNode dns = cluster["controlPlaneEndpointsConfig"]!["dnsEndpointConfig"]!;
        string endpoint = (string)dns["endpoint"]!;

        Assert.True((bool)dns["allowExternalTraffic"]!);
        Assert.StartsWith("localhost:", endpoint, StringComparison.Ordinal);
        Assert.Equal(["web-1"], Names(await GetFromAsync(endpoint, Emulator.PublicAuthority, Pods)));
        cluster["endpoint"] = endpoint;
        await RefusesCertificateAsync(cluster);
        Behaviour.Denials = [new Denial("container.clusters.connect", "*/clusters/arena")];
        Assert.Equal(HttpStatusCode.Forbidden, (await GetFromAsync(endpoint, Emulator.PublicAuthority, Pods)).Status);
    }

    [Fact]
    public async Task A_cluster_without_ip_endpoints_shows_its_dns_name_as_its_endpoint()
    {
        AddCluster(endpoints: new ClusterEndpoints { Public = Reach.Absent, Private = Reach.Absent });

        JsonObject cluster = await ClusterAsync();

        Assert.EndsWith(".europe-west1.gke.goog", (string?)cluster["endpoint"], StringComparison.Ordinal);
        Assert.False((bool)cluster["controlPlaneEndpointsConfig"]!["dnsEndpointConfig"]!["allowExternalTraffic"]!);
        Assert.Null(cluster["controlPlaneEndpointsConfig"]!["ipEndpointsConfig"]!["enabled"]);
        Assert.NotNull(cluster["masterAuth"]!["clusterCaCertificate"]);
    }

    [Fact]
    public async Task A_private_cluster_refuses_connections_unless_it_can_be_reached()
    {
        AddCluster("closed", new ClusterEndpoints { Public = Reach.Absent, AuthorizedNetworks = ["10.0.0.0/8"] });
        AddCluster("open", new ClusterEndpoints { Public = Reach.Absent, Private = Reach.Reachable })
            .Apply(Pod("web-1", "web"));

        JsonObject closed = await ClusterAsync("closed");
        JsonObject open = await ClusterAsync("open");

        Assert.True((bool)closed["privateClusterConfig"]!["enablePrivateEndpoint"]!);
        Assert.Equal("10.0.0.0/8", (string?)closed["masterAuthorizedNetworksConfig"]!["cidrBlocks"]![0]!["cidrBlock"]);
        HttpRequestException error = await Assert.ThrowsAsync<HttpRequestException>(() => GetFromAsync(closed, Pods));
        Assert.Equal(HttpRequestError.ConnectionError, error.HttpRequestError);
        Assert.Equal(["web-1"], Names(await GetFromAsync(open, Pods)));
    }

    [Fact]
    public async Task A_silent_endpoint_and_a_cluster_that_hangs_never_answer()
    {
        AddCluster("silent", new ClusterEndpoints { Public = Reach.Silent });
        AddCluster("hangs").Apply(Pod("web-1", "web"));
        Behaviour.ClusterFaults = [new ClusterFault(ClusterFaultKind.Hangs, "hangs")];

        Task<Reply> silent = GetFromAsync(await ClusterAsync("silent"), Pods);
        Task<Reply> hangs = GetFromAsync(await ClusterAsync("hangs"), Pods);
        // Connected but not answered: only the end of the emulator ends it.
        await Emulator.DisposeAsync();

        await Assert.ThrowsAsync<HttpRequestException>(() => silent);
        await Assert.ThrowsAsync<HttpRequestException>(() => hangs);
    }

    [Theory]
    [InlineData(ClusterFaultKind.WrongAuthority)]
    [InlineData(ClusterFaultKind.OtherName)]
    public async Task A_false_certificate_is_shown_by_the_cluster_that_it_is_set_for(ClusterFaultKind kind)
    {
        AddCluster("arena").Apply(Pod("web-1", "web"));
        AddCluster("lobby").Apply(Pod("chat-1", "chat"));
        Behaviour.ClusterFaults = [new ClusterFault(kind, "arena")];

        await RefusesCertificateAsync(await ClusterAsync("arena"));
        Assert.Equal(["chat-1"], Names(await GetFromAsync(await ClusterAsync("lobby"), Pods)));

        Behaviour.ClusterFaults = [];
        Assert.Equal(["web-1"], Names(await GetFromAsync(await ClusterAsync("arena"), Pods)));
    }

    [Fact]
    public async Task A_redirect_names_another_host_with_the_same_path()
    {
        AddCluster();
        Behaviour.ClusterFaults =
        [
            new ClusterFault(ClusterFaultKind.Redirects) { RedirectTo = new Uri("https://elsewhere.invalid/") },
        ];

        Reply reply = await GetFromAsync(await ClusterAsync(), Pods + "?limit=5");

        Assert.Equal(HttpStatusCode.TemporaryRedirect, reply.Status);
        Assert.Equal("https://elsewhere.invalid/api/v1/pods?limit=5", reply.RetryAfter);
    }

    [Fact]
    public async Task The_connect_gateway_leads_to_a_cluster_of_the_fleet()
    {
        AddCluster(endpoints: new ClusterEndpoints { Public = Reach.Absent, Membership = "arena-fleet" })
            .Apply(Pod("web-1", "web"));
        JsonObject fleet = (await ClusterAsync())["fleet"]!.AsObject();
        string number = State.ProjectNumber("games");
        string gateway = $"v1/projects/{number}/locations/global/gkeMemberships";

        Assert.Equal(
            $"//gkehub.googleapis.com/projects/{number}/locations/global/memberships/arena-fleet",
            (string?)fleet["membership"]
        );
        Assert.Equal(["web-1"], Names(await GetAsync($"{gateway}/arena-fleet/api/v1/pods?limit=500")));
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync($"{gateway}/other/api/v1/pods")).Status);
        Behaviour.Denials = [new Denial("gkehub.gateway.get")];
        Reply refused = await GetAsync($"{gateway}/arena-fleet/api/v1/pods");
        Assert.Equal("PERMISSION_DENIED", refused.ErrorStatus);
        Assert.Contains("gkehub.gateway.get", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_membership_in_a_region_is_reached_by_the_host_of_the_region()
    {
        AddCluster(endpoints: new ClusterEndpoints { Membership = "arena", MembershipLocation = "europe-west1" })
            .Apply(Pod("web-1", "web"));
        const string Path = "v1/projects/games/locations/europe-west1/gkeMemberships/arena/api/v1/pods";

        Assert.Equal(["web-1"], Names(await GetAsync($"europe-west1/{Path}")));
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await GetAsync(Path.Replace("europe-west1", "global", StringComparison.Ordinal))).Status
        );
    }

    private static async Task RefusesCertificateAsync(JsonObject cluster)
    {
        HttpRequestException error = await Assert.ThrowsAsync<HttpRequestException>(() => GetFromAsync(cluster, Pods));
        Assert.IsType<AuthenticationException>(error.InnerException);
    }
}
