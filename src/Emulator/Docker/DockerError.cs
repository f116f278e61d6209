using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;

namespace ArtifactRegistry.Emulator.Docker;

/// <summary>An error of the distribution specification (spec.md#error-codes), or one of Google's own.</summary>
internal sealed class DockerError(int status, string code, string message) : Exception(message)
{
    public Dictionary<string, string> Headers { get; init; } = [];

    public static DockerError NameUnknown(string repository) =>
        new(404, "NAME_UNKNOWN", $"Repository \"{repository}\" not found");

    public static DockerError NameInvalid(string name) =>
        new(
            400,
            "NAME_INVALID",
            $"\"{name}\" is not a name of an image. Expected PROJECT/REPOSITORY/IMAGE in lower case."
        );

    public static DockerError ManifestUnknown(string reference) =>
        new(404, "MANIFEST_UNKNOWN", $"Failed to fetch \"{reference}\"");

    public static DockerError ManifestInvalid(string message) => new(400, "MANIFEST_INVALID", message);

    public static DockerError BlobUnknown(string digest) => new(404, "BLOB_UNKNOWN", $"Blob \"{digest}\" not found");

    public static DockerError UploadUnknown(string id) =>
        new(404, "BLOB_UPLOAD_UNKNOWN", $"Upload \"{id}\" not found; it has ended, or nobody went on with it in time");

    public static DockerError DigestInvalid(string message) => new(400, "DIGEST_INVALID", message);

    public static DockerError Unsupported(int status, string message) => new(status, "UNSUPPORTED", message);

    /// <summary>
    /// Converts an error of the API to the registry's format; a missing permission gets the registry's own text, as in
    /// https://github.com/GoogleCloudPlatform/gcr-cleaner/issues/76.
    /// </summary>
    public static DockerError For(ApiError error, Behaviour behaviour) =>
        error is { Code: 403, Permission: string permission }
        && !behaviour.OlderShapes.HasFlag(OlderShapes.DeniedInSingleQuotes)
            ? new(
                403,
                "DENIED",
                $"Permission \"{permission}\" denied on resource \"{error.Resource}\" (or it may not exist)"
            )
            : new(error.Code, error.Code == 403 ? "DENIED" : "UNKNOWN", error.Message);

    public Answer ToAnswer() => Answer.Json(
        new JsonObject
        {
            ["errors"] = new JsonArray(new JsonObject { ["code"] = code, ["message"] = Message }),
        },
        status) with
    { Headers = Headers };
}
