using System.Diagnostics;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>What a clean-up does with the untagged digests of one image.</summary>
/// <param name="Image">The image.</param>
/// <param name="Asked">Every digest that was asked about: all untagged ones, or those that were named, tagged or not.</param>
/// <param name="Unlisted">Digests that were asked about and that the listing does not have; mostly they are gone.</param>
/// <param name="Unreadable">Errors about manifests that could not be read.</param>
/// <param name="Graph">How the digests are connected.</param>
/// <param name="Rules">What it was decided by.</param>
internal sealed record CleanUpPlan(
    ImageName Image,
    IReadOnlyList<ImageNode> Asked,
    IReadOnlyList<RemovedImage> Unlisted,
    IReadOnlyList<RegistryException> Unreadable,
    ImageGraph Graph,
    CleanUpRules Rules)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private readonly long _made = Stopwatch.GetTimestamp();

    /// <summary>True once so much time has passed that somebody may well have pushed or tagged something since.</summary>
    public bool IsStale => Age > Fresh;

    /// <summary>How long ago it was decided.</summary>
    public TimeSpan Age => Stopwatch.GetElapsedTime(_made);

    /// <summary>How many digests the image has, tagged or not.</summary>
    public int Total { get; } = Graph.Nodes.Count;

    /// <summary>The decisions as users see them, made one by one since there may be very many.</summary>
    public IEnumerable<UntaggedImage> Decisions => Asked.Where(node => !node.IsTagged).Select(node => node.ToUntaggedImage(Rules));

    /// <summary>What is kept, in the order of the listing.</summary>
    public IEnumerable<ImageNode> Keep => Asked.Where(node => node.KeepReason is not null);

    /// <summary>What is deleted, in the order of the listing.</summary>
    public IReadOnlyList<ImageNode> Delete { get; } = [.. Asked.Where(node => node.KeepReason is null)];

    /// <summary>Gets why a digest stays; null if this plan deletes it, or if it is gone.</summary>
    public string? WhyKept(string digest) => Graph.Find(digest)?.KeepReason;

    /// <summary>The plan in words, for the question and for -WhatIf.</summary>
    public string Action =>
        $"Delete {Delete.Count} untagged {(Delete.Count == 1 ? "digest" : "digests")} ({ByteSize.Format(SizeBytes)}), keep {Total - Delete.Count}";

    /// <summary>Size in bytes of what is deleted.</summary>
    public long SizeBytes => Delete.Sum(node => node.Image.SizeBytes);
}
