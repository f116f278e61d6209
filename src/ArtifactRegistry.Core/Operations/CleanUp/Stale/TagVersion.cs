using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace ArtifactRegistry.Operations.CleanUp.Stale;

/// <summary>
/// A tag read as a version, ordered as Semantic Versioning 2.0.0 says (https://semver.org, section 11). One to three
/// numbers are accepted, with a v before them or at least one dot, since digits alone may be a commit or a date; what
/// is missing counts as 0. A tag cannot contain the plus of build
/// metadata, for which _ is common; it does not count.
/// </summary>
internal sealed partial class TagVersion : IComparable<TagVersion>
{
    private readonly BigInteger[] _numbers;
    private readonly string[] _preRelease;

    private TagVersion(BigInteger[] numbers, string[] preRelease) => (_numbers, _preRelease) = (numbers, preRelease);

    /// <summary>Reads the highest version among tags; null if none of them is a version.</summary>
    public static TagVersion? HighestOf(IEnumerable<string> tags) => tags.Select(TryParse).Max();

    /// <summary>Reads a tag; null if it is not a version.</summary>
    public static TagVersion? TryParse(string tag)
    {
        Match match = Version().Match(tag);
        return match.Success
            ? new TagVersion(
                [Number(match.Groups["major"]), Number(match.Groups["minor"]), Number(match.Groups["patch"])],
                match.Groups["pre"].Success ? match.Groups["pre"].Value.Split('.') : [])
            : null;
    }

    /// <inheritdoc/>
    public int CompareTo(TagVersion? other)
    {
        if (other is null) return 1;
        for (int i = 0; i < _numbers.Length; i++)
            if (_numbers[i].CompareTo(other._numbers[i]) is int order and not 0)
                return order;
        if (_preRelease.Length == 0 || other._preRelease.Length == 0)
            return other._preRelease.Length.CompareTo(_preRelease.Length); // a release is later than what precedes it
        return _preRelease.Zip(other._preRelease, Compare).FirstOrDefault(order => order != 0) is int first and not 0
            ? first
            : _preRelease.Length.CompareTo(other._preRelease.Length);
    }

    private static int Compare(string one, string other) => (IsNumber(one), IsNumber(other)) switch
    {
        (true, true) => Number(one).CompareTo(Number(other)),
        (true, false) => -1,
        (false, true) => 1,
        _ => string.CompareOrdinal(one, other),
    };

    private static bool IsNumber(string text) => text.All(char.IsAsciiDigit);

    private static BigInteger Number(Group group) => group.Success ? Number(group.Value) : BigInteger.Zero;

    private static BigInteger Number(string digits) => BigInteger.Parse(digits, CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"^(?=[vV]|[0-9]+\.)[vV]?(?<major>[0-9]+)(\.(?<minor>[0-9]+)(\.(?<patch>[0-9]+))?)?"
            + @"(-(?<pre>[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*))?(_[0-9A-Za-z._-]+)?\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Version();
}
