using System.Globalization;
using System.Text.RegularExpressions;

namespace ArtifactRegistry.Operations;

/// <summary>
/// The expiry of a grant whose condition is only a time, as the console writes it:
/// <c>request.time &lt; timestamp("…")</c>. See https://cloud.google.com/iam/docs/conditions-overview.
/// </summary>
internal static partial class GrantExpiry
{
    /// <summary>Gets the time at which the grant expires; null if the condition is anything else.</summary>
    public static DateTimeOffset? Of(string condition) =>
        Until().Match(condition) is { Success: true } match
        && DateTimeOffset.TryParse(
            match.Groups[1].Value,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out DateTimeOffset end
        )
            ? end
            : null;

    [GeneratedRegex("""^\s*request\.time\s*<=?\s*timestamp\(\s*["']([^"']+)["']\s*\)\s*$""")]
    private static partial Regex Until();
}
