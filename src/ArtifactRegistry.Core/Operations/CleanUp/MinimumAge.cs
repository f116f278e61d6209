using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>The minimum age of an untagged digest that may be deleted: a duration, or a point in time.</summary>
internal sealed class MinimumAge
{
    private const long MaxAgeSeconds = 100L * 366 * 86_400; // a century: more is a typo

    private static readonly string[] PointsInTime =
    [
        "yyyy-MM-dd", "yyyy-MM-ddTHH:mm", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm:ss.FFFFFFF",
        "yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK",
        "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss",
    ];

    private readonly TimeSpan? _age;
    private readonly DateTimeOffset _before;
    private readonly string _text;

    private MinimumAge(TimeSpan? age, DateTimeOffset before, string text) =>
        (_age, _before, _text) = (age, before, text);

    /// <summary>
    /// The default, one hour: a build that pushes by digest leaves untagged children until its index arrives.
    /// </summary>
    public static MinimumAge Default { get; } = new(TimeSpan.FromHours(1), default, "1h");

    /// <summary>No minimum: 0s.</summary>
    public static MinimumAge None { get; } = new(TimeSpan.Zero, default, "0s");

    /// <summary>
    /// Parses "30d", "12h", "2w", "90min", "0s", or a time such as "2026-01-31" or "2026-01-31T18:00:00Z".
    /// </summary>
    /// <exception cref="FormatException">The text is anything else, for example a number without a unit.</exception>
    public static MinimumAge Parse(string text) =>
        TryParse(text, out MinimumAge? cutoff, out string? problem) ? cutoff : throw new FormatException(problem);

    /// <summary>Parses an age as <see cref="Parse"/> does, except that it must not lie in the future.</summary>
    /// <exception cref="FormatException">The text is not an age, or lies in the future.</exception>
    public static MinimumAge ParsePast(string text, DateTimeOffset now)
    {
        MinimumAge age = Parse(text);
        return age.At(now) <= now.AddMinutes(1)
            ? age
            : throw new FormatException($"'{text}' lies in the future, so everything would be old enough.");
    }

    /// <summary>Returns the one with the earlier cutoff: what either protects stays protected.</summary>
    public static MinimumAge Stricter(MinimumAge one, MinimumAge other, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        return one.At(now) <= other.At(now) ? one : other;
    }

    /// <summary>
    /// Gets the point in time before which a digest must have been uploaded and updated to be old enough.
    /// </summary>
    public DateTimeOffset At(DateTimeOffset now) => _age is TimeSpan age ? now - age : _before;

    /// <summary>Gets whether any age is old enough.</summary>
    public bool IsNone => _age == TimeSpan.Zero;

    /// <summary>Returns the text as it was written.</summary>
    public override string ToString() => _text;

    private static bool TryParse(
        string? text, [NotNullWhen(true)] out MinimumAge? cutoff, [NotNullWhen(false)] out string? problem)
    {
        text = (text ?? "").Trim();
        problem = AmbiguityOf(text);
        cutoff = null;
        if (problem is not null) return false;
        cutoff = AgeOf(text) is TimeSpan age ? new MinimumAge(age, default, text)
            : DateTimeOffset.TryParseExact(
                text, PointsInTime, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out DateTimeOffset before)
                ? new MinimumAge(null, before, text)
                : null;
        if (cutoff is not null) return true;

        bool bare = text.Length > 0 && text.All(char.IsAsciiDigit);
        problem = $"'{text}' is not an age. "
            + (bare ? $"A number needs a unit: {text}d for days, {text}h for hours. " : "")
            + "Expected for example 30d, 12h, 2w or 0s (no limit), or a time such as 2026-01-31 or "
            + "2026-01-31T18:00:00Z. In a variable, quote it: $age = '30d'.";
        return false;
    }

    /// <summary>Formats a time as a person would write it, because reasons quote it.</summary>
    internal static string TextOf(TimeSpan age)
    {
        const long Day = 86_400, Hour = 3_600, Minute = 60;
        long seconds = (long)Math.Ceiling(age.TotalSeconds);
        (long count, string unit) = seconds == 0 ? (0, "s")
            : seconds % Day == 0 ? (seconds / Day, "d")
            : seconds % Hour == 0 ? (seconds / Hour, "h")
            : seconds % Minute == 0 ? (seconds / Minute, "min")
            : (seconds, "s");
        return string.Create(CultureInfo.InvariantCulture, $"{count}{unit}");
    }

    /// <summary>Parses a count and a unit (s, min or m, h, d or w); returns null for anything else.</summary>
    internal static TimeSpan? AgeOf(string text)
    {
        int digits = text.TakeWhile(char.IsAsciiDigit).Count();
        if (!long.TryParse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out long count))
            return null;
        long seconds = text[digits..] switch
        {
            "s" => 1,
            "m" or "min" => 60,
            "h" => 3600,
            "d" => 86_400,
            "w" => 604_800,
            _ => 0,
        };
        return seconds > 0 && count <= MaxAgeSeconds / seconds ? TimeSpan.FromSeconds(count * seconds) : null;
    }

    /// <summary>
    /// Gets the problem with an age in m: the tables say "2 months ago", and who takes m for months would delete what
    /// is two minutes old. Null for all others.
    /// </summary>
    internal static string? AmbiguityOf(string text) =>
        text.EndsWith('m') && AgeOf(text) is TimeSpan minutes
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"'{text}' could be minutes or months. Write {text}in, or days: {minutes.TotalMinutes * 30}d.")
            : null;
}
