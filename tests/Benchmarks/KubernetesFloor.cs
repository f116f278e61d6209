using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ArtifactRegistry.Benchmarks;

/// <summary>The floor of reading what runs: all lists of all clusters, with so many requests at once.</summary>
internal static class KubernetesFloor
{
    private static readonly string[] Kinds =
    [
        "api/v1/pods", "apis/apps/v1/deployments", "apis/apps/v1/replicasets", "apis/apps/v1/statefulsets",
        "apis/apps/v1/daemonsets", "apis/apps/v1/controllerrevisions", "apis/batch/v1/jobs", "apis/batch/v1/cronjobs",
        "api/v1/replicationcontrollers", "api/v1/podtemplates",
    ];

    /// <summary>Reads a project; returns the number of containers that run.</summary>
    public static async Task<int> ReadAsync(HttpClient http, string project, int atOnce, CancellationToken stop)
    {
        using Stream body = await http.GetStreamAsync(
            new Uri($"v1/projects/{project}/locations/-/clusters", UriKind.Relative), stop);
        ClusterList list = (await JsonSerializer.DeserializeAsync(body, KubernetesJson.Default.ClusterList, stop))!;
        using SemaphoreSlim slots = new(atOnce);
        int[] counts = await Task.WhenAll(list.Clusters.Select(cluster => ClusterAsync(cluster, slots, stop)));
        return counts.Sum();
    }

    private static async Task<int> ClusterAsync(ClusterEntry cluster, SemaphoreSlim slots, CancellationToken stop)
    {
        // Each cluster has an authority of its own.
        using X509Certificate2 authority = X509CertificateLoader.LoadCertificate(
            Convert.FromBase64String(cluster.MasterAuth.ClusterCaCertificate));
        // The same requests: answers are compressed, by Kubernetes too if they are long.
        using SocketsHttpHandler handler = new() { AutomaticDecompression = DecompressionMethods.GZip };
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { authority },
            RevocationMode = X509RevocationMode.NoCheck,
        };
        using HttpClient http = new(handler) { BaseAddress = new Uri($"https://{cluster.Endpoint}/") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "floor");
        // The pods first, as they show whether the endpoint answers.
        int count = await KindAsync(http, Kinds[0], slots, stop);
        int[] others = await Task.WhenAll(Kinds.Skip(1).Select(kind => KindAsync(http, kind, slots, stop)));
        return count + others.Sum();
    }

    private static async Task<int> KindAsync(
        HttpClient http, string kind, SemaphoreSlim slots, CancellationToken stop)
    {
        await slots.WaitAsync(stop);
        try
        {
            int count = 0;
            string? token = null;
            do
            {
                string query = $"{kind}?limit=500{(token is null ? "" : $"&continue={Uri.EscapeDataString(token)}")}";
                using Stream body = await http.GetStreamAsync(new Uri(query, UriKind.Relative), stop);
                PodList page = (await JsonSerializer.DeserializeAsync(body, KubernetesJson.Default.PodList, stop))!;
                foreach (Pod pod in page.Items) count += pod.Status?.ContainerStatuses?.Count ?? 0;
                token = page.Metadata.Continue;
            }
            while (token is not null);

            return count;
        }
        finally
        {
            slots.Release();
        }
    }
}

internal sealed record ClusterList(IReadOnlyList<ClusterEntry> Clusters);

internal sealed record ClusterEntry(string Endpoint, ClusterAuthority MasterAuth);

internal sealed record ClusterAuthority(string ClusterCaCertificate);

internal sealed record PodList(ListMetadata Metadata, IReadOnlyList<Pod> Items);

internal sealed record ListMetadata(string? Continue);

internal sealed record Pod(PodMetadata Metadata, PodSpecification? Spec, PodStatus? Status);

internal sealed record PodMetadata(string Name, string? Namespace);

internal sealed record PodSpecification(IReadOnlyList<Container>? Containers);

internal sealed record PodStatus(IReadOnlyList<Container>? ContainerStatuses);

internal sealed record Container(string Name, string? Image, string? ImageID);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ClusterList))]
[JsonSerializable(typeof(PodList))]
internal sealed partial class KubernetesJson : JsonSerializerContext;
