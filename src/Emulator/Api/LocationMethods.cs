using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;

namespace ArtifactRegistry.Emulator.Api;

/// <summary>locations.list and get; gcloud requests them if no location is given.</summary>
internal static class LocationMethods
{
    // A few real locations; those that have a repository are added.
    private static readonly string[] Always = ["asia", "europe", "europe-west1", "us", "us-central1"];

    public static JsonObject List(ApiCall call, string project) => new()
    {
        ["locations"] = new JsonArray([.. Locations(call, project).Select(location => Show(project, location))]),
    };

    public static JsonObject Get(ApiCall call, string project, string location) =>
        Locations(call, project).Contains(location) ? Show(project, location) : throw ApiError.NotFound();

    private static IEnumerable<string> Locations(ApiCall call, string project) =>
        call.State.RepositoryTable.All
            .Where(repository => repository.Name.Project == project)
            .Select(repository => repository.Name.Location)
            .Concat(Always).Concat(call.State.Workloads.RunLocations(project)).Distinct().Order(StringComparer.Ordinal);

    private static JsonObject Show(string project, string location) => new()
    {
        ["name"] = $"projects/{project}/locations/{location}",
        ["locationId"] = location,
    };
}
