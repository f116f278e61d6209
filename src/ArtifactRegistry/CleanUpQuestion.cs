using System.Globalization;
using ArtifactRegistry.Operations.CleanUp;

namespace ArtifactRegistry;

/// <summary>The part of a clean-up's question that describes the digests to be deleted.</summary>
internal static class CleanUpQuestion
{
    private const int Most = 5;

    /// <summary>Gets a line for each of the first digests, and how many follow.</summary>
    /// <param name="digests">The digests that the run deletes, in order.</param>
    /// <param name="maxCount">How many deletions -MaxCount allows; null for any number.</param>
    public static string Details(IReadOnlyCollection<ImageNode> digests, int? maxCount)
    {
        IEnumerable<string> lines = digests
            .Take(Most)
            .Select(node => node.Image)
            .Select(image =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {Digest.Shorten(image.Digest)}  {ByteSize.Format(image.SizeBytes),7}  "
                        + $"{Age.Format(image.UploadTime)}"
                )
            );
        if (digests.Count > Most)
            lines = lines.Append(string.Create(CultureInfo.InvariantCulture, $"  and {digests.Count - Most} more"));
        bool marks = digests.Any(node => node.MarkFor is not null);
        if (maxCount <= digests.Count)
            lines = lines.Append(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The run ends after {maxCount} {(marks ? "marks and " : "")}deletions (-MaxCount).")
            );
        return digests.Count == 0 ? ""
            : $"\nThe oldest {(marks ? "come" : "go")} first:\n{string.Join('\n', lines)}";
    }

    /// <summary>Gets the line that says that a run with -Quarantine deletes nothing yet.</summary>
    /// <param name="count">The number of digests that it marks.</param>
    public static string MarksOnly(int count) =>
        "\nNothing is deleted now."
        + (count == 0 ? "" : " Removing the mark (Remove-ArImageTag) takes a digest out of quarantine.");
}
