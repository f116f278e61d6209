using System.Management.Automation;
using System.Text.RegularExpressions;
using ArtifactRegistry.Tests.Support;

namespace ArtifactRegistry.Tests.Faults;

/// <summary>
/// Judges what a command did under faults by what it does without: everything that it was to change has changed, or
/// an error names it; nothing else has; it claims no more than is true, and nothing twice.
/// </summary>
internal static class Verdict
{
    /// <summary>What is wrong, in words; nothing if all is well.</summary>
    public static IEnumerable<string> OnChanges(
        Scenario scenario,
        ScriptResult result,
        IReadOnlyDictionary<string, string> before,
        IReadOnlyDictionary<string, string> wanted,
        IReadOnlyDictionary<string, string> after)
    {
        string[] errors = [.. result.Errors.Select(Text)];
        string[][] rows = [.. result.Output.Select(row => row.ToString().Split('|'))];
        string[] keys = [.. before.Keys.Union(wanted.Keys).Union(after.Keys)];
        string[] wishes = [.. keys.Where(key => Of(before, key) != Of(wanted, key))];

        foreach (string key in keys.Except(wishes))
            if (Of(after, key) != Of(before, key))
                yield return $"changed and was not to be: {key} is '{Of(after, key)}'";
        foreach (string[] row in rows)
            if (row[1] != "?" && Of(after, row[0]) != row[1])
                yield return $"claimed and not true: {string.Join('|', row)}, but is '{Of(after, row[0])}'";
        foreach (IGrouping<string, string[]> twice in rows.GroupBy(row => row[0]).Where(group => group.Count() > 1))
            yield return $"told {twice.Count()} times: {twice.Key}";

        foreach (string wish in wishes)
        {
            bool named = errors.Any(error => NamesOf(wish, before, scenario.Scopes).Any(name => Names(error, name)));
            // Who deletes a digest takes its tags with it; the row of the digest speaks for them.
            bool told = rows.Any(row => row[0] == wish
                || (row[0].StartsWith("digest ", StringComparison.Ordinal) && NamesOf(wish, before, []).Any(row[0].EndsWith)));
            bool done = Of(after, wish) == Of(wanted, wish);
            if (!done && Of(after, wish) != Of(before, wish)) yield return $"neither old nor new: {wish} is '{Of(after, wish)}'";
            if (!done && !named && errors.Length == 0) yield return $"not done, and no error: {wish}";
            else if (!done && !named && !told) yield return $"not done, and no error names it: {wish}";
            if (done && !named && !told && !wish.StartsWith("member projects/games", StringComparison.Ordinal))
                yield return $"done, and nothing tells of it: {wish}";
        }

        foreach (string key in before.Keys.Where(key => key.StartsWith("tag ", StringComparison.Ordinal)))
            if (Of(after, key).Length == 0 && after.ContainsKey(DigestKey(key, before)) && !rows.Any(row => row[0] == key)
                && !errors.Any(error => error.Contains("COULD NOT BE PUT BACK", StringComparison.Ordinal)
                    || error.Contains(key[4..], StringComparison.Ordinal)))
                yield return $"the tag is gone, its image is not, and no error says so: {key}";

        foreach (string error in errors)
            if (!wishes.SelectMany(wish => NamesOf(wish, before, scenario.Scopes)).Any(name => Names(error, name)))
                yield return $"an error that names no item: {error}";
    }

    /// <summary>The same for a command that lists.</summary>
    public static IEnumerable<string> OnListing(Scenario scenario, ScriptResult result, IReadOnlyList<string> wanted)
    {
        string[] rows = [.. result.Output.Select(row => row.ToString())];
        List<string> left = [.. wanted];
        foreach (string row in rows)
        {
            // What cannot be read completely is kept, and an error says so.
            bool spared = row.EndsWith(" Keep", StringComparison.Ordinal) && result.Errors.Count > 0
                && left.Remove(row.Replace(" Keep", " Delete", StringComparison.Ordinal));
            if (!spared && !left.Remove(row)) yield return $"a row that should not be there: {row}";
        }

        if (left.Count > 0 && result.Errors.Count == 0) yield return $"{left.Count} rows missing, and no error: {left[0]}";
        foreach (string error in result.Errors.Select(Text))
            if (!scenario.Scopes.Any(scope => error.Contains(scope, StringComparison.Ordinal)))
                yield return $"an error that does not name '{scenario.Scopes[0]}': {error}";
    }

    private static string Of(IReadOnlyDictionary<string, string> facts, string key) => facts.GetValueOrDefault(key, "");

    private static string Text(ErrorRecord error) => $"{error} ({error.TargetObject})";

    /// <summary>The names by which an error may speak of a fact.</summary>
    private static IEnumerable<string> NamesOf(
        string key, IReadOnlyDictionary<string, string> before, IReadOnlyList<string> scopes)
    {
        string name = key[(key.IndexOf(' ', StringComparison.Ordinal) + 1)..];
        yield return key.StartsWith("member ", StringComparison.Ordinal) ? name[(name.LastIndexOf(' ') + 1)..] : name;
        foreach (string scope in scopes) yield return scope;

        // A digest and the tags on it: who typed a tag that could not even be read is told that tag and no digest.
        string digest = key.StartsWith("tag ", StringComparison.Ordinal) && before.ContainsKey(key) ? DigestKey(key, before) : key;
        if (!digest.StartsWith("digest ", StringComparison.Ordinal)) yield break;
        yield return digest[7..];
        foreach (string tag in before.Keys.Where(other => other.StartsWith("tag ", StringComparison.Ordinal) && DigestKey(other, before) == digest))
            yield return tag[4..];
    }

    private static string DigestKey(string tag, IReadOnlyDictionary<string, string> before) =>
        $"digest {tag[4..tag.LastIndexOf(':')]}@{Of(before, tag)}";

    // …/web names …/web, and …/web1, …/web:v1 and …/web@sha256:… do not.
    private static bool Names(string text, string name) => Regex.IsMatch(text, Regex.Escape(name) + @"(?![\w@:/-])");
}
