using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Model;
using ArtifactRegistry.Emulator.Storage;

namespace ArtifactRegistry.Emulator.Docker;

/// <summary>The methods for manifests and indexes, by tag and by digest.</summary>
internal static partial class ManifestMethods
{
    /// <summary>The minimum size that the specification requires registries to accept, rounded up.</summary>
    private const int MaxManifestSize = 4 << 20;

    /// <summary>GET or HEAD /v2/NAME/manifests/REFERENCE (spec.md#pulling-manifests).</summary>
    public static Answer Get(DockerCall call, DockerName name, string reference) => call.Locked(() =>
    {
        VersionEntry version = Version(call, name, reference, DockerCall.PullPermission);
        CheckAccept(call, reference, version);
        return new Answer(200, call.Served(version), version.MediaType)
        {
            Headers = new() { ["Docker-Content-Digest"] = version.Digest },
        };
    });

    /// <summary>PUT /v2/NAME/manifests/REFERENCE (spec.md#pushing-manifests).</summary>
    public static async Task<Answer> PutAsync(DockerCall call, DockerName name, string reference)
    {
        call.Locked(() => call.Find(name, DockerCall.PushPermission));
        byte[] content = await call.ReadBodyAsync(MaxManifestSize);
        PushedManifest manifest = PushedManifest.Parse(content, call.Header("Content-Type"));
        string digest = Manifests.DigestOf(content);
        bool byDigest = reference.Contains(':', StringComparison.Ordinal);
        IReadOnlyList<string> tags = byDigest ? call.Queries("tag") : [reference];
        if (byDigest) BlobMethods.CheckDigest(reference);
        if (byDigest && reference != digest)
            throw DockerError.DigestInvalid($"The manifest's digest is {digest}, not {reference}");
        if (tags.FirstOrDefault(tag => !ValidTag().IsMatch(tag)) is string wrong)
            throw DockerError.ManifestInvalid($"\"{wrong}\" is not a tag");

        call.Locked(() => Store(call, name, manifest, content, digest, tags));
        Answer answer = new(201, [])
        {
            Headers = new()
            {
                ["Location"] = $"/v2/{name.Requested}/manifests/{digest}",
                ["Docker-Content-Digest"] = digest,
            },
        };
        if (manifest.SubjectDigest is not null) answer.Headers["OCI-Subject"] = manifest.SubjectDigest;
        if (byDigest && tags.Count > 0) answer.Headers["OCI-Tag"] = string.Join(", ", tags);
        return answer;
    }

    /// <summary>
    /// DELETE /v2/NAME/manifests/REFERENCE (spec.md#deleting-tags, #deleting-manifests), refused as by Google if it is
    /// still in use.
    /// </summary>
    public static Answer Delete(DockerCall call, DockerName name, string reference) =>
        call.Locked(() =>
        {
            VersionEntry version = Version(call, name, reference, DockerCall.DeletePermission);
            PackageEntry package = version.Package;
            if (reference != version.Digest)
            {
                if (package.Repository.ImmutableTags)
                    throw Immutable("delete", reference);
                package.RemoveTag(reference);
                return new Answer(202, []);
            }

            if (version.Tags.Count > 0)
            {
                throw new DockerError(
                    400,
                    "GOOGLE_MANIFEST_DANGLING_TAG",
                    $"Manifest is still referenced by tag: {version.Tags.Min}"
                );
            }
            if (package.ParentsThatRefuse(version.Digest, call.State.Now).FirstOrDefault() is string parent)
            {
                throw package.Versions.GetValueOrDefault(parent)?.SubjectDigest == version.Digest
                    ? new DockerError(
                        400,
                        "GOOGLE_MANIFEST_REFERRING_MANIFEST",
                        $"Manifest {version.Digest} is referred to by manifest {parent}"
                    )
                    : new DockerError(
                        400,
                        "GOOGLE_MANIFEST_DANGLING_PARENT_IMAGE",
                        $"Manifest {version.Digest} is referenced by image {parent}"
                    );
            }
            package.Remove(version, call.Behaviour, call.State.Now);
            return new Answer(202, []);
        });

    private static VersionEntry Version(DockerCall call, DockerName name, string reference, string permission)
    {
        (RepositoryEntry repository, string image) = call.Find(name, permission);
        PackageEntry? package = repository.Packages.GetValueOrDefault(image);
        return package?.Versions.GetValueOrDefault(reference) ?? package?.Tags.GetValueOrDefault(reference)
            ?? throw DockerError.ManifestUnknown(reference);
    }

    private static VersionEntry Store(
        DockerCall call,
        DockerName name,
        PushedManifest manifest,
        byte[] content,
        string digest,
        IReadOnlyList<string> tags
    )
    {
        (RepositoryEntry repository, string image) = call.Find(name, DockerCall.PushPermission);
        PackageEntry? existing = repository.Packages.GetValueOrDefault(image);
        CheckReferences(manifest, repository, existing, call.Behaviour.RemembersCollectedBlobs);
        if (
            repository.ImmutableTags
            && tags.FirstOrDefault(tag =>
                existing?.Tags.GetValueOrDefault(tag) is VersionEntry other && other.Digest != digest
            )
                is string moved
        )
            throw Immutable("update", moved);

        DateTimeOffset now = call.State.Now;
        PackageEntry package = existing ?? repository.PackageFor(image, now);
        if (!package.Versions.TryGetValue(digest, out VersionEntry? version))
            package.Add(version = Make(package, manifest, content, digest, now));
        repository.Blobs.Arrived(version.Blobs, image);
        package.UpdateTime = now;
        package.Record();
        foreach (string tag in tags) package.PointTag(tag, version, now);
        return version;
    }

    /// <summary>
    /// Google takes the Accept header literally: parameters and <c>*/*</c> name no type. Seen on gcr.io, for example in
    /// https://github.com/camallo/dkregistry-rs/issues/161.
    /// </summary>
    private static void CheckAccept(DockerCall call, string reference, VersionEntry version)
    {
        string accept = call.Header("Accept") ?? "";
        if (
            call.Behaviour.IgnoresAccept
            || accept.Split(',', StringSplitOptions.TrimEntries).Contains(version.MediaType)
        )
            return;
        string which = reference == version.Digest ? "Manifest" : $"Manifest with tag '{reference}'";
        throw new DockerError(
            404, "MANIFEST_UNKNOWN", $"{which} has media type '{version.MediaType}', but client accepts '{accept}'.");
    }

    /// <summary>Requires that the parts of a manifest exist before it. Its subject may be pushed later.</summary>
    private static void CheckReferences(
        PushedManifest manifest, RepositoryEntry repository, PackageEntry? package, bool remembersBlobs)
    {
        string? missing = manifest.Blobs.FirstOrDefault(IsMissing)
            ?? manifest.Entries.Select(PushedManifest.DigestOf).FirstOrDefault(digest =>
                package?.Versions.ContainsKey(digest) != true && IsMissing(digest));
        if (missing is not null)
            throw new DockerError(
                404,
                "MANIFEST_BLOB_UNKNOWN",
                $"The manifest refers to \"{missing}\", which is not there"
            );

        bool IsMissing(string digest) => !repository.Blobs.AllowsReferenceTo(digest)
            && !(remembersBlobs && repository.Blobs.LengthOfCollected(digest) is not null);
    }

    private static VersionEntry Make(
        PackageEntry package, PushedManifest manifest, byte[] content, string digest, DateTimeOffset now)
    {
        RepositoryBlobs blobs = package.Repository.Blobs;
        return new VersionEntry
        {
            Package = package,
            Digest = digest,
            Size = manifest.IsIndex ? content.Length : manifest.ContentSize,
            UploadTime = now,
            UpdateTime = now,
            BuildTime = manifest.Config is JsonObject config
                ? Built(blobs.Find(PushedManifest.DigestOf(config)))
                : null,
            MediaType = manifest.MediaType,
            ArtifactType = manifest.ArtifactType ?? (manifest.SubjectDigest is null ? null : manifest.MediaType),
            SubjectDigest = manifest.SubjectDigest,
            Children = [.. manifest.Entries
                .Where(entry => package.Versions.ContainsKey(PushedManifest.DigestOf(entry))).Select(Child)],
            Manifest = content,
            Blobs = blobs.Refer(
                manifest.Blobs.Concat(manifest.Entries.Select(PushedManifest.DigestOf)), package.Name),
        };
    }

    private static ChildManifest Child(JsonObject entry)
    {
        JsonObject platform = entry["platform"] as JsonObject ?? [];
        return new ChildManifest(
            PushedManifest.DigestOf(entry), platform.Text("os") ?? "", platform.Text("architecture") ?? "",
            platform.Text("variant"))
        {
            OsVersion = platform.Text("os.version"),
            OsFeatures = [.. (platform["os.features"] as JsonArray ?? []).Select(feature => (string?)feature ?? "")],
        };
    }

    /// <summary>
    /// Gets the build time of an image from its configuration; an artifact's configuration does not contain it.
    /// </summary>
    private static DateTimeOffset? Built(BlobContent? config)
    {
        if (config is null || config.Length > MaxManifestSize) return null;
        try
        {
            return (JsonNode.Parse(config.ToArray()) as JsonObject)?.Text("created") is string created
                && DateTimeOffset.TryParse(
                    created, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset built)
                ? built
                : null;
        }
        catch (JsonException)
        {
            // The configuration of an artifact need not be JSON.
            return null;
        }
    }

    private static DockerError Immutable(string verb, string tag) => DockerError.ManifestInvalid(
        $"cannot {verb} tag {tag}. The repository has enabled tag immutability");

    [GeneratedRegex(@"^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}\z")]
    private static partial Regex ValidTag();
}
