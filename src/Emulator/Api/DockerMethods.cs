using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Model;

namespace ArtifactRegistry.Emulator.Api;

/// <summary>
/// The part of the OCI distribution API that tells what an image consists of: manifests and referrers.
/// </summary>
/// <remarks>
/// The real host names the location; here it stands first in the path, so that <c>127.0.0.1:PORT/us/PROJECT/REPO/web</c>
/// is the image <c>us-docker.pkg.dev/PROJECT/REPO/web</c>.
/// </remarks>
internal static class DockerMethods
{
    public static Answer Handle(ApiCall call, string[] path)
    {
        if (path is [""] or []) return Answer.Json([]);
        if (path is not [string location, .. string[] name, "manifests" or "referrers", string reference] || call.Request.IsChange)
            return Refusal(404, "UNSUPPORTED", "The emulator answers for manifests and referrers only.");

        string docker = string.Join('/', name);
        RepositoryEntry? repository = call.State.RepositoryEntries.FirstOrDefault(each =>
            each.Name.Location == location && docker.StartsWith(each.Name.DockerPath + "/", StringComparison.Ordinal));
        if (repository is null) return Refusal(404, "NAME_UNKNOWN", $"Repository \"{docker}\" not found");

        const string Permission = "artifactregistry.repositories.downloadArtifacts";
        if (call.Behaviour.Denials.Any(denial => denial.Covers(Permission, repository.Name.Resource)))
            return Refusal(403, "DENIED", ApiError.Denied(Permission, repository.Name.Resource).Message);

        string image = docker[(repository.Name.DockerPath.Length + 1)..];
        if (repository.Packages.TryGetValue(image, out PackageEntry? package))
        {
            if (path[^2] == "referrers") return Referrers(package, reference);
            VersionEntry? version = package.Versions.GetValueOrDefault(reference)
                ?? package.Tags.GetValueOrDefault(reference);
            if (version is not null) return Manifest(version);
        }

        return Refusal(404, "MANIFEST_UNKNOWN", $"Failed to fetch \"{reference}\"");
    }

    private static Answer Manifest(VersionEntry version) => new(200, version.Manifest, version.MediaType)
    {
        Headers = new() { ["Docker-Content-Digest"] = version.Digest },
    };

    /// <summary>An index of the manifests with this subject; also for a subject that is not there.</summary>
    private static Answer Referrers(PackageEntry package, string digest)
    {
        JsonArray manifests = new([.. package.Versions.Values
            .Where(version => version.SubjectDigest == digest)
            .Select(version => new JsonObject
            {
                ["mediaType"] = version.MediaType,
                ["digest"] = version.Digest,
                ["size"] = version.Manifest.Length,
            }.AddUnlessEmpty("artifactType", version.ArtifactType))]);
        JsonObject index = new()
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = Manifests.OciIndex,
            // Seen on the real service: null, not an empty list.
            ["manifests"] = manifests.Count > 0 ? manifests : null,
        };
        return new Answer(200, Manifests.Write(index), Manifests.OciIndex);
    }

    private static Answer Refusal(int status, string code, string message) => Answer.Json(
        new JsonObject
        {
            ["errors"] = new JsonArray(new JsonObject { ["code"] = code, ["message"] = message }),
        },
        status);
}
