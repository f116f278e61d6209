using System.Text.Json;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Clients;

/// <summary>Compute Engine API v1. See https://cloud.google.com/compute/docs/reference/rest/v1.</summary>
/// <param name="transport">The transport that sends the requests.</param>
/// <param name="endpoints">The addresses of the services.</param>
internal sealed class ComputeClient(RestTransport transport, Endpoints endpoints)
    : RestClient(transport, endpoints.Compute)
{
    // gcloud's variable for this service has the version in it.
    private const string Version = "compute/v1/";

    /// <summary>
    /// GET compute/v1/projects/P/aggregated/KIND, with KIND instances or instanceTemplates. Without
    /// returnPartialSuccess, a scope that does not answer is an error.
    /// </summary>
    /// <param name="project">The project.</param>
    /// <param name="kind">The kind.</param>
    /// <param name="read">Reads an object, given its scope: <c>zones/Z</c>, <c>regions/R</c> or <c>global</c>.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    internal IAsyncEnumerable<T> ListAsync<T>(
        string project,
        string kind,
        Func<string, JsonElement, T> read,
        CancellationToken stop
    ) =>
        PagesAsync(
            endpoints.Compute,
            $"{(endpoints.Compute.AbsolutePath.EndsWith(Version, StringComparison.Ordinal) ? "" : Version)}projects/{Project(project)}/aggregated/{kind}",
            "maxResults",
            "pageToken",
            json => Items(json, kind, read),
            json => json.Verbatim("nextPageToken"u8),
            $"compute.{kind}.list",
            stop
        );

    private static List<T> Items<T>(JsonElement json, string kind, Func<string, JsonElement, T> read)
    {
        List<T> items = new();
        foreach (
            (string scope, JsonElement part) in json.Map("items"u8, part => part)
                ?? new Dictionary<string, JsonElement>()
        )
        {
            // Scopes without anything have a warning too, of this code.
            if (part.Object("warning"u8, Warning.Read) is Warning warning && warning.Code != "NO_RESULTS_ON_PAGE")
                throw new RegistryException(
                    RegistryErrorKind.LocationUnreachable,
                    $"The list is incomplete: {scope}: {warning.Message ?? warning.Code}."
                );
            items.AddRange(part.List(System.Text.Encoding.UTF8.GetBytes(kind), item => read(scope, item)) ?? []);
        }

        return items;
    }

    private sealed record Warning(string? Code, string? Message)
    {
        public static Warning Read(JsonElement json) => new(json.Text("code"u8), json.Text("message"u8)?.TrimEnd('.'));
    }
}
