using System.Globalization;
using ArtifactRegistry.Operations.CleanUp;

namespace ArtifactRegistry;

/// <summary>How many deletions are surprisingly many: a count over all images, or a percentage of each image's digests.</summary>
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

    /// <summary>A sentence about what exceeds it; null if nothing does.</summary>
    public string? Exceeded(IReadOnlyCollection<CleanUpPlan> plans)
    {
        if (_count is int most)
        {
            int planned = plans.Sum(plan => plan.Delete.Count);
            return planned > most ? $"{planned} digests would be deleted." : null;
        }

        return plans.FirstOrDefault(plan => plan.Delete.Count * 100.0 > plan.Total * _percent) is CleanUpPlan excess
            ? $"{excess.Delete.Count} of the {excess.Total} digests of '{excess.Image}' would be deleted."
            : null;
    }
}
