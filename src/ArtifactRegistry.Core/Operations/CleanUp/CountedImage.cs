using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>Classifies digests for counting images.</summary>
internal static class CountedImage
{
    private const string BuildCache = "application/vnd.buildkit.cacheconfig.v0";

    /// <summary>
    /// Returns whether a digest is an image or index that can be run and is not part of another index.
    /// </summary>
    public static bool IsRunnable(ImageNode node) => IsAlone(node) && node.Kind switch
    {
        ImageKind.Image => true,
        ImageKind.Index => ListsAnImage(node),
        _ => false,
    };

    /// <summary>
    /// Returns whether a digest is an artifact that belongs to nothing, a chart for example, and so may be what the
    /// user keeps here.
    /// </summary>
    public static bool IsLoneArtifact(ImageNode node) =>
        IsAlone(node) && node.Kind is ImageKind.Artifact && node.Content?.ArtifactType is not BuildCache;

    private static bool IsAlone(ImageNode node) =>
        node.Indexes.Count == 0 && node.SubjectDigest is null && node.Content?.HasSubjectByOtherDigest is not true;

    // An index of referrers lists only digests that have a subject, and a build cache only layers.
    private static bool ListsAnImage(ImageNode index) =>
        index.Content is null or { ListsByOtherDigest: true }
        || index.Children.Any(child =>
            child.Node.Kind is ImageKind.Index
            || (child.Node.Kind is ImageKind.Image && child.Node.SubjectDigest is null)
        )
        || index.Content.Entries.Any(entry =>
            entry.Platform is not null && !entry.IsAttestation && !MediaTypes.IsBlob(entry.MediaType)
        );
}
