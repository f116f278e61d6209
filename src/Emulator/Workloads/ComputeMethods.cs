using System.Globalization;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Api;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Model;

namespace ArtifactRegistry.Emulator.Workloads;

/// <summary>
/// Compute Engine v1: aggregated lists. Scopes are <c>zones/ZONE</c>, <c>regions/REGION</c> and <c>global</c>.
/// </summary>
/// <remarks>https://cloud.google.com/compute/docs/reference/rest/v1/instances/aggregatedList</remarks>
internal static class ComputeMethods
{
    private const int MaximumResults = 500;

    private static readonly string[] Parameters =
    [
        "filter",
        "includeAllScopes",
        "maxResults",
        "orderBy",
        "pageToken",
        "returnPartialSuccess",
        "serviceProjectNumber",
    ];

    /// <summary>Answers a request; null if it is not one to this API.</summary>
    public static JsonObject? Handle(ApiCall call) =>
        call.Target.Segments.ToArray() switch
        {
            ["compute", "v1", "projects", string p, "aggregated", "instances"] => List(
                call,
                p,
                "instances",
                "instance"
            ),
            ["compute", "v1", "projects", string p, "aggregated", "instanceTemplates"] => List(
                call,
                p,
                "instanceTemplates",
                "instanceTemplate"
            ),
            _ => null,
        };

    private static JsonObject List(ApiCall call, string p, string field, string kind)
    {
        QueryParameters.Check(call, Parameters);
        string permission = $"compute.{field}.list";
        ProjectEntry? project = call.State.FindProject(p);
        if (project is null || !call.MayDo(permission, $"projects/{project.Id}"))
            throw new ApiError(403, "PERMISSION_DENIED", $"Required '{permission}' permission for 'projects/{p}'");
        if (call.Query("filter") is not null || call.Query("orderBy") is not null)
            throw ApiError.Unsupported("filters and orders of Compute Engine");
        ComputeEngine compute = call.State.Workloads.ComputeEngine(project.Id);
        ScopedObjects objects = field == "instances" ? compute.Instances : compute.InstanceTemplates;
        // Without this parameter, one scope that does not respond fails the whole list.
        if (objects.Unreachable.Count > 0 && !call.Flag("returnPartialSuccess")) throw ApiError.Unavailable();

        int size = Size(call);
        string? start = call.Query("pageToken") is string token ? Start(token, call.Target.Path) : null;
        List<(string Scope, string Id, JsonObject Item)> page =
        [
            .. objects
                .All.Where(item => !objects.Unreachable.Contains(item.Scope))
                .Where(item =>
                    start is null || string.CompareOrdinal(ScopedObjects.KeyOf(item.Scope, item.Id), start) > 0
                )
                .Take(size + 1),
        ];
        bool more = page.Count > size;
        if (more) page.RemoveAt(size);

        JsonObject items = [];
        // Scopes without anything are there too, each with a warning.
        foreach (
            string scope in objects
                .All.Select(item => item.Scope)
                .Concat(objects.Unreachable)
                .Append("zones/us-central1-f")
                .Distinct()
        )
        {
            JsonObject[] here =
            [
                .. page.Where(item => item.Scope == scope).Select(item => item.Item.DeepClone().AsObject()),
            ];
            items[scope] =
                here.Length > 0
                    ? new JsonObject { [field] = new JsonArray([.. here]) }
                    : new JsonObject { ["warning"] = Warning(scope, objects.Unreachable.Contains(scope)) };
        }
        return new JsonObject
        {
            ["kind"] = $"compute#{kind}AggregatedList",
            ["id"] = $"projects/{p}/aggregated/{field}",
            ["items"] = items,
        }
            .AddUnlessEmpty(
                "nextPageToken",
                more ? PageToken.Write(call.Target.Path, ScopedObjects.KeyOf(page[^1].Scope, page[^1].Id)) : null
            )
            .AddUnlessEmpty(
                "unreachables",
                new JsonArray([.. objects.Unreachable.Select(scope => JsonValue.Create(scope))])
            );
    }

    private static JsonObject Warning(string scope, bool unreachable) =>
        new()
        {
            ["code"] = unreachable ? "UNREACHABLE" : "NO_RESULTS_ON_PAGE",
            ["message"] = unreachable
                ? $"The scope '{scope}' is unreachable."
                : $"There are no results for scope '{scope}' on this page.",
            ["data"] = new JsonArray(new JsonObject { ["key"] = "scope", ["value"] = scope }),
        };

    private static int Size(ApiCall call)
    {
        int size = MaximumResults;
        if (call.Query("maxResults") is string text
            && (!int.TryParse(text, CultureInfo.InvariantCulture, out size) || size is < 0 or > MaximumResults))
        {
            throw ApiError.Invalid(
                $"Invalid value for field 'maxResults': '{text}'. Values must be within the range: [0, "
                    + $"{MaximumResults}]"
            );
        }
        return Math.Max(1, Math.Min(size == 0 ? MaximumResults : size, call.Behaviour.PageSizeCap ?? MaximumResults));
    }

    private static string Start(string token, string path) => PageToken.Read(token, path) is [string start]
        ? start
        : throw ApiError.Invalid($"Invalid value for field 'pageToken': '{token}'.");
}
