using System.Globalization;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Api;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Model;

namespace ArtifactRegistry.Emulator.Workloads;

/// <summary>Cloud Run Admin v1: lists in the form of Kubernetes.</summary>
/// <remarks>https://cloud.google.com/run/docs/reference/rest/v1 and what gcloud sends.</remarks>
internal static class RunMethods
{
    private static readonly string[] Parameters =
        ["continue", "fieldSelector", "includeUninitialized", "labelSelector", "limit", "resourceVersion", "watch"];

    /// <summary>Answers a request; null if it is not one to this version of Cloud Run.</summary>
    public static JsonObject? Handle(ApiCall call)
    {
        (string? region, string[] path) = RunHost.Split(call);
        return path switch
        {
            ["apis", "serving.knative.dev", "v1", "namespaces", string p, "services" or "revisions"]
                when region is null => throw ApiError.Unsupported(
                $"{path[^1]} of {p} at the global host; ask the host of a region"
            ),
            ["apis", "serving.knative.dev", "v1", "namespaces", string p, "services"] => List(
                call,
                p,
                region,
                "Service",
                namespaced: true
            ),
            ["apis", "serving.knative.dev", "v1", "namespaces", string p, "revisions"] => List(
                call,
                p,
                region,
                "Revision",
                namespaced: true
            ),
            ["apis", "run.googleapis.com", "v1", "namespaces", string p, "jobs"] => List(
                call,
                p,
                region,
                "Job",
                namespaced: true
            ),
            ["apis", "run.googleapis.com", "v1", "namespaces", string p, "executions"] => List(
                call,
                p,
                region,
                "Execution",
                namespaced: true
            ),
            ["apis", "run.googleapis.com", "v1", "namespaces", string p, "workerpools"] => List(
                call,
                p,
                region,
                "WorkerPool",
                namespaced: true
            ),
            ["v1", "projects", string p, "locations", string l, "services"] => List(
                call,
                p,
                l == "-" ? null : l,
                "Service",
                namespaced: false
            ),
            ["v1", "projects", string p, "locations", string l, "revisions"] => List(
                call,
                p,
                l == "-" ? null : l,
                "Revision",
                namespaced: false
            ),
            _ => null,
        };
    }

    private static JsonObject List(ApiCall call, string p, string? region, string kind, bool namespaced)
    {
        QueryParameters.Check(call, Parameters);
        string plural = kind.ToLowerInvariant() + "s";
        CloudRun run = Find(call, p, region, $"run.{plural}.list", namespaced ? $"namespaces/{p}/{plural}" : null);
        if (region is not null && run.Unreachable.Contains(region)) throw ApiError.Unavailable();
        if (call.Query("fieldSelector") is not null) throw ApiError.Unsupported("field selectors of Cloud Run");
        string[] selector = (call.Query("labelSelector") ?? "").Split('=', StringSplitOptions.TrimEntries);
        string query = $"{p}/{region}/{plural}/{string.Join('=', selector)}";
        string? start = call.Query("continue") is string token ? Start(token, query) : null;
        int limit = Limit(call);
        KeyValuePair<string, JsonObject>[] page =
        [
            .. run.Of(kind)
                .Where(item => region is null
                    ? !run.Unreachable.Contains(CloudRun.LocationOf(item.Key))
                    : CloudRun.LocationOf(item.Key) == region)
                .Where(item => selector is not [string name, string value]
                    || (string?)item.Value["metadata"]!["labels"]![name] == value)
                .Where(item => start is null || string.CompareOrdinal(item.Key, start) > 0)
                .Take(limit == int.MaxValue ? limit : limit + 1),
        ];
        bool more = page.Length > limit;
        if (more) page = page[..limit];
        return new JsonObject
        {
            ["apiVersion"] = kind is "Service" or "Revision" ? "serving.knative.dev/v1" : "run.googleapis.com/v1",
            ["kind"] = kind + "List",
            ["metadata"] = new JsonObject().AddUnlessEmpty(
                "continue",
                more ? PageToken.Write(query, page[^1].Key) : null
            ),
        }
            .AddUnlessEmpty("items", new JsonArray([.. page.Select(item => item.Value.DeepClone())]))
            .AddUnlessEmpty(
                "unreachable",
                region is null ? [.. run.Unreachable.Select(name => JsonValue.Create(name))] : []
            );
    }

    /// <summary>
    /// Finds a project's Cloud Run; a project that does not exist is denied, like one that the caller may not see.
    /// </summary>
    public static CloudRun Find(ApiCall call, string p, string? region, string permission, string? resource)
    {
        ProjectEntry? project = call.State.FindProject(p);
        string parent = $"projects/{project?.Id ?? p}/locations/{region ?? "-"}";
        if (project is null || !call.MayDo(permission, parent))
            throw ApiError.RunDenied(permission, resource ?? parent);
        call.DemandApi("run.googleapis.com", project);
        return call.State.Workloads.CloudRun(project.Id);
    }

    private static int Limit(ApiCall call)
    {
        int limit = 0;
        if (
            call.Query("limit") is string text
            && (!int.TryParse(text, CultureInfo.InvariantCulture, out limit) || limit < 0)
        )
            throw ApiError.Invalid($"Invalid value at 'limit' (TYPE_INT32), \"{text}\"");
        return Math.Min(limit == 0 ? int.MaxValue : limit, call.Behaviour.PageSizeCap ?? int.MaxValue);
    }

    private static string Start(string token, string query) => PageToken.Read(token, query) is [string start]
        ? start
        : throw ApiError.Invalid("Invalid continue token.");
}
