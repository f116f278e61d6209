using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Api;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Model;

namespace ArtifactRegistry.Emulator.Workloads;

/// <summary>Cloud Deploy v1: releases. Their scope is <c>LOCATION/PIPELINE</c>.</summary>
/// <remarks>
/// https://cloud.google.com/deploy/docs/api/reference/rest/v1/projects.locations.deliveryPipelines.releases/list; that
/// <c>-</c> stands for every pipeline, as for every location, is not documented.
/// </remarks>
internal static class DeployMethods
{
    /// <summary>Answers a request; null if it is not one to this API.</summary>
    public static JsonObject? Handle(ApiCall call) =>
        call.Target.Segments.ToArray() switch
        {
            ["v1", "projects", string p, "locations", string l, "deliveryPipelines", string d, "releases"] => List(
                call,
                p,
                l,
                d
            ),
            _ => null,
        };

    private static JsonObject List(ApiCall call, string p, string location, string pipeline)
    {
        const string Permission = "clouddeploy.releases.list";
        QueryParameters.Check(call, ["pageSize", "pageToken", "filter", "orderBy"]);
        if (call.Query("filter") is not null) throw ApiError.Unsupported("filters of Cloud Deploy");
        ProjectEntry? project = call.State.FindProject(p);
        string parent = $"projects/{project?.Id ?? p}/locations/{location}/deliveryPipelines/{pipeline}";
        if (project is null || !call.MayDo(Permission, parent))
            throw ApiError.ServiceDenied(Permission, parent, "clouddeploy");

        ScopedObjects releases = call.State.Workloads.CloudDeploy(project.Id);
        Listing<(string Scope, string Id, JsonObject Item)> listing = new()
        {
            Field = "releases",
            Key = release => (release.Scope, release.Id),
            Show = release => release.Item.DeepClone().AsObject(),
        };
        JsonObject answer = listing.Page(
            call,
            releases.All.Where(release =>
                release.Scope.Split('/') is [string l, string d]
                && (location == "-" || location == l)
                && (pipeline == "-" || pipeline == d)
                && !releases.Unreachable.Contains(l)
            )
        );
        return answer.AddUnlessEmpty(
            "unreachable",
            location == "-" ? new JsonArray([.. releases.Unreachable.Select(l => JsonValue.Create(l))]) : []
        );
    }
}
