using System.Net;
using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations.InUse;

/// <summary>Reads the workloads of GKE clusters from their Kubernetes API.</summary>
internal sealed class KubernetesSource(InUseServices services, InUseQuery query) : IInUseSource
{
    private static readonly string[] Working = ["RUNNING", "RECONCILING", "DEGRADED"];

    private readonly KubernetesKind[] _custom = [.. query.IncludeResources.Select(KubernetesKind.Custom)];

    /// <inheritdoc/>
    public InUseSource Source => InUseSource.Kubernetes;

    /// <inheritdoc/>
    public async Task ReadAsync(string project, InUseReading reading, CancellationToken stop)
    {
        string place = $"projects/{project}";
        ListClustersResponse? answer = await reading.TryAsync(
            place,
            () => services.Clusters.ListClustersAsync(project, query.Location, stop),
            stop
        );
        if (answer is null)
            return;
        if (answer.MissingZones is { Count: > 0 } missing)
            reading.Fail(
                place,
                new RegistryException(
                    RegistryErrorKind.LocationUnreachable,
                    $"The list of clusters of project {project} is incomplete: GKE could not ask "
                        + $"{string.Join(", ", missing)}."
                )
            );
        foreach (ClusterMessage cluster in answer.Clusters ?? [])
            reading.Found(cluster.Name);
        ClusterMessage[] clusters =
        [
            .. (answer.Clusters ?? []).Where(cluster =>
                query.Clusters is null || query.Clusters.Contains(cluster.Name)
            ),
        ];
        await Task.WhenAll(clusters.Select(cluster => ReadAsync(project, cluster, reading, stop)));
    }

    private async Task ReadAsync(string project, ClusterMessage cluster, InUseReading reading, CancellationToken stop)
    {
        string? location = cluster.Location ?? cluster.Zone;
        InUsePlace place = new(Source, project, location, cluster.Name);
        string name = $"projects/{project}/locations/{location}/clusters/{cluster.Name}";
        Reached? reached = await reading.TryAsync(name, () => ReachAsync(project, cluster, stop), stop);
        if (reached is null) return;
        using ClusterConnection connection = reached.Connection;
        reading.Add(place, reached.Pods);
        bool[] read = await Task.WhenAll(KubernetesKind.Others.Concat(_custom).Select(async kind =>
        {
            IReadOnlyCollection<SeenImage>? seen = await reading.TryAsync(
                $"{name}/{kind.Path}", () => ListAsync(connection.Api, kind, stop), stop);
            reading.Add(place, seen ?? []);
            return seen is not null;
        }));
        if (read.All(complete => complete)) reading.Finish();
    }

    // A custom resource that a cluster does not know has no objects there.
    private async Task<IReadOnlyCollection<SeenImage>> ListAsync(
        KubernetesClient api,
        KubernetesKind kind,
        CancellationToken stop
    )
    {
        try
        {
            return await api.ListAsync(kind.Path, kind.Permission, kind.Read, stop);
        }
        catch (RegistryException e) when (e.Status is HttpStatusCode.NotFound && _custom.Contains(kind))
        {
            return [];
        }
    }

    /// <summary>Finds the first endpoint that answers, and reads the pods from it.</summary>
    /// <exception cref="RegistryException">None answers, or the caller may not read the pods.</exception>
    private async Task<Reached> ReachAsync(string project, ClusterMessage cluster, CancellationToken stop)
    {
        List<string> attempts = new();
        RegistryException? refusal = null;
        Exception? last = null;
        foreach (ClusterEndpoint endpoint in services.EndpointsOf(cluster))
        {
            if (endpoint.Problem is string problem)
            {
                attempts.Add($"{endpoint}: {problem}");
                continue;
            }

            ClusterConnection connection = services.Connect(endpoint);
            bool isReached = false;
            try
            {
                IReadOnlyCollection<SeenImage> pods = await ListAsync(connection.Api, KubernetesKind.Pods, stop);
                isReached = true;
                return new Reached(connection, pods);
            }
            catch (RegistryException e)
            {
                if (e.Kind is RegistryErrorKind.PermissionDenied) refusal ??= e;
                attempts.Add($"{endpoint}: {e.Message}");
                last = e;
            }
            finally
            {
                if (!isReached) connection.Dispose();
            }
        }

        // Somebody who lacks a permission has reached the cluster: that is what to mend.
        if (refusal is not null) throw refusal;
        ClusterAccessMessage access = cluster.Access;
        string status =
            access.Status is null || Working.Contains(access.Status) ? "" : $" Its status is {access.Status}.";
        string tried = attempts.Count == 0
            ? "It has no endpoint that can be used from here"
            : $"Tried: {string.Join("; ", attempts)}";
        throw new RegistryException(
            RegistryErrorKind.ClusterUnreachable,
            $"The cluster {project}/{cluster.Name} cannot be read.{status} {tried}",
            last)
        {
            Advice = access.HasAuthorizedNetworks
                ? "The cluster accepts connections from authorized networks only, and the address of this machine is "
                    + "probably not one of them. "
                    + "Add it, or open the DNS endpoint: gcloud container clusters update CLUSTER --enable-dns-access"
                : null,
        };
    }

    private sealed record Reached(ClusterConnection Connection, IReadOnlyCollection<SeenImage> Pods);
}
