using System.Globalization;
using ArtifactRegistry.Operations.CleanUp;

namespace ArtifactRegistry;

/// <summary>The part of a clean-up's question that describes the digests to be deleted.</summary>
internal static class CleanUpQuestion
{
    private const int Most = 5;

    /// <summary>Gets a line for each of the first digests, and how many follow.</summary>
    /// <param name="order">The digests, in the order in which they would be deleted.</param>
    /// <param name="maxCount">How many deletions -MaxCount allows; null for any number.</param>
    public static string Details(SweepOrder order, int? maxCount)
    {
        List<DockerImage> images = [.. order.Digests.Select(node => node.Image)];
        IEnumerable<string> lines = images
            .Take(Most)
            .Select(image =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {Digest.Shorten(image.Digest)}  {ByteSize.Format(image.SizeBytes),7}  "
                        + $"{Age.Format(image.UploadTime)}"
                )
            );
        if (images.Count > Most)
            lines = lines.Append(string.Create(CultureInfo.InvariantCulture, $"  and {images.Count - Most} more"));
        if (maxCount < images.Count)
            lines = lines.Append(
                string.Create(CultureInfo.InvariantCulture, $"The run ends after {maxCount} deletions (-MaxCount).")
            );
        return $"\nThe oldest go first:\n{string.Join('\n', lines)}";
    }
}
