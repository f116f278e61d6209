using System.Globalization;
using ArtifactRegistry.Operations.CleanUp;

namespace ArtifactRegistry;

/// <summary>How many deletions are surprisingly many for an image: a count, or a percentage of its digests.</summary>
internal sealed class Threshold
{
    private readonly int? _count;
    private readonly double _percent;

    private Threshold(int? count, double percent) => (_count, _percent) = (count, percent);

    /// <summary>Reads "500" or "50%"; null if it is neither.</summary>
    public static Threshold? TryParse(string text)
    {
        text = text.Trim();
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count)) return new Threshold(count, 0);
        return text.EndsWith('%')
            && double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double percent)
            && percent is >= 0 and <= 100
            ? new Threshold(null, percent)
            : null;
    }

    /// <summary>Gets what exceeds it, in words; null if nothing does.</summary>
    public string? ExceededBy(CleanUpPlan plan) =>
        _count is int max
            ? plan.Delete.Count > max ? $"{plan.Delete.Count} digests would be deleted" : null
            : plan.Delete.Count * 100.0 > plan.Total * _percent
                ? $"{plan.Delete.Count} of its {plan.Total} digests would be deleted"
                : null;
}
