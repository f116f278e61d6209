using System.Globalization;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Model;

namespace ArtifactRegistry.Emulator.Docker;

/// <summary>The methods that list content (spec.md#content-discovery).</summary>
internal static class DiscoveryMethods
{
    /// <summary>
    /// GET /v2/NAME/tags/list, in pages if <c>n</c> is given, with Google's additions, which gcrane and older versions
    /// of gcloud use: <c>manifest</c>, every digest with its tags and times, and <c>child</c>.
    /// </summary>
    public static Answer Tags(DockerCall call, DockerName name) => call.Locked(() =>
    {
        (RepositoryEntry repository, string image) = call.Find(name, DockerCall.PullPermission);
        PackageEntry package = repository.Packages.GetValueOrDefault(image) ?? throw DockerError.NameUnknown(name.Path);
        string? last = call.Query("last");
        string[] tags = [.. package.Tags.Keys.Where(tag => last is null || string.CompareOrdinal(tag, last) > 0)];
        int size = Size(call.Query("n")) ?? tags.Length;
        JsonObject body = new()
        {
            ["child"] = new JsonArray([.. Below(repository, image).Select(child => JsonValue.Create(child))]),
            ["name"] = name.Requested,
            ["tags"] = new JsonArray([.. tags.Take(size).Select(tag => JsonValue.Create(tag))]),
        };
        if (last is null)
        {
            body["manifest"] = new JsonObject(package.Versions.Select(
                version => KeyValuePair.Create(version.Key, (JsonNode?)Describe(version.Value))));
        }
        Answer answer = Answer.Json(body);
        if (size > 0 && size < tags.Length)
        {
            answer.Headers["Link"] = string.Create(
                CultureInfo.InvariantCulture,
                $"</v2/{name.Requested}/tags/list?n={size}&last={tags[size - 1]}>; rel=\"next\"");
        }
        return answer;
    });

    /// <summary>
    /// GET /v2/NAME/referrers/DIGEST (spec.md#listing-referrers): an index of the manifests with this subject, even if
    /// the subject does not exist; in pages if <see cref="Behaviour.ReferrersPageSize"/> is set.
    /// </summary>
    public static Answer Referrers(DockerCall call, DockerName name, string digest)
    {
        BlobMethods.CheckDigest(digest);
        return call.Locked(() =>
        {
            (RepositoryEntry repository, string image) = call.Find(name, DockerCall.PullPermission);
            string? wanted = call.Query("artifactType"), last = call.Query("last");
            JsonObject[] found =
            [
                .. (repository.Packages.GetValueOrDefault(image)?.Versions.Values.AsEnumerable() ?? [])
                    .Where(version => version.SubjectDigest == digest
                        && (last is null || string.CompareOrdinal(version.Digest, last) > 0))
                    .Select(version =>
                        (Version: version, Manifest: PushedManifest.Parse(version.Manifest, version.MediaType))
                    )
                    .Where(referrer => wanted is null || referrer.Manifest.TypeOfArtifact == wanted)
                    .Select(referrer => Descriptor(referrer.Version, referrer.Manifest)),
            ];
            JsonArray manifests = new([.. found.Take(call.Behaviour.ReferrersPageSize ?? found.Length)]);
            JsonObject index = new()
            {
                ["schemaVersion"] = 2,
                ["mediaType"] = Manifests.OciIndex,
                // Observed on the real service: null, not an empty list.
                ["manifests"] = manifests.Count > 0 ? manifests : null,
            };
            Answer answer = new(200, Manifests.Write(index), Manifests.OciIndex);
            if (wanted is not null) answer.Headers["OCI-Filters-Applied"] = "artifactType";
            if (manifests.Count < found.Length)
            {
                string filter = wanted is null ? "" : $"artifactType={Uri.EscapeDataString(wanted)}&";
                answer.Headers["Link"] =
                    $"</v2/{name.Requested}/referrers/{digest}?{filter}last={manifests[^1]!["digest"]}>; rel=\"next\"";
            }

            return answer;
        });
    }

    private static int? Size(string? text)
    {
        if (text is null) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int size)
            ? size
            : throw new DockerError(400, "PAGINATION_NUMBER_INVALID", $"\"{text}\" is not a number of tags.");
    }

    // The next segment of the names of images below this one.
    private static IEnumerable<string> Below(RepositoryEntry repository, string image) =>
        repository.Packages.Keys.Where(name => name.StartsWith(image + "/", StringComparison.Ordinal))
            .Select(name => name[(image.Length + 1)..].Split('/')[0]).Distinct();

    private static JsonObject Describe(VersionEntry version) => new()
    {
        ["imageSizeBytes"] = Json.Long(version.Size),
        ["layerId"] = "",
        ["mediaType"] = version.MediaType,
        ["tag"] = new JsonArray([.. version.Tags.Select(tag => JsonValue.Create(tag))]),
        ["timeCreatedMs"] = Json.Long(version.BuildTime?.ToUnixTimeMilliseconds() ?? 0),
        ["timeUploadedMs"] = Json.Long(version.UploadTime.ToUnixTimeMilliseconds()),
    };

    private static JsonObject Descriptor(VersionEntry version, PushedManifest manifest)
    {
        JsonObject descriptor = new()
        {
            ["mediaType"] = version.MediaType,
            ["digest"] = version.Digest,
            ["size"] = version.Manifest.Length,
        };
        descriptor.AddUnlessEmpty("artifactType", manifest.TypeOfArtifact);
        if (manifest.Annotations is not null) descriptor["annotations"] = manifest.Annotations.DeepClone();
        return descriptor;
    }
}
