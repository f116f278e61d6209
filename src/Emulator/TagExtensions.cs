using ArtifactRegistry.Emulator.Model;

namespace ArtifactRegistry.Emulator;

/// <summary>The tags of a <see cref="RegistryState"/>.</summary>
public static class TagExtensions
{
    /// <summary>Adds a tag to a digest, or moves it there.</summary>
    public static void MoveTag(
        this RegistryState state, RepositoryName repository, string package, string tag, string digest)
    {
        lock (state.Gate)
        {
            VersionEntry version = state.Existing(repository, package, digest);
            version.Package.PointTag(tag, version, state.Now);
        }
    }

    /// <summary>Removes a tag; returns false if it does not exist.</summary>
    public static bool RemoveTag(this RegistryState state, RepositoryName repository, string package, string tag)
    {
        lock (state.Gate) return state.Existing(repository, package).RemoveTag(tag);
    }

    /// <summary>Gets the digest that a tag points to; null if there is no such tag.</summary>
    public static string? DigestOf(this RegistryState state, RepositoryName repository, string package, string tag)
    {
        lock (state.Gate)
            return state.Existing(repository).Packages.GetValueOrDefault(package)?.Tags.GetValueOrDefault(tag)?.Digest;
    }

    /// <summary>Gets the tags of a package with the digests they point to, in order.</summary>
    public static IReadOnlyDictionary<string, string> Tags(
        this RegistryState state, RepositoryName repository, string package)
    {
        lock (state.Gate)
        {
            return state.Existing(repository, package).Tags
                .ToDictionary(tag => tag.Key, tag => tag.Value.Digest, StringComparer.Ordinal);
        }
    }

    /// <summary>Gets the tags that point to a digest, in order.</summary>
    public static IReadOnlyList<string> TagsOf(
        this RegistryState state, RepositoryName repository, string package, string digest)
    {
        lock (state.Gate) return [.. state.Existing(repository, package, digest).Tags];
    }
}
