using System.Text;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Model;

namespace ArtifactRegistry.Emulator;

public sealed partial class RegistryState
{
    /// <summary>Adds an image (one digest), and its package if necessary. Returns the digest.</summary>
    /// <remarks>An existing digest only gets the tags, as when it is pushed again.</remarks>
    public string AddImage(RepositoryName repository, string package, ImageOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(package);
        options ??= new ImageOptions();
        lock (Gate)
        {
            PackageEntry entry = PackageFor(Existing(repository), package, options.UploadTime ?? Now);
            VersionEntry made = Make(entry, options);
            if (!entry.Versions.TryGetValue(made.Digest, out VersionEntry? version)) entry.Add(version = made);

            DateTimeOffset updated = version.UpdateTime;
            foreach (string tag in options.Tags) entry.PointTag(tag, version, updated);
            entry.UpdateTime = updated;
            entry.Record();
            return version.Digest;
        }
    }

    /// <summary>Adds an image with tags.</summary>
    public string AddImage(RepositoryName repository, string package, params string[] tags)
        => AddImage(repository, package, new ImageOptions { Tags = tags, Size = 80_000_000 });

    /// <summary>
    /// Adds a multi-platform image: an untagged child for each platform, and the index that lists them.
    /// </summary>
    /// <param name="repository">The repository.</param>
    /// <param name="package">The image's name.</param>
    /// <param name="platforms">
    /// For example <c>linux/amd64</c> or <c>linux/arm/v7</c>; <c>unknown/unknown</c> is the attestation of the platform
    /// before it.
    /// </param>
    /// <param name="options">The index; its size is that of each child.</param>
    public AddedIndex AddIndex(
        RepositoryName repository, string package, IReadOnlyList<string> platforms, ImageOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(platforms);
        options ??= new ImageOptions();
        lock (Gate)
        {
            List<ChildManifest> children = [];
            foreach (string platform in platforms)
            {
                ChildManifest child = Platform(platform);
                string digest = AddImage(repository, package, new ImageOptions
                {
                    Size = child.IsAttestation ? 12_000 : options.Size,
                    UploadTime = options.UploadTime,
                    UpdateTime = options.UpdateTime,
                    BuildTime = child.IsAttestation ? null : options.BuildTime,
                });
                children.Add(child with { Digest = digest });
            }
            string index = AddImage(
                repository, package, options with { Children = [.. options.Children, .. children], Size = null });
            return new AddedIndex(index, [.. children.Select(child => child.Digest)]);
        }
    }

    /// <summary>
    /// Lists the referrers of a digest in an index and tags it <c>sha256-…</c>, as cosign and other tools do if there
    /// is no referrers API. The index that had the tag before remains, untagged.
    /// </summary>
    /// <returns>The digest of the index.</returns>
    public string AddFallbackTag(RepositoryName repository, string package, string subject, DateTimeOffset? uploaded = null)
    {
        ArgumentNullException.ThrowIfNull(subject);
        lock (Gate)
        {
            return AddImage(repository, package, new ImageOptions
            {
                Tags = [subject.Replace(':', '-')],
                UploadTime = uploaded,
                MediaType = Manifests.OciIndex,
                Children = [.. Existing(repository, package).Versions.Values
                    .Where(version => version.SubjectDigest == subject)
                    .Select(version => new ChildManifest(version.Digest, "", "") { ArtifactType = version.ArtifactType })],
            });
        }
    }

    /// <summary>Adds a tag to a digest, or moves it there.</summary>
    public void MoveTag(RepositoryName repository, string package, string tag, string digest)
    {
        lock (Gate)
        {
            VersionEntry version = Existing(repository, package, digest);
            version.Package.PointTag(tag, version, Now);
        }
    }

    /// <summary>Makes now the time at which a digest was last updated, as if somebody had pushed it again.</summary>
    public void Touch(RepositoryName repository, string package, string digest)
    {
        lock (Gate)
        {
            VersionEntry version = Existing(repository, package, digest);
            version.UpdateTime = Now;
            version.Record();
        }
    }

    /// <summary>Removes a tag; returns false if it does not exist.</summary>
    public bool RemoveTag(RepositoryName repository, string package, string tag)
    {
        lock (Gate) return Existing(repository, package).RemoveTag(tag);
    }

    /// <summary>Removes a digest and its tags.</summary>
    public void DeleteVersion(RepositoryName repository, string package, string digest)
    {
        lock (Gate)
        {
            VersionEntry version = Existing(repository, package, digest);
            version.Package.Remove(version, new Behaviour(), Now);
        }
    }

    /// <summary>Gets the names of a repository's packages.</summary>
    public IReadOnlyList<string> Packages(RepositoryName repository)
    {
        lock (Gate) return [.. Existing(repository).Packages.Keys];
    }

    /// <summary>The digests of a package, in order; none if there is no such package.</summary>
    public IReadOnlyList<string> Digests(RepositoryName repository, string package)
    {
        lock (Gate)
        {
            return Existing(repository).Packages.TryGetValue(package, out PackageEntry? entry)
                ? [.. entry.Versions.Keys]
                : [];
        }
    }

    /// <summary>Gets the number of digests in a repository.</summary>
    public int DigestCount(RepositoryName repository)
    {
        lock (Gate) return Existing(repository).Packages.Values.Sum(package => package.Versions.Count);
    }

    /// <summary>The digests of a package that no tag points to, in order.</summary>
    public IReadOnlyList<string> UntaggedDigests(RepositoryName repository, string package)
    {
        lock (Gate)
        {
            return [.. Existing(repository, package).Versions.Values
                .Where(version => version.Tags.Count == 0).Select(version => version.Digest)];
        }
    }

    /// <summary>Returns whether a digest exists.</summary>
    public bool HasDigest(RepositoryName repository, string package, string digest)
    {
        lock (Gate)
            return Existing(repository).Packages.GetValueOrDefault(package)?.Versions.ContainsKey(digest) ?? false;
    }

    /// <summary>The digest that a tag points to; null if there is no such tag.</summary>
    public string? DigestOf(RepositoryName repository, string package, string tag)
    {
        lock (Gate)
            return Existing(repository).Packages.GetValueOrDefault(package)?.Tags.GetValueOrDefault(tag)?.Digest;
    }

    /// <summary>The tags of a package with the digests they point to, in order.</summary>
    public IReadOnlyDictionary<string, string> Tags(RepositoryName repository, string package)
    {
        lock (Gate)
        {
            return Existing(repository, package).Tags
                .ToDictionary(tag => tag.Key, tag => tag.Value.Digest, StringComparer.Ordinal);
        }
    }

    /// <summary>The tags that point to a digest, in order.</summary>
    public IReadOnlyList<string> TagsOf(RepositoryName repository, string package, string digest)
    {
        lock (Gate) return [.. Existing(repository, package, digest).Tags];
    }

    /// <summary>The manifest of a digest, as text.</summary>
    public string Manifest(RepositoryName repository, string package, string digest)
    {
        lock (Gate) return Encoding.UTF8.GetString(Existing(repository, package, digest).Manifest);
    }

    private static ChildManifest Platform(string platform) => platform.Split('/') switch
    {
        [string os, string architecture] => new ChildManifest("", os, architecture),
        [string os, string architecture, string variant] => new ChildManifest("", os, architecture, variant),
        _ => throw new FormatException($"'{platform}' is no platform. Expected for example 'linux/amd64'."),
    };

    /// <summary>Adds a package to a repository that has none of that name.</summary>
    internal PackageEntry AddPackage(RepositoryEntry repository, string name) => PackageFor(repository, name, Now);

    private static PackageEntry PackageFor(RepositoryEntry repository, string name, DateTimeOffset created)
    {
        if (!repository.Packages.TryGetValue(name, out PackageEntry? package))
            repository.Packages.Add(name, package = new PackageEntry(repository, name, created));
        if (created < package.CreateTime) package.CreateTime = created;
        return package;
    }

    private VersionEntry Make(PackageEntry package, ImageOptions options)
    {
        bool isIndex = options.Children.Count > 0 || options.MediaType is Manifests.OciIndex or Manifests.DockerList;
        string mediaType = options.MediaType ?? (isIndex ? Manifests.OciIndex : Manifests.OciManifest);
        string seed = Manifests.Seed(package.Repository.Name, package.Name, ++package.Seeded);
        byte[] manifest = options.Manifest is not null
            ? Encoding.UTF8.GetBytes(options.Manifest)
            : isIndex
            ? Manifests.Index(seed, options, mediaType, Entries(package, options.Children))
            : Manifests.Image(seed, options, mediaType, Subject(package, options.SubjectDigest));
        DateTimeOffset uploaded = options.UploadTime ?? Now;
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
