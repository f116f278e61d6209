using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>What a clean-up of one image would delete and keep.</summary>
/// <param name="Image">The image.</param>
/// <param name="Delete">Untagged digests that nothing refers to, as far as the service's listing tells.</param>
/// <param name="Keep">The other digests that were asked about, with the reason.</param>
public sealed record UntaggedPlan(ImageName Image, IReadOnlyList<DockerImage> Delete, IReadOnlyList<RemovedImage> Keep)
{
    /// <summary>The plan in words, for the question and for -WhatIf.</summary>
    public string Action =>
        $"Delete {Delete.Count} untagged {(Delete.Count == 1 ? "digest" : "digests")} "
        + $"({ByteSize.Format(Delete.Sum(image => image.SizeBytes))}), keep {Keep.Count}";
}

/// <summary>Deletes untagged digests that no index lists and that refer to no other digest.</summary>
public static class RemoveUntagged
{
    /// <summary>Why a digest is deleted.</summary>
    public const string Reason = "untagged, nothing refers to it";

    /// <summary>Plans the clean-up of whole images or repositories, one plan an image.</summary>
    public static async Task<IReadOnlyList<UntaggedPlan>> PlanAllAsync(
        ArtifactRegistryClient client, ImagePattern what, CancellationToken stop)
    {
        var byPackage = new Dictionary<string, List<DockerImage>>(StringComparer.Ordinal);
        await foreach (DockerImage image in FindImages.RunAsync(client, what, stop))
        {
            if (!byPackage.TryGetValue(image.Package, out List<DockerImage>? images))
                byPackage[image.Package] = images = [];
            images.Add(image);
        }

        // Only now is the picture complete: an index may come after its children in the listing.
        return
        [
            .. byPackage.Values.Select(images =>
                Plan(images[0].Name.ToImage(), images, images.Where(image => image.Tags.Count == 0))),
        ];
    }

    /// <summary>Plans for digests that were named one by one. What is tagged by now, or gone, is not deleted.</summary>
    public static async Task<UntaggedPlan> PlanSomeAsync(
        ArtifactRegistryClient client, ImageName image, IReadOnlyCollection<ImageName> digests, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(digests);
        var present = new Dictionary<string, DockerImage>(StringComparer.Ordinal);
        await foreach (DockerImage each in FindImages.RunAsync(client, ImagePattern.Exactly(image), stop))
            present[each.Digest] = each;

        UntaggedPlan plan = Plan(
            image, present.Values, digests.Where(name => present.ContainsKey(name.Digest!)).Select(name => present[name.Digest!]));
        RemovedImage[] gone =
        [
            .. digests.Where(name => !present.ContainsKey(name.Digest!)).Select(name =>
                new RemovedImage(name, TagList.Empty, 0, RemovalStatus.AlreadyGone, "was gone already")),
        ];
        return plan with { Keep = [.. plan.Keep, .. gone] };
    }

    /// <summary>Deletes one digest of a plan.</summary>
    public static Task<RemovedImage> RunAsync(ArtifactRegistryClient client, DockerImage image, CancellationToken stop) =>
        DeleteDigest.RunAsync(client, image, Reason, stop);

    private static UntaggedPlan Plan(
        ImageName image, IReadOnlyCollection<DockerImage> all, IEnumerable<DockerImage> asked)
    {
        var listedBy = new Dictionary<string, DockerImage>(StringComparer.Ordinal);
        foreach (DockerImage index in all)
            foreach (ImageManifestMessage child in index.Children)
                if (child.Digest is not null)
                    listedBy[child.Digest] = index;

        var delete = new List<DockerImage>();
        var keep = new List<RemovedImage>();
        foreach (DockerImage digest in asked)
        {
            string? reason = digest.Tags.Count > 0 ? $"has the {(digest.Tags.Count == 1 ? "tag" : "tags")} {digest.Tags}"
                : listedBy.TryGetValue(digest.Digest, out DockerImage? index) ? $"is part of the index {Describe(index)}"
                : digest.SubjectDigest is not null ? $"refers to {digest.SubjectDigest} ({digest.Kind})"
                : null;
            if (reason is null) delete.Add(digest);
            else keep.Add(new RemovedImage(digest, RemovalStatus.Kept, reason));
        }

        return new UntaggedPlan(image, delete, keep);
    }

    private static string Describe(DockerImage index) =>
        index.Tags.Count == 0 ? index.Digest : $"{index.Digest} ({index.Tags})";
}
