using System.Text.RegularExpressions;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Faults;

/// <summary>That no endpoint is spared: what the clients' doc comments list is what the scenarios ask for.</summary>
public sealed partial class EndpointTests
{
    private static readonly string[] Clients = ["Clients", "Transfer"];

    // Google's library composes these, and the last one is named by the registry, so no doc comment of ours lists them;
    // MetadataFaultTests has the metadata server.
    private static readonly string[] SignIn =
    [
        "POST token",
        "POST v1/token",
        "POST v1/oauthtoken",
        "POST v1/projects/P/serviceAccounts/EMAIL:generateAccessToken",
        "GET v2/token",
    ];

    [Fact]
    public async Task Every_endpoint_that_a_client_has_is_asked_in_a_scenario()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        using FaultTests.Tally tally = new();
        SortedSet<string> asked = new(StringComparer.Ordinal);
        foreach (Scenario scenario in Scenario.All.Values)
            asked.UnionWith((await tally.RunAsync(scenario, Weather.Clear, stop)).Requests.Select(Endpoint.Of));
        asked.UnionWith(
            (await tally.RunAsync(Scenario.All["Remove-ArUntaggedImage"], new Fog(), stop)).Requests.Select(Endpoint.Of)
        );
        // The lists of a cluster are a table, KubernetesKind, of which InUse.KubernetesTests tries each.
        asked.RemoveWhere(endpoint => KubernetesList().IsMatch(endpoint));

        string core = Path.Combine(Checkout.Root, "src", "ArtifactRegistry.Core");
        IEnumerable<string> listed = Clients
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(core, folder), "*.cs"))
            .SelectMany(file => RequestLine().Matches(File.ReadAllText(file)))
            .Select(line => (Method: line.Groups["method"], Path: line.Groups["path"].Value.TrimEnd('.', ',', ':')))
            .Select(line =>
                $"{line.Method} {line.Path.Replace("/locations/-/", "/locations/L/", StringComparison.Ordinal)}"
            );
        SortedSet<string> known = new(listed.Concat(SignIn), StringComparer.Ordinal);
        string[] differences =
        [
            .. known.Except(asked).Select(endpoint => $"not asked for: {endpoint}"),
            .. asked.Except(known).Select(endpoint => $"in no doc comment: {endpoint}"),
        ];
        Assert.True(differences.Length == 0, string.Join('\n', differences));
    }

    [GeneratedRegex(
        @"(?<method>GET|HEAD|POST|PUT|PATCH|DELETE) (https://[\w.-]+/)?(?<path>LOCATION|(v1|v2|v3|/v2|apis|compute/v1)/[^\s?<]+)"
    )]
    private static partial Regex RequestLine();

    [GeneratedRegex("^GET (api/v1|apis/(apps|batch)/v1)/")]
    private static partial Regex KubernetesList();
}
