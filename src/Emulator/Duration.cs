using System.Globalization;
using System.Text.RegularExpressions;

namespace ArtifactRegistry.Emulator;

/// <summary>Durations as people write them: <c>50ms</c>, <c>90s</c>, <c>5m</c>, <c>12h</c>, <c>30d</c>.</summary>
internal static partial class Duration
{
    public static TimeSpan Parse(string text)
    {
        Match match = Form().Match(text);
        if (!match.Success)
            throw new FormatException(
                $"'{text}' is not a duration. Expected for example '50ms', '90s', '5m', '12h' or '30d'.");
        double number = double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
        return match.Groups[2].Value switch
        {
            "ms" => TimeSpan.FromMilliseconds(number),
            "s" => TimeSpan.FromSeconds(number),
            "m" => TimeSpan.FromMinutes(number),
            "h" => TimeSpan.FromHours(number),
            _ => TimeSpan.FromDays(number),
        };
    }

    [GeneratedRegex(@"^(\d{1,6}(?:\.\d{1,3})?)(ms|s|m|h|d)$")]
    private static partial Regex Form();
}
