using System.Globalization;
using ArtifactRegistry.Operations.CleanUp;

namespace ArtifactRegistry;

/// <summary>
/// The threshold above which the deletions of an image are surprisingly many: a count, or a percentage of its digests.
/// </summary>
internal sealed class Threshold
{
    private readonly int? _count;
    private readonly double _percent;

    private Threshold(int? count, double percent) => (_count, _percent) = (count, percent);

    /// <summary>Parses "500" or "50%"; returns null if the text is neither.</summary>
    public static Threshold? TryParse(string text)
    {
        text = text.Trim();
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count))
            return new Threshold(count, 0);
        return text.EndsWith('%')
            && double.TryParse(
                text[..^1],
                NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out double percent
            )
            && percent is >= 0 and <= 100
            ? new Threshold(null, percent)
            : null;
    }

    /// <summary>Gets a description of how a plan exceeds the threshold; null if it does not.</summary>
    public string? ExceededBy(CleanUpPlan plan) =>
        _count is int max
            ? plan.Delete.Count > max ? $"{plan.Delete.Count} digests would be {plan.Participle}" : null
            : plan.Delete.Count * 100.0 > plan.Total * _percent
                ? $"{plan.Delete.Count} of its {plan.Total} digests would be {plan.Participle}"
                : null;
}
