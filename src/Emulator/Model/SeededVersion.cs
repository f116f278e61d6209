using System.Text;
using System.Text.Json.Nodes;

namespace ArtifactRegistry.Emulator.Model;

/// <summary>Makes the versions that nobody pushed, each with a manifest that fits its options.</summary>
internal static class SeededVersion
{
    /// <summary>Makes a version of a package, and does not add it.</summary>
    /// <param name="package">The package.</param>
    /// <param name="options">The version.</param>
    /// <param name="now">The time of the upload if the options have none.</param>
    public static VersionEntry Make(PackageEntry package, ImageOptions options, DateTimeOffset now)
    {
        bool isIndex = options.Children.Count > 0 || options.MediaType is Manifests.OciIndex or Manifests.DockerList;
        string mediaType = options.MediaType ?? (isIndex ? Manifests.OciIndex : Manifests.OciManifest);
        string seed = Manifests.Seed(package.Repository.Name, package.Name, ++package.Seeded);
        SeededContent? content = options.HasContent && !isIndex ? SeededContent.Make(seed, options.Size ?? 0) : null;
        byte[] manifest = options.Manifest is not null
            ? Encoding.UTF8.GetBytes(options.Manifest)
            : isIndex
            ? Manifests.Index(seed, options, mediaType, Entries(package, options.Children))
            : Manifests.Image(seed, options, mediaType, Subject(package, options.SubjectDigest), content);
        DateTimeOffset uploaded = options.UploadTime ?? now;
        return new VersionEntry
        {
            Package = package,
            Digest = options.Digest ?? Manifests.DigestOf(manifest),
            Size = options.Size ?? manifest.Length,
            UploadTime = uploaded,
            UpdateTime = options.UpdateTime ?? uploaded,
            BuildTime = options.BuildTime,
            MediaType = mediaType,
            ArtifactType = options.ArtifactType ?? (options.SubjectDigest is null ? null : mediaType),
            SubjectDigest = options.SubjectDigest,
            Children = options.Children,
            Manifest = manifest,
            Blobs = content is null
                ? []
                : package.Repository.Blobs.Refer(
                    [.. content.Blobs.Select(blob =>
                        package.Repository.Blobs.Put(blob.Digest, blob.Content, package.Name, now))],
                    package.Name),
        };
    }

    private static List<JsonObject> Entries(PackageEntry package, IReadOnlyList<ChildManifest> children)
    {
        List<JsonObject> entries = [];
        string? described = null;
        foreach (ChildManifest child in children)
        {
            VersionEntry? version = package.Versions.GetValueOrDefault(child.Digest);
            entries.Add(Manifests.Entry(
                child, version?.MediaType ?? Manifests.OciManifest, version?.Manifest.Length ?? 0, described));
            if (!child.IsAttestation) described = child.Digest;
        }
        return entries;
    }

    private static JsonObject? Subject(PackageEntry package, string? digest)
    {
        if (digest is null) return null;
        VersionEntry? subject = package.Versions.GetValueOrDefault(digest);
        return new JsonObject
        {
            ["mediaType"] = subject?.MediaType ?? Manifests.OciManifest,
            ["digest"] = digest,
            ["size"] = subject?.Manifest.Length ?? 0,
        };
    }
}
