using System.Text;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;

namespace ArtifactRegistry.Emulator.Workloads;

/// <summary>The errors of a Kubernetes API server, as objects of kind <c>Status</c>.</summary>
internal static class KubernetesStatus
{
    private const string ExpiredMessage =
        "The provided continue parameter is too old to display a consistent list result. You can start a new list "
            + "without "
            + "the continue parameter, or use the continue token in this response to retrieve the remainder of the "
            + "results. "
        + "Continuing with the provided token results in an inconsistent list - objects that were created, modified, "
            + "or deleted between the time the first chunk was returned and now may show up in the list.";

    public static Answer Unauthorized() => Of(401, "Unauthorized", "Unauthorized", null);

    public static Answer Forbidden(KubernetesResource resource, string? ns, string user, string permission) => Of(
        403,
        "Forbidden",
        $"{resource.FullName} is forbidden: User \"{user}\" cannot list resource \"{resource.Plural}\" in API group "
        + $"\"{resource.Group}\" {Scope(ns)}: requires one of [\"{permission}\"] permission(s).",
        Details(resource));

    /// <summary>
    /// Creates the answer of a DNS endpoint to callers without its permission; the real text is not known.
    /// </summary>
    public static Answer MayNotConnect(KubernetesCluster cluster) => Of(
        403,
        "Forbidden",
        $"Permission 'container.clusters.connect' denied on resource '{cluster.Resource}' (or it may not exist).",
        []);

    /// <summary>Creates the answer of anonymous callers, whom no permission of IAM is named to.</summary>
    public static Answer Anonymous(string path) => Of(
        403, "Forbidden", $"forbidden: User \"system:anonymous\" cannot get path \"{path}\"", []);

    /// <summary>Creates the answer to an old page token; it holds a token for going on in spite of that.</summary>
    public static Answer Expired(string continueToken) => Of(410, "Expired", ExpiredMessage, null, continueToken);

    public static Answer Invalid(string message) => Of(400, "BadRequest", message, null);

    public static Answer NotFound(KubernetesResource resource, string name)
    {
        JsonObject details = Details(resource);
        details["name"] = name;
        return Of(404, "NotFound", $"{resource.FullName} \"{name}\" not found", details);
    }

    public static Answer MethodNotAllowed() => Of(
        405, "MethodNotAllowed", "the server does not allow this method on the requested resource", []);

    /// <summary>Creates the answer to a path that nothing serves, which is not JSON.</summary>
    public static Answer NoSuchPath() =>
        new(404, Encoding.ASCII.GetBytes("404 page not found\n"), "text/plain; charset=utf-8");

    private static Answer Of(int code, string reason, string message, JsonObject? details, string? continueToken = null)
    {
        JsonObject status = new()
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject().AddUnlessEmpty("continue", continueToken),
            ["status"] = "Failure",
            ["message"] = message,
            ["reason"] = reason,
        };
        if (details is not null) status["details"] = details;
        status["code"] = code;
        return new Answer(code, Model.Manifests.Write(status), "application/json");
    }

    private static JsonObject Details(KubernetesResource resource) =>
        new JsonObject().AddUnlessEmpty("group", resource.Group).AddUnlessEmpty("kind", resource.Plural);

    private static string Scope(string? ns) => ns is null ? "at the cluster scope" : $"in the namespace \"{ns}\"";
}
