using System.Net;
using System.Runtime.CompilerServices;
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
    private const int PageSize = 500;

    /// <summary>GET v1/projects/P/locations.</summary>
    internal IAsyncEnumerable<RunLocation> ListLocationsAsync(string project, CancellationToken stop) =>
        NewerAsync(endpoints.Run, $"v1/projects/{Project(project)}/locations", "locations", "run.locations.list", RunLocation.Read, stop);

    /// <summary>GET v1/projects/P/locations/-/services: the services of all regions.</summary>
    internal IAsyncEnumerable<T> ListServicesAsync<T>(string project, Func<JsonElement, T> read, CancellationToken stop) =>
        OlderAsync(endpoints.Run, $"v1/projects/{Project(project)}/locations/-/services", "run.services.list", read, stop);

    /// <summary>GET apis/run.googleapis.com/v1/namespaces/P/jobs: the jobs of all regions.</summary>
    internal IAsyncEnumerable<T> ListJobsAsync<T>(string project, Func<JsonElement, T> read, CancellationToken stop) =>
        OlderAsync(endpoints.Run, $"apis/run.googleapis.com/v1/namespaces/{Project(project)}/jobs", "run.jobs.list", read, stop);

    /// <summary>
    /// GET https://REGION-run.googleapis.com/apis/serving.knative.dev/v1/namespaces/P/revisions: the revisions of
    /// services and worker pools of one region.
    /// </summary>
    internal IAsyncEnumerable<T> ListRevisionsAsync<T>(string project, string region, Func<JsonElement, T> read, CancellationToken stop) =>
        OlderAsync(
            Endpoints.InRegion(endpoints.Run, Location(region)), $"apis/serving.knative.dev/v1/namespaces/{Project(project)}/revisions",
            "run.revisions.list", read, stop);

    /// <summary>GET https://REGION-run.googleapis.com/apis/run.googleapis.com/v1/namespaces/P/executions: those of the jobs of one region.</summary>
    internal IAsyncEnumerable<T> ListExecutionsAsync<T>(string project, string region, Func<JsonElement, T> read, CancellationToken stop) =>
        OlderAsync(
            Endpoints.InRegion(endpoints.Run, Location(region)), $"apis/run.googleapis.com/v1/namespaces/{Project(project)}/executions",
            "run.executions.list", read, stop);

    /// <summary>
    /// GET v2/projects/P/locations/L/workerPools/-/revisions: a second look, since the revisions of v1 have them too. None
    /// where the method does not exist.
    /// </summary>
    internal IAsyncEnumerable<T> ListWorkerPoolRevisionsAsync<T>(
        string project, string region, Func<JsonElement, T> read, CancellationToken stop) =>
        IfThereAsync(NewerAsync(
            endpoints.Run, $"v2/projects/{Project(project)}/locations/{Location(region)}/workerPools/-/revisions", "revisions",
            "run.revisions.list", read, stop));

    /// <summary>
    /// GET v2/projects/P/locations/L/instances, the only method of v2 that tells digests. It is new; where it does not
    /// exist yet there are no instances.
    /// </summary>
    internal IAsyncEnumerable<T> ListInstancesAsync<T>(string project, string region, Func<JsonElement, T> read, CancellationToken stop) =>
        IfThereAsync(NewerAsync(
            endpoints.Run, $"v2/projects/{Project(project)}/locations/{Location(region)}/instances", "instances", "run.instances.list", read, stop));

    private static async IAsyncEnumerable<T> IfThereAsync<T>(IAsyncEnumerable<T> list)
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
    private IAsyncEnumerable<T> OlderAsync<T>(Uri root, string path, string needs, Func<JsonElement, T> read, CancellationToken stop) =>
        PagesAsync(root, path, "limit", "continue", "items", json => json.Object("metadata"u8, ListMetadata.Read)?.Continue, needs, read, stop);

    /// <summary>Lists page by page in the form of Google's APIs: pageSize, pageToken and nextPageToken.</summary>
    private IAsyncEnumerable<T> NewerAsync<T>(
        Uri root, string path, string items, string needs, Func<JsonElement, T> read, CancellationToken stop) =>
        PagesAsync(root, path, "pageSize", "pageToken", items, json => json.Verbatim("nextPageToken"u8), needs, read, stop);

    private async IAsyncEnumerable<T> PagesAsync<T>(
        Uri root,
        string path,
        string size,
        string from,
        string items,
        Func<JsonElement, string?> next,
        string needs,
        Func<JsonElement, T> read,
        [EnumeratorCancellation] CancellationToken stop)
    {
        var walk = new PageWalk($"GET {new Uri(root, path)}");
        string? token = null;
        do
        {
            Uri address = new(root, $"{path}?{size}={PageSize}{(token is null ? "" : $"&{from}={Uri.EscapeDataString(token)}")}");
            (IReadOnlyList<T> page, token) = await GetAsync(address, ReadPage, needs, stop);
            RegistryException? problem = walk.Problem(page.Count, token);
            foreach (T item in page) yield return item;
            if (problem is not null) throw problem;
        }
        while (token is not null);

        (IReadOnlyList<T>, string?) ReadPage(JsonElement json)
        {
            RequireComplete(json);
            return (json.List(System.Text.Encoding.UTF8.GetBytes(items), read) ?? [], next(json) is { Length: > 0 } more ? more : null);
        }
    }

    private static void RequireComplete(JsonElement json)
    {
        if (json.Texts("unreachable"u8) is { Count: > 0 } unreachable)
            throw new RegistryException(
                RegistryErrorKind.LocationUnreachable, $"Cloud Run could not ask {string.Join(", ", unreachable)}.");
    }

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
