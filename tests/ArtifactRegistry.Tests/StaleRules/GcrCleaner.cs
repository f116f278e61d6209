using System.Text.RegularExpressions;

namespace ArtifactRegistry.Tests.StaleRules;

/// <summary>An image of a test, as the rules of both tools see it.</summary>
internal sealed record SampleImage(string Name, string Digest, string[] Tags, DateTimeOffset Uploaded)
{
    public override string ToString() =>
        $"{Name} {string.Join(',', Tags.Order(StringComparer.Ordinal))} {Digest[..15]}";
}

/// <summary>
/// A naive model of gcr-cleaner's rules, as its README describes them (section "Server Payload &amp; parameters"):
/// images inside the grace period stay; untagged ones go; tagged ones go if the filter matches; the newest of what
/// would go stay.
/// </summary>
internal sealed record GcrCleaner
{
    public TimeSpan Grace { get; init; }

    public int Keep { get; init; }

    public string? TagFilterAny { get; init; }

    public string? TagFilterAll { get; init; }

    /// <summary>What is left of one image name, called repository there.</summary>
    public IEnumerable<SampleImage> Left(IEnumerable<SampleImage> images, DateTimeOffset now)
    {
        int kept = 0;
        foreach (SampleImage image in images.OrderByDescending(image => image.Uploaded))
            if (image.Uploaded > now - Grace || !IsCandidate(image.Tags) || kept++ < Keep)
                yield return image;
    }

    private bool IsCandidate(string[] tags) =>
        tags.Length == 0
        || (TagFilterAny is string any && tags.Any(tag => Regex.IsMatch(tag, any)))
        || (TagFilterAll is string all && tags.All(tag => Regex.IsMatch(tag, all)));
}
