using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Api;
using ArtifactRegistry.Emulator.Http;

namespace ArtifactRegistry.Emulator.Workloads;

/// <summary>Cloud Run Admin v2: lists of one region, of the same objects that version 1 shows.</summary>
/// <remarks>https://cloud.google.com/run/docs/reference/rest/v2; no resource but the instance tells digests
/// here.</remarks>
internal static class RunV2Methods
{
    /// <summary>
    /// Returns whether a target is of Cloud Run and not of a registry, whose paths begin with <c>/v2/</c> too.
    /// </summary>
    /// <remarks>No location of a registry is called <c>projects</c>.</remarks>
    public static bool Owns(string target) => target.StartsWith("/v2/projects/", StringComparison.Ordinal);

    /// <summary>Answers a request; null if it is not one to this version of Cloud Run.</summary>
    public static JsonObject? Handle(ApiCall call)
    {
        (_, string[] path) = RunHost.Split(call);
        if (path is not ["v2", "projects", string p, "locations", string l, .. string[] rest]) return null;
        return rest switch
        {
            ["services"] => List(call, p, l, "Service", "services"),
            ["jobs"] => List(call, p, l, "Job", "jobs"),
            ["workerPools"] => List(call, p, l, "WorkerPool", "workerPools"),
            ["instances"] => List(call, p, l, "Instance", "instances"),
            ["services", string s, "revisions"] => List(call, p, l, "Revision", "revisions", ("services", s)),
            ["workerPools", string w, "revisions"] => List(call, p, l, "Revision", "revisions", ("workerPools", w)),
            ["jobs", string j, "executions"] => List(call, p, l, "Execution", "executions", ("jobs", j)),
            _ => throw ApiError.NoSuchMethod(),
        };
    }

    private static JsonObject List(
        ApiCall call,
        string p,
        string location,
        string kind,
        string field,
        (string Collection, string Id)? owner = null
    )
    {
        QueryParameters.Check(call, ["pageSize", "pageToken", "showDeleted"]);
        CloudRun run = RunMethods.Find(call, p, location, $"run.{kind.ToLowerInvariant()}s.list", null);
        if (location == "-")
            throw ApiError.Invalid("Location must be a valid Google Cloud region, and cannot be the \"-\" wildcard.");
        if (kind == "Instance" && !run.HasInstances) throw ApiError.NoSuchMethod();
        if (run.Unreachable.Contains(location)) throw ApiError.Unavailable();

        Listing<KeyValuePair<string, JsonObject>> listing = new()
        {
            Field = field,
            Key = item => ("", item.Key),
            Show = item => RunV2Shape.Of(kind, run.Project, item.Key, item.Value),
        };
        return listing.Page(call, run.Of(kind)
            .Where(item => CloudRun.LocationOf(item.Key) == location)
            .Where(item => owner is null || RunV2Shape.OwnerOf(kind, item.Value) is var (collection, id)
                && collection == owner.Value.Collection && (owner.Value.Id == "-" || owner.Value.Id == id)));
    }
}
