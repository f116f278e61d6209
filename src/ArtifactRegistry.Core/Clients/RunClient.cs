using System.Net;
using System.Text.Json;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Clients;

/// <summary>
/// Cloud Run Admin API, v1 in the form of Kubernetes and v2. Only v1 tells digests of revisions.
/// See https://cloud.google.com/run/docs/reference/rest.
/// </summary>
/// <param name="transport">The transport that sends the requests.</param>
/// <param name="endpoints">The addresses of the services.</param>
internal sealed class RunClient(RestTransport transport, Endpoints endpoints) : RestClient(transport, endpoints.Run)
{
    /// <summary>GET v1/projects/P/locations.</summary>
    internal IAsyncEnumerable<RunLocation> ListLocationsAsync(string project, CancellationToken stop) =>
        PagesAsync(
            endpoints.Run,
            $"v1/projects/{Project(project)}/locations",
            "locations",
            "run.locations.list",
            RunLocation.Read,
            stop
        );

    /// <summary>GET v1/projects/P/locations/-/services: the services of all regions.</summary>
    internal IAsyncEnumerable<T> ListServicesAsync<T>(
        string project,
        Func<JsonElement, T> read,
        CancellationToken stop
    ) =>
        ListV1Async(
            endpoints.Run,
            $"v1/projects/{Project(project)}/locations/-/services",
            "run.services.list",
            read,
            stop
        );

    /// <summary>GET apis/run.googleapis.com/v1/namespaces/P/jobs: the jobs of all regions.</summary>
    internal IAsyncEnumerable<T> ListJobsAsync<T>(string project, Func<JsonElement, T> read, CancellationToken stop) =>
        ListV1Async(
            endpoints.Run,
            $"apis/run.googleapis.com/v1/namespaces/{Project(project)}/jobs",
            "run.jobs.list",
            read,
            stop
        );

    /// <summary>
    /// GET https://REGION-run.googleapis.com/apis/serving.knative.dev/v1/namespaces/P/revisions: the revisions of
    /// services and worker pools of one region.
    /// </summary>
    internal IAsyncEnumerable<T> ListRevisionsAsync<T>(
        string project,
        string region,
        Func<JsonElement, T> read,
        CancellationToken stop
    ) =>
        ListV1Async(
            Endpoints.InRegion(endpoints.Run, Location(region)),
            $"apis/serving.knative.dev/v1/namespaces/{Project(project)}/revisions",
            "run.revisions.list",
            read,
            stop
        );

    /// <summary>
    /// GET https://REGION-run.googleapis.com/apis/run.googleapis.com/v1/namespaces/P/executions: those of the jobs of
    /// one region.
    /// </summary>
    internal IAsyncEnumerable<T> ListExecutionsAsync<T>(
        string project,
        string region,
        Func<JsonElement, T> read,
        CancellationToken stop
    ) =>
        ListV1Async(
            Endpoints.InRegion(endpoints.Run, Location(region)),
            $"apis/run.googleapis.com/v1/namespaces/{Project(project)}/executions",
            "run.executions.list",
            read,
            stop
        );

    /// <summary>
    /// GET v2/projects/P/locations/L/workerPools/-/revisions: a second look, since the revisions of v1 have them too.
    /// None where the method does not exist.
    /// </summary>
    internal IAsyncEnumerable<T> ListWorkerPoolRevisionsAsync<T>(
        string project,
        string region,
        Func<JsonElement, T> read,
        CancellationToken stop
    ) =>
        NoneIfNotFoundAsync(
            PagesAsync(
                endpoints.Run,
                $"v2/projects/{Project(project)}/locations/{Location(region)}/workerPools/-/revisions",
                "revisions",
                "run.revisions.list",
                read,
                stop
            )
        );

    /// <summary>
    /// GET v2/projects/P/locations/L/instances, the only method of v2 that tells digests. It is new; where it does not
    /// exist yet there are no instances.
    /// </summary>
    internal IAsyncEnumerable<T> ListInstancesAsync<T>(
        string project,
        string region,
        Func<JsonElement, T> read,
        CancellationToken stop
    ) =>
        NoneIfNotFoundAsync(
            PagesAsync(
                endpoints.Run,
                $"v2/projects/{Project(project)}/locations/{Location(region)}/instances",
                "instances",
                "run.instances.list",
                read,
                stop
            )
        );

    private static async IAsyncEnumerable<T> NoneIfNotFoundAsync<T>(IAsyncEnumerable<T> list)
    {
        await using IAsyncEnumerator<T> items = list.GetAsyncEnumerator();
        while (true)
        {
            try
            {
                if (!await items.MoveNextAsync()) yield break;
            }
            catch (RegistryException e) when (e.Status is HttpStatusCode.NotFound or HttpStatusCode.NotImplemented)
            {
                yield break;
            }

            yield return items.Current;
        }
    }

    /// <summary>Lists page by page in the form of Kubernetes: limit, continue and metadata.continue.</summary>
    private IAsyncEnumerable<T> ListV1Async<T>(
        Uri root,
        string path,
        string needs,
        Func<JsonElement, T> read,
        CancellationToken stop
    ) =>
        PagesAsync(
            root,
            path,
            "limit",
            "continue",
            json => json.List("items"u8, read) ?? [],
            json => json.Object("metadata"u8, ListMetadata.Read)?.Continue,
            needs,
            stop
        );

    private sealed record ListMetadata(string? Continue)
    {
        public static ListMetadata Read(JsonElement json) => new(json.Verbatim("continue"u8));
    }
}

/// <summary>A region of Cloud Run.</summary>
internal sealed record RunLocation(string Id)
{
    /// <summary>Gets whether it is a region, which has a host of its own, and not for example <c>global</c>.</summary>
    public bool IsRegion => Id.Contains('-', StringComparison.Ordinal);

    public static RunLocation Read(JsonElement json) =>
        new(json.Text("locationId"u8) is { Length: > 0 } id ? id : json.Needed("name"u8).Split('/')[^1]);
}
