using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;

namespace ArtifactRegistry.Emulator.Api;

/// <summary>The query parameters of each method; any other is rejected, as Google's front end does.</summary>
internal static class QueryParameters
{
    /// <summary>
    /// See https://cloud.google.com/apis/docs/system-parameters; those that begin with <c>$</c> are left out.
    /// </summary>
    private static readonly string[] OfEveryMethod =
    [
        "access_token",
        "alt",
        "callback",
        "fields",
        "key",
        "oauth_token",
        "prettyPrint",
        "quotaUser",
        "upload_protocol",
        "uploadType",
        "userProject",
    ];

    private static readonly string[] Paging = ["pageSize", "pageToken"];

    /// <exception cref="ApiError">The request has a parameter that its method does not have.</exception>
    public static void Check(ApiCall call, string method, string[] path)
    {
        if (call.Behaviour.IgnoresUnknownParameters) return;
        Check(call, Of(method, path, call.Target.Verb, call.Behaviour));
    }

    /// <summary>Checks the parameters of a method against those that it knows.</summary>
    /// <exception cref="ApiError">The request has another parameter.</exception>
    public static void Check(ApiCall call, string[] known)
    {
        if (call.Behaviour.IgnoresUnknownParameters) return;
        foreach (string name in call.Target.Query.Keys)
        {
            if (name.StartsWith('$') || OfEveryMethod.Contains(name) || known.Contains(Json.CamelCase(name))) continue;
            throw Unknown(name);
        }
    }

    private static string[] Of(string method, string[] path, string? verb, Behaviour behaviour) =>
        (method, path, verb) switch
        {
            ("GET", [.., "dockerImages"], null) when behaviour.DockerImageFilter == FilterSupport.Rejected =>
            [
                .. Paging,
                "orderBy",
            ],
            ("GET", [.., "dockerImages" or "repositories" or "packages"], null) => [.. Paging, "filter", "orderBy"],
            ("GET", [.., "versions"], null) => [.. Paging, "filter", "orderBy", "view"],
            ("GET", [.., "versions", _], null) => ["view"],
            ("GET", ["v3", "projects" or "folders"], null) => [.. Paging, "parent", "showDeleted"],
            ("GET", [.., "tags" or "locations"] or [_, "projects"], null) => [.. Paging, "filter"],
            ("GET", [.., "serviceAccounts"], null) => Paging,
            ("GET", [_, "projects", _, "locations", _, "clusters", ..], null) => ["projectId", "zone", "clusterId"],
            ("GET", _, "getIamPolicy") => ["options.requestedPolicyVersion"],
            ("POST", [.., "repositories"], null) => ["repositoryId"],
            ("POST", [.., "tags"], null) => ["tagId"],
            ("PATCH", _, null) => ["updateMask"],
            ("DELETE", [.., "versions", _], null) => ["force"],
            _ => [],
        };

    private static ApiError Unknown(string name)
    {
        string message = $"Invalid JSON payload received. Unknown name \"{name}\": Cannot bind query parameter. "
            + $"Field '{name}' could not be found in request message.";
        return new ApiError(400, "INVALID_ARGUMENT", message, new JsonObject
        {
            ["@type"] = "type.googleapis.com/google.rpc.BadRequest",
            ["fieldViolations"] = new JsonArray(new JsonObject { ["description"] = message }),
        });
    }
}
