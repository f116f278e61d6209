using System.Text.Json;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Model;
using ArtifactRegistry.Emulator.Workloads;
using Microsoft.Extensions.Primitives;

namespace ArtifactRegistry.Emulator.Http;

/// <summary>A request that the methods in <c>Api</c> handle.</summary>
internal sealed class ApiCall(
    RecordedRequest request,
    RawTarget target,
    RegistryState state,
    Behaviour behaviour,
    ClusterTransport clusters
)
{
    public RecordedRequest Request => request;

    public RawTarget Target => target;

    public RegistryState State => state;

    public Behaviour Behaviour => behaviour;

    /// <summary>The endpoints of clusters in the server that handles the request.</summary>
    public ClusterTransport Clusters => clusters;

    /// <summary>Gets the body as an object; a missing body counts as empty.</summary>
    public JsonObject Body()
    {
        if (request.Body.Length == 0) return [];
        try
        {
            return JsonNode.Parse(request.Body) as JsonObject ?? throw ApiError.Invalid("Invalid value at 'body'.");
        }
        catch (JsonException)
        {
            throw ApiError.Invalid("Invalid JSON payload received. Unexpected token.");
        }
    }

    public string? Query(string name) =>
        target.Query.TryGetValue(name, out StringValues values) && values.ToString() is { Length: > 0 } value
            ? value
            : null;

    public bool Flag(string name) =>
        Query(name) is string value && (value == "1" || bool.TryParse(value, out bool on) && on);

    /// <summary>Refuses the call if the caller lacks the permission. Call this before checking what exists.</summary>
    public void Demand(string permission, string resource)
    {
        if (behaviour.Perimeter.Any(denial => denial.Covers(permission, resource)))
        {
            string project = resource.Split('/')[1];
            throw ApiError.OutsidePerimeter(permission.Split('.')[0], state.FindProject(project)?.Number ?? "0");
        }
        if (behaviour.Denials.Any(denial => denial.Covers(permission, resource)))
            throw ApiError.Lacks(permission, resource);
    }

    /// <summary>Refuses the call if the API of a service is disabled in a project.</summary>
    public void DemandApi(string service, ProjectEntry project)
    {
        if (behaviour.DisabledApis.Contains($"{project.Id}/{service}"))
        {
            ProjectEntry? payer =
                behaviour.DisabledApiConsumer is string other ? state.FindProject(other) : project;
            throw ApiError.ServiceDisabled(service, payer?.Number ?? "0");
        }
    }

    /// <summary>
    /// Returns whether the caller has the permission, for lists that omit items that the caller may not see.
    /// </summary>
    public bool MayDo(string permission, string resource) =>
        !behaviour.Perimeter.Concat(behaviour.Denials).Any(denial => denial.Covers(permission, resource));

    /// <summary>Gets the repository after checking the permission.</summary>
    public RepositoryEntry Repository(RepositoryName name, string permission)
    {
        Demand($"artifactregistry.{permission}", name.Resource);
        // As measured, the wildcard is not accepted for the location.
        if (name.Location == "-") throw ApiError.BadName("Get");
        return state.FindRepository(name) ?? throw ApiError.NotFound();
    }

    public PackageEntry Package(RepositoryName name, string package, string permission) =>
        Repository(name, permission).Packages.GetValueOrDefault(Plain(package)) ?? throw ApiError.NotFound();

    public VersionEntry Version(RepositoryName name, string package, string version, string permission) =>
        Package(name, package, permission).Versions.GetValueOrDefault(version) ?? throw ApiError.NotFound();

    /// <summary>Starts an operation and returns it.</summary>
    public JsonObject Start(RepositoryName name, string metadataType, Func<JsonObject, JsonObject> work)
    {
        OperationFate fate = behaviour.OperationFate?.Invoke(request) ?? OperationFate.Finishes;
        return state.Operations.Start(name.Project, name.Location, metadataType, behaviour, fate, work).ToJson();
    }

    /// <summary>Gets a package's id with its slashes.</summary>
    public static string Plain(string id) =>
        id.Replace("%2F", "/", StringComparison.Ordinal).Replace("%2f", "/", StringComparison.Ordinal);

    public static JsonObject Empty() => new() { ["@type"] = "type.googleapis.com/google.protobuf.Empty" };
}
