using ArtifactRegistry.Clients;
using ArtifactRegistry.Transfer;

namespace ArtifactRegistry.Operations;

/// <summary>A digest that is to be copied, in whatever registry it is.</summary>
/// <param name="Name">Its name, by digest.</param>
/// <param name="Image">The image that it is in.</param>
/// <param name="Digest">The digest.</param>
/// <param name="Tags">The tags that it is known to have.</param>
/// <param name="Content">Its content.</param>
internal sealed record CopySource(
    string Name, string Image, string Digest, IReadOnlyList<string> Tags, IContentSource Content)
{
    /// <summary>Creates the source of an image in Artifact Registry.</summary>
    public static CopySource Of(DockerImage image, OciRegistryClient registry) => new(
        image.Name.ToString(), image.Name.ToImage().ToString(), image.Digest, [.. image.Tags],
        registry.Open(image.Name));

    /// <summary>Reads which digest an image in another registry is.</summary>
    /// <exception cref="RegistryException">It is not there, or cannot be read.</exception>
    public static async Task<CopySource> ReadAsync(
        ExternalImageName name, ExternalRegistry registry, CancellationToken stop)
    {
        Manifest root = await registry.ReadRootAsync(stop);
        return new CopySource(
            name.WithDigest(root.Digest), name.Image, root.Digest, name.Tag is null ? [] : [name.Tag], registry);
    }
}
