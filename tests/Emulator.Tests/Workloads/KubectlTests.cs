using ArtifactRegistry.Emulator.Workloads;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests.Workloads;

/// <summary>kubectl reads what was applied, with the configuration that gcloud writes for the cluster.</summary>
public sealed class KubectlTests : WorkloadTest
{
    private const string Token = "good";
    private const string Objects =
        """
        [
          { "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "web", "namespace": "shop" } },
          { "apiVersion": "batch/v1", "kind": "CronJob", "metadata": { "name": "nightly", "namespace": "batch" } },
          { "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": { "name": "api",
            "namespace": "shop" } }
        ]
        """;

    private readonly TemporaryFolder _folder = new();
    private Dictionary<string, string> _environment = [];

    public override async ValueTask InitializeAsync()
    {
        Needs.That(
            ToolRun.Find("gcloud") is not null && ToolRun.Find("kubectl") is not null,
            "gcloud and kubectl are not on the PATH."
        );
        await base.InitializeAsync();
        State.AddProject("games");
        _environment = new(ClientEnvironment.For(Emulator.Url))
        {
            ["KUBECONFIG"] = Path.Combine(_folder.Path, "config"),
            ["HOME"] = _folder.Path,
            ["SSL_CERT_FILE"] = Path.Combine(_folder.Path, "authority.pem"),
            ["CLOUDSDK_CONFIG"] = _folder.Path,
            ["CLOUDSDK_CORE_DISABLE_USAGE_REPORTING"] = "true",
            ["CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK"] = "true",
        };
        await File.WriteAllTextAsync(_environment["SSL_CERT_FILE"], Emulator.PublicAuthority, Stop);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(Reach.Absent)]
    [InlineData(Reach.Reachable)]
    public async Task Objects_of_all_kinds_are_read_through_the_ip_and_the_dns_endpoint(Reach dns)
    {
        KubernetesCluster arena = AddCluster(endpoints: new ClusterEndpoints { Dns = dns }).Apply(Objects);
        for (int i = 0; i < 7; i++) arena.Apply(Pod($"web-{i}", $"us-docker.pkg.dev/shop/apps/web:v{i}"));
        await SignInAsync(dns == Reach.Absent ? [] : ["--dns-endpoint"]);

        string[] names = await LinesAsync("get pods,deployments,rs,cronjobs,rollouts -A --chunk-size=3 -o name");
        string[] images = await LinesAsync(
            "get pods -n shop -o jsonpath={range.items[*]}{.spec.containers[0].image}{\"\\n\"}{end}"
        );
        string table = string.Join('\n', await LinesAsync("get deploy,cj --all-namespaces"));

        Assert.Equal(
            [
                "cronjob.batch/nightly", "deployment.apps/web",
                .. Enumerable.Range(0, 7).Select(i => $"pod/web-{i}"), "rollout.argoproj.io/api",
            ],
            names.Order(StringComparer.Ordinal));
        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"us-docker.pkg.dev/shop/apps/web:v{i}"), images);
        Assert.Contains("deployment.apps/web", table, StringComparison.Ordinal);
        string host = dns == Reach.Absent ? "127.0.0.1" : "localhost";
        Assert.Contains(
            host,
            Emulator
                .Requests.Snapshot(request => request.PathAndQuery.Contains("continue=", StringComparison.Ordinal))
                .Select(request => request.Headers["Host"].Split(':')[0])
        );
    }

    [Fact]
    public async Task What_the_cluster_refuses_kubectl_says()
    {
        AddCluster();
        await SignInAsync();
        Behaviour.Denials = [new Denial("container.pods.list")];

        ToolRun forbidden = await KubectlAsync("get pods -A");
        ToolRun unknown = await KubectlAsync("get widgets -A");
        Behaviour.ClusterFaults = [new ClusterFault(ClusterFaultKind.WrongAuthority)];
        ToolRun stranger = await KubectlAsync("get pods -A");
        Behaviour.ClusterFaults = [new ClusterFault(ClusterFaultKind.OtherName)];
        ToolRun elsewhere = await KubectlAsync("get pods -A");

        Assert.Contains(
            "Error from server (Forbidden): pods is forbidden: User \"user@example.com\" cannot list",
            forbidden.Error,
            StringComparison.Ordinal
        );
        Assert.Contains("doesn't have a resource type \"widgets\"", unknown.Error, StringComparison.Ordinal);
        Assert.Contains("x509: certificate signed by unknown authority", stranger.Error, StringComparison.Ordinal);
        Assert.Contains(
            "x509: certificate is valid for 192.0.2.77, not 127.0.0.1",
            elsewhere.Error,
            StringComparison.Ordinal
        );
    }

    /// <summary>
    /// Has gcloud write the configuration; the plug-in for the token needs an account, so a token is set in its place.
    /// </summary>
    private async Task SignInAsync(params string[] endpoint)
    {
        Behaviour.RequireToken = true;
        Behaviour.AcceptedTokens = [Token];
        _environment["CLOUDSDK_AUTH_ACCESS_TOKEN_FILE"] = Path.Combine(_folder.Path, "token");
        _environment.Remove("CLOUDSDK_AUTH_DISABLE_CREDENTIALS");
        await File.WriteAllTextAsync(_environment["CLOUDSDK_AUTH_ACCESS_TOKEN_FILE"], Token, Stop);
        const string User = "gke_games_europe-west1_arena";
        foreach (
            string[] command in new string[][]
            {
                [
                    "gcloud",
                    "container",
                    "clusters",
                    "get-credentials",
                    "arena",
                    "--project=games",
                    "--location=europe-west1",
                    .. endpoint,
                ],
                ["kubectl", "config", "delete-user", User],
                ["kubectl", "config", "set-credentials", User, $"--token={Token}"],
            }
        )
        {
            ToolRun run = await ToolRun.RunAsync(
                ToolRun.Find(command[0])!,
                command[1..],
                _environment,
                _folder.Path,
                Stop
            );
            Assert.True(run.ExitCode == 0, run.Error);
        }
    }

    private async Task<string[]> LinesAsync(string arguments)
    {
        ToolRun run = await KubectlAsync(arguments);
        Assert.True(run.ExitCode == 0, run.Error);
        return run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private Task<ToolRun> KubectlAsync(string arguments) =>
        ToolRun.RunAsync(ToolRun.Find("kubectl")!, arguments.Split(' '), _environment, _folder.Path, Stop);
}
