using System.Text.RegularExpressions;

namespace ArtifactRegistry.Emulator.Http;

/// <summary>The filters of Artifact Registry's list methods: <c>field="text"</c>, joined by AND.</summary>
/// <remarks>Fields and values are not case-sensitive; <c>*</c> in a value stands for any text.</remarks>
internal static partial class Filter
{
    public static Func<T, bool> Parse<T>(string filter, IReadOnlyDictionary<string, Func<T, string>> fields)
    {
        List<(Func<T, string> Field, Wildcard Pattern)> terms = [];
        int at = 0;
        while (at < filter.Length)
        {
            Match match = Term().Match(filter, at);
            if (!match.Success || !Find(fields, match.Groups["field"].Value, out Func<T, string>? field))
                throw ApiError.Invalid($"Invalid filter: \"{filter}\"");
            string pattern = match.Groups["quoted"].Success ? match.Groups["quoted"].Value : match.Groups["bare"].Value;
            terms.Add((field, new Wildcard(pattern.Replace("\\\"", "\"", StringComparison.Ordinal))));
            at += match.Length;
        }
        return item => terms.TrueForAll(term => term.Pattern.Matches(term.Field(item)));
    }

    private static bool Find<T>(
        IReadOnlyDictionary<string, Func<T, string>> fields,
        string name,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Func<T, string>? field)
    {
        field = fields.FirstOrDefault(known => known.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
        return field is not null;
    }

    [GeneratedRegex(
        """\G\s*(?:AND\s+)?(?<field>[A-Za-z_.]+)\s*[=:]\s*(?:"(?<quoted>(?:\\.|[^"\\])*)"|(?<bare>[^\s"]+))\s*""",
        RegexOptions.IgnoreCase)]
    private static partial Regex Term();
}
