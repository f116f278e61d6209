using ArtifactRegistry.Operations.CleanUp;

namespace ArtifactRegistry.Operations.InUse;

/// <summary>
/// The tag that marks a digest as in use, for repositories whose clean-up is Google's: <c>in-use-</c> and the first
/// digits of the digest. So each such tag shows whether it is a mark, and the mark of one digest never has to be moved
/// to another one.
/// </summary>
internal static class InUseMark
{
    private const string Prefix = "in-use-"; // what a KEEP policy names
    private const int Digits = 12;

    /// <summary>Gets the mark of a digest.</summary>
    public static string Of(string digest) => $"{Prefix}{digest.AsSpan(Digest.Prefix.Length, Digits)}";

    /// <summary>Returns whether a digest has its mark.</summary>
    public static bool IsOn(ImageNode node) => node.Image.Tags.Contains(Of(node.Image.Digest));

    /// <summary>Returns whether a tag is a mark, of whatever digest.</summary>
    public static bool IsMark(string tag) => tag.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>
    /// Gets the digests of an image that are in use, by their own digest, that of their configuration, or a tag; and
    /// the indexes that list them, since a runtime may tell the digest of a platform only.
    /// </summary>
    public static HashSet<ImageNode> InUse(CleanUpPlan plan)
    {
        HashSet<ImageNode> found = [];
        Stack<ImageNode> open = new(plan.Graph.Nodes.Where(node => plan.Rules.InUse.EntriesOf(node).Any()));
        while (open.TryPop(out ImageNode? node))
        {
            if (!found.Add(node)) continue;
            foreach (ImageNode index in node.Indexes) open.Push(index);
        }

        return found;
    }
}
