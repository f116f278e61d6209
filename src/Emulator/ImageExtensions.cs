using System.Text;
using ArtifactRegistry.Emulator.Model;

namespace ArtifactRegistry.Emulator;

/// <summary>The images of a <see cref="RegistryState"/>: packages, and the digests in them.</summary>
public static class ImageExtensions
{
    /// <summary>Adds an image (one digest), and its package if necessary. Returns the digest.</summary>
    /// <remarks>An existing digest only gets the tags, as when it is pushed again.</remarks>
    public static string AddImage(
        this RegistryState state,
        RepositoryName repository,
        string package,
        ImageOptions? options = null
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(package);
        options ??= new ImageOptions();
        lock (state.Gate)
        {
            PackageEntry entry = state.Existing(repository).PackageFor(package, options.UploadTime ?? state.Now);
            VersionEntry made = SeededVersion.Make(entry, options, state.Now);
            if (!entry.Versions.TryGetValue(made.Digest, out VersionEntry? version)) entry.Add(version = made);

            DateTimeOffset updated = version.UpdateTime;
            foreach (string tag in options.Tags) entry.PointTag(tag, version, updated);
            entry.UpdateTime = updated;
            entry.Record();
            return version.Digest;
        }
    }

    /// <summary>Adds an image with tags.</summary>
    public static string AddImage(
        this RegistryState state,
        RepositoryName repository,
        string package,
        params string[] tags
    ) => state.AddImage(repository, package, new ImageOptions { Tags = tags, Size = 80_000_000 });

    /// <summary>
    /// Adds a multi-platform image: an untagged child for each platform, and the index that lists them.
    /// </summary>
    /// <param name="state">The state.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="package">The image's name.</param>
    /// <param name="platforms">
    /// For example <c>linux/amd64</c> or <c>linux/arm/v7</c>; <c>unknown/unknown</c> is the attestation of the platform
    /// before it.
    /// </param>
    /// <param name="options">The index; its size is that of each child.</param>
    public static AddedIndex AddIndex(
        this RegistryState state,
        RepositoryName repository,
        string package,
        IReadOnlyList<string> platforms,
        ImageOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(platforms);
        options ??= new ImageOptions();
        lock (state.Gate)
        {
            List<ChildManifest> children = [];
            foreach (string platform in platforms)
            {
                ChildManifest child = Platform(platform);
                string digest = state.AddImage(repository, package, new ImageOptions
                {
                    HasContent = options.HasContent,
                    Size = child.IsAttestation ? 12_000 : options.Size,
                    UploadTime = options.UploadTime,
                    UpdateTime = options.UpdateTime,
                    BuildTime = child.IsAttestation ? null : options.BuildTime,
                });
                children.Add(child with { Digest = digest });
            }
            string index = state.AddImage(
                repository, package, options with { Children = [.. options.Children, .. children], Size = null });
            return new AddedIndex(index, [.. children.Select(child => child.Digest)]);
        }
    }

    /// <summary>
    /// Lists the referrers of a digest in an index and tags it <c>sha256-…</c>, as cosign and other tools do if there
    /// is no referrers API. The index that had the tag before remains, untagged.
    /// </summary>
    /// <returns>The digest of the index.</returns>
    public static string AddFallbackTag(
        this RegistryState state,
        RepositoryName repository,
        string package,
        string subject,
        DateTimeOffset? uploaded = null
    )
    {
        ArgumentNullException.ThrowIfNull(subject);
        lock (state.Gate)
        {
            return state.AddImage(
                repository,
                package,
                new ImageOptions
                {
                    Tags = [subject.Replace(':', '-')],
                    UploadTime = uploaded,
                    MediaType = Manifests.OciIndex,
                    Children =
                    [
                        .. state
                            .Existing(repository, package)
                            .Versions.Values.Where(version => version.SubjectDigest == subject)
                            .Select(version => new ChildManifest(version.Digest, "", "")
                            {
                                ArtifactType = version.ArtifactType,
                            }),
                    ],
                }
            );
        }
    }

    /// <summary>Makes now the time at which a digest was last updated, as if somebody had pushed it again.</summary>
    public static void Touch(this RegistryState state, RepositoryName repository, string package, string digest)
    {
        lock (state.Gate)
        {
            VersionEntry version = state.Existing(repository, package, digest);
            version.UpdateTime = state.Now;
            version.Record();
        }
    }

    /// <summary>Removes a digest and its tags.</summary>
    public static void DeleteVersion(this RegistryState state, RepositoryName repository, string package, string digest)
    {
        lock (state.Gate)
        {
            VersionEntry version = state.Existing(repository, package, digest);
            version.Package.Remove(version, new Behaviour(), state.Now);
        }
    }

    /// <summary>Gets the names of a repository's packages.</summary>
    public static IReadOnlyList<string> Packages(this RegistryState state, RepositoryName repository)
    {
        lock (state.Gate) return [.. state.Existing(repository).Packages.Keys];
    }

    /// <summary>Gets the digests of a package, in order; none if there is no such package.</summary>
    public static IReadOnlyList<string> Digests(this RegistryState state, RepositoryName repository, string package)
    {
        lock (state.Gate)
        {
            return state.Existing(repository).Packages.TryGetValue(package, out PackageEntry? entry)
                ? [.. entry.Versions.Keys]
                : [];
        }
    }

    /// <summary>Gets the number of digests in a repository.</summary>
    public static int DigestCount(this RegistryState state, RepositoryName repository)
    {
        lock (state.Gate) return state.Existing(repository).Packages.Values.Sum(package => package.Versions.Count);
    }

    /// <summary>Gets the digests of a package that no tag points to, in order.</summary>
    public static IReadOnlyList<string> UntaggedDigests(
        this RegistryState state,
        RepositoryName repository,
        string package
    )
    {
        lock (state.Gate)
        {
            return [.. state.Existing(repository, package).Versions.Values
                .Where(version => version.Tags.Count == 0).Select(version => version.Digest)];
        }
    }

    /// <summary>Returns whether a digest exists.</summary>
    public static bool HasDigest(this RegistryState state, RepositoryName repository, string package, string digest)
    {
        lock (state.Gate)
            return state.Existing(repository).Packages.GetValueOrDefault(package)?.Versions.ContainsKey(digest)
                ?? false;
    }

    /// <summary>Gets the manifest of a digest, as text.</summary>
    public static string Manifest(this RegistryState state, RepositoryName repository, string package, string digest)
    {
        lock (state.Gate) return Encoding.UTF8.GetString(state.Existing(repository, package, digest).Manifest);
    }

    private static ChildManifest Platform(string platform) => platform.Split('/') switch
    {
        [string os, string architecture] => new ChildManifest("", os, architecture),
        [string os, string architecture, string variant] => new ChildManifest("", os, architecture, variant),
        _ => throw new FormatException($"'{platform}' is not a platform. Expected for example 'linux/amd64'."),
    };
}
