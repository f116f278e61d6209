using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Model;

namespace ArtifactRegistry.Emulator.Api;

/// <summary>
/// The registry's own protocol. On loopback the location stands in the path, <c>/v2/us/PROJECT/REPOSITORY/IMAGE/…</c> for
/// <c>us-docker.pkg.dev/v2/PROJECT/REPOSITORY/IMAGE/…</c>. See the OCI distribution-spec, "Pulling manifests".
/// </summary>
internal static class OciMethods
{
    /// <summary>GET /v2/…/manifests/DIGEST or TAG.</summary>
    public static Answer Manifest(ApiCall call, string location, string[] image, string reference)
    {
        // A domain-scoped project takes two segments: example.com/my-project.
        int project = image[0].Contains('.', StringComparison.Ordinal) ? 2 : 1;
        if (image.Length < project + 2) return Unknown("NAME_UNKNOWN", "repository name not known to registry");
        RepositoryName name = new(string.Join(':', image[..project]), location, image[project]);
        try
        {
            PackageEntry package = call.Package(name, string.Join('/', image[(project + 1)..]), "repositories.downloadArtifacts");
            VersionEntry? version = reference.StartsWith("sha256:", StringComparison.Ordinal)
                ? package.Versions.GetValueOrDefault(reference)
                : package.Versions.Values.FirstOrDefault(each => each.Tags.Contains(reference));
            return version is null
                ? Unknown("MANIFEST_UNKNOWN", $"Failed to fetch \"{reference}\"")
                : new Answer(200, version.Manifest, version.MediaType)
                {
                    Headers = new() { ["Docker-Content-Digest"] = version.Digest },
                };
        }
        catch (ApiError error) when (error.Code is 403)
        {
            return Error(403, "DENIED", error.Message);
        }
        catch (ApiError error) when (error.Code is 404)
        {
            return Unknown("NAME_UNKNOWN", $"Repository \"{name.Id}\" not found");
        }
    }

    private static Answer Unknown(string code, string message) => Error(404, code, message);

    private static Answer Error(int status, string code, string message) => Answer.Json(
        new JsonObject { ["errors"] = new JsonArray(new JsonObject { ["code"] = code, ["message"] = message }) }, status);
}
