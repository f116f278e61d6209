using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>
/// The tag that puts a digest in quarantine, such as <c>quarantine-20261127T2330Z-14d-3f0c9a1b2c3d</c>: the time, the
/// promised period, and the first digits of the digest. So a tag shows whether it is the mark of the digest that it is
/// on, and nobody's quarantine ends early because another run uses a shorter period. A digest that had other tags has
/// eight more digits, which change with these tags.
/// </summary>
/// <param name="Tag">The tag.</param>
/// <param name="Since">When it was added, by the service's clock.</param>
/// <param name="Period">The period that it promises.</param>
/// <param name="OtherTags">The digits of the other tags that the digest had; empty if it had none.</param>
internal sealed record QuarantineMark(string Tag, DateTimeOffset Since, TimeSpan Period, string OtherTags)
{
    private const string Prefix = "quarantine";
    private const string TimeFormat = "yyyyMMdd'T'HHmm'Z'";
    private const int DigestDigits = 12;
    private const int TagDigits = 8;
    private const int LastYear = 3000; // a later time is not one that this module wrote

    /// <summary>Makes the mark of a digest.</summary>
    /// <param name="digest">The digest.</param>
    /// <param name="otherTags">The tags that it has besides marks.</param>
    /// <param name="now">The time, by the service's clock.</param>
    /// <param name="period">The period.</param>
    public static QuarantineMark Of(
        string digest, IReadOnlyList<string> otherTags, DateTimeOffset now, TimeSpan period)
    {
        // To the next minute, never to the one before: a quarantine must not end early.
        DateTime utc = now.UtcDateTime.AddMinutes(1);
        DateTimeOffset since = new(utc.Year, utc.Month, utc.Day, utc.Hour, utc.Minute, 0, TimeSpan.Zero);
        string time = since.ToString(TimeFormat, CultureInfo.InvariantCulture);
        string tags = DigitsOf(otherTags);
        string tag = $"{Prefix}-{time}-{MinimumAge.TextOf(period)}-{DigitsOf(digest)}{(tags == "" ? "" : $"-{tags}")}";
        return new QuarantineMark(tag, since, period, tags);
    }

    /// <summary>Reads a tag; returns null if it is not a mark of the digest that it is on.</summary>
    public static QuarantineMark? Read(string tag, string digest)
    {
        string[] parts = tag.Split('-');
        return parts is [Prefix, string time, string age, string digits, ..]
            && parts.Length is 4 or 5
            && digits == DigitsOf(digest)
            && DateTimeOffset.TryParseExact(
                time, TimeFormat, CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset since)
            && since.Year < LastYear
            && MinimumAge.AgeOf(age) is TimeSpan period
            ? new QuarantineMark(tag, since, period, parts.ElementAtOrDefault(4) ?? "")
            : null;
    }

    /// <summary>Gets the digits that stand for tags; empty for none.</summary>
    public static string DigitsOf(IReadOnlyList<string> tags)
    {
        if (tags.Count == 0) return "";
        string all = string.Join('\n', tags.Order(StringComparer.Ordinal));
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(all)))[..TagDigits].ToLowerInvariant();
    }

    private static string DigitsOf(string digest) => digest.Substring(Digest.Prefix.Length, DigestDigits);
}
