using System.Management.Automation;
using System.Text.RegularExpressions;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;

namespace ArtifactRegistry.Tests.Faults;

/// <summary>What a command left behind.</summary>
/// <param name="Result">What it wrote.</param>
/// <param name="Before">What was true before.</param>
/// <param name="After">What is true now.</param>
/// <param name="Others">What somebody else did meanwhile.</param>
/// <param name="Requests">What it sent.</param>
/// <param name="Identities">As whom it asked the services, signing in apart.</param>
internal sealed record Trial(
    ScriptResult Result,
    IReadOnlyDictionary<string, string> Before,
    IReadOnlyDictionary<string, string> After,
    IReadOnlyDictionary<string, string> Others,
    IReadOnlyList<RecordedRequest> Requests,
    IReadOnlySet<string> Identities);

/// <summary>
/// Judges what a command did under faults by what it does without: everything that it was to change has changed, or
/// an error names it; nothing else has; it claims no more than is true, and nothing twice.
/// </summary>
internal static class Verdict
{
    /// <summary>What is wrong, in words; nothing if all is well.</summary>
    public static IEnumerable<string> On(Scenario scenario, Trial trial, Trial clear)
    {
        bool changes = clear.Result.Output[0].ToString().Contains('|', StringComparison.Ordinal);
        foreach (
            string text in changes
                ? OnChanges(scenario, trial, clear.After)
                : OnListing(scenario, trial.Result, clear.Result)
        )
            yield return text;
        if (trial.Result.Thrown is not null) yield return $"it threw: {trial.Result.Thrown}";
        foreach (ErrorRecord error in trial.Result.Errors)
            if (error.Id() == "UnexpectedError")
                yield return $"an error that is a defect: {error.Exception}";
        foreach (RecordedRequest request in trial.Requests)
            if (request.PathAndQuery.Contains("force=", StringComparison.Ordinal))
                yield return $"with force: {request}";
        foreach (string identity in trial.Identities.Except(clear.Identities))
            yield return $"asked as somebody else: {identity}";
        if (
            !changes
            && trial.Requests.FirstOrDefault(request => request.IsChange && !Endpoint.IsSignIn(request))
                is RecordedRequest change
        )
            yield return $"a listing that changes something: {change}";
    }

    private static IEnumerable<string> OnChanges(
        Scenario scenario,
        Trial trial,
        IReadOnlyDictionary<string, string> wanted
    )
    {
        (ScriptResult result, IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> after,
            IReadOnlyDictionary<string, string> others, _, _) = trial;
        string[] errors = [.. result.Errors.Select(Text)];
        string[][] rows = [.. result.Output.Select(row => row.ToString().Split('|'))];
        string[] keys = [.. before.Keys.Union(wanted.Keys).Union(after.Keys)];
        string[] wishes = [.. keys.Where(key => Of(before, key) != Of(wanted, key))];

        foreach ((string key, string value) in others)
            if (Of(after, key) != value)
                yield return $"what somebody else did is undone: {key} is '{Of(after, key)}', was made '{value}'";
        foreach (string key in keys.Except(wishes).Except(others.Keys))
            if (Of(after, key) != Of(before, key))
                yield return $"changed and was not to be: {key} is '{Of(after, key)}'";
        foreach (string[] row in rows)
        {
            if (row[1] != "?" && Of(after, row[0]) != row[1])
                yield return $"claimed and not true: {string.Join('|', row)}, but is '{Of(after, row[0])}'";
            if (row[2] != "?" && !others.ContainsKey(row[0]) && Of(before, row[0]) != row[2])
                yield return $"claimed and was not true before: {string.Join('|', row)}, but was "
                    + $"'{Of(before, row[0])}'";
        }

        foreach (IGrouping<string, string[]> twice in rows.GroupBy(row => row[0]).Where(group => group.Count() > 1))
            yield return $"told {twice.Count()} times: {twice.Key}";

        HashSet<string> explained = Explained(rows, errors, others);
        foreach (string wish in wishes)
        {
            bool named = errors.Any(error =>
                NamesOf(wish, before, wanted, scenario.Scopes).Any(name => Names(error, name))
            );
            // Who deletes a digest takes its tags with it; the row of the digest speaks for them.
            string[]? row = rows.FirstOrDefault(row =>
                row[0] == wish
                || (
                    row[0].StartsWith("digest ", StringComparison.Ordinal)
                    && NamesOf(wish, before, wanted, []).Any(row[0].EndsWith)
                )
            );
            bool done = Of(after, wish) == Of(wanted, wish);
            if (!done && !others.ContainsKey(wish) && Of(after, wish) != Of(before, wish))
                yield return $"neither old nor new: {wish} is '{Of(after, wish)}'";
            if (!done && !named && (row is null || !explained.Contains(row[0])))
                yield return $"not done, and no error names it: "
                    + $"{wish}{(row is null ? "" : $" ({string.Join('|', row)})")}";
            if (done && !named && row is null && !wish.StartsWith("member projects/games", StringComparison.Ordinal))
                yield return $"done, and nothing tells of it: {wish}";
        }

        foreach (string key in before.Keys.Where(key => key.StartsWith("tag ", StringComparison.Ordinal)))
            if (
                Of(after, key).Length == 0
                && after.ContainsKey(DigestKey(key, before))
                && !rows.Any(row => row[0] == key)
                && !errors.Any(error => TellsThatItIsMissing(error, key))
            )
                yield return $"the tag is gone, its image is not, and no error says so: {key}";

        foreach (string error in errors)
            if (
                !wishes
                    .SelectMany(wish => NamesOf(wish, before, wanted, scenario.Scopes))
                    .Concat(scenario.Bystanders)
                    .Any(name => Names(error, name))
            )
                yield return $"an error that names no item: {error}";
    }

    private const string Unknown = " unknown";

    private static IEnumerable<string> OnListing(Scenario scenario, ScriptResult result, ScriptResult clear)
    {
        string[] rows = [.. result.Output.Select(row => row.ToString())];
        List<string> left = [.. clear.Output.Select(row => row.ToString())];
        foreach (string row in rows)
        {
            // What cannot be read completely is kept, and an error says so; whom nobody saw cannot pull, and a warning
            // says so. Whether a pool can pull may be unknown, and its row says so.
            bool spared = (row.EndsWith(" Keep", StringComparison.Ordinal) && result.Errors.Count > 0
                    && left.Remove(row.Replace(" Keep", " Delete", StringComparison.Ordinal)))
                || (row == "False" && result.Warnings.Any(IsAboutWhatIsUnseen) && left.Remove("True"))
                || (
                    row.EndsWith(Unknown, StringComparison.Ordinal)
                    && left.RemoveAll(known => known.StartsWith(row[..^Unknown.Length] + " ", StringComparison.Ordinal))
                        > 0
                );
            if (!spared && !left.Remove(row))
                yield return $"a row that should not be there: {row}";
        }

        bool isTold = result.Errors.Count > 0 || scenario.IsOffer || result.Warnings.Any(IsAboutWhatIsUnseen);
        if (left.Count > 0 && !isTold) yield return $"{left.Count} rows missing, and no error: {left[0]}";
        foreach (string error in result.Errors.Select(Text))
            if (!scenario.Scopes.Any(scope => error.Contains(scope, StringComparison.Ordinal)))
                yield return $"an error that does not name '{scenario.Scopes.FirstOrDefault()}': {error}";
    }

    /// <summary>
    /// The rows without an error of their own that need none: their reason is something that has one, or what somebody
    /// else did, or a row of which the same is true.
    /// </summary>
    private static HashSet<string> Explained(
        string[][] rows,
        string[] errors,
        IReadOnlyDictionary<string, string> others
    )
    {
        HashSet<string> known = [.. errors, .. others.Keys];
        while (
            rows.FirstOrDefault(row =>
                row[1] == "?" && !known.Contains(row[0]) && Reasons(row[^1]).Any(reason => known.Any(reason.IsMatch))
            )
                is string[] next
        )
            known.UnionWith(next[..^1]); // a mark has a part of the digest only, which is beside it
        return known;
    }

    // In reasons a digest stands in short: sha256:4be1…9c0a.
    private static IEnumerable<Regex> Reasons(string text) =>
        Regex
            .Matches(text, "sha256:[0-9a-f]{4}(…|[0-9a-f]{56})[0-9a-f]{4}")
            .Select(match => new Regex(match.Value.Replace("…", ".{56}", StringComparison.Ordinal)));

    private static bool TellsThatItIsMissing(string error, string tag) =>
        Regex.IsMatch(error, $@"NOT (BE )?PUT BACK: [\w., -]*\b{Regex.Escape(tag[(tag.LastIndexOf(':') + 1)..])}\b")
        || Names(error, tag[4..]);

    private static bool IsAboutWhatIsUnseen(string warning) =>
        warning.Contains("projects/shop cannot be read", StringComparison.Ordinal);

    private static string Of(IReadOnlyDictionary<string, string> facts, string key) => facts.GetValueOrDefault(key, "");

    private static string Text(ErrorRecord error) => $"{error} ({error.TargetObject})";

    /// <summary>The names by which an error may speak of a fact.</summary>
    private static IEnumerable<string> NamesOf(
        string key,
        IReadOnlyDictionary<string, string> before,
        IReadOnlyDictionary<string, string> wanted,
        IReadOnlyList<string> scopes)
    {
        string name = key[(key.IndexOf(' ', StringComparison.Ordinal) + 1)..];
        yield return key.StartsWith("member ", StringComparison.Ordinal) ? name[(name.LastIndexOf(' ') + 1)..] : name;
        foreach (string scope in scopes) yield return scope;

        // A digest and the tags on it: who typed a tag that could not even be read is told that tag and no digest.
        string[] digests = key.StartsWith("tag ", StringComparison.Ordinal)
            ? [DigestKey(key, before), DigestKey(key, wanted)]
            : [key];
        foreach (string digest in digests.Where(before.ContainsKey))
        {
            if (!digest.StartsWith("digest ", StringComparison.Ordinal)) continue;
            yield return digest[7..];
            foreach (
                string tag in before.Keys.Where(other =>
                    other.StartsWith("tag ", StringComparison.Ordinal) && DigestKey(other, before) == digest
                )
            )
                yield return tag[4..];
        }
    }

    private static string DigestKey(string tag, IReadOnlyDictionary<string, string> before) =>
        $"digest {tag[4..tag.LastIndexOf(':')]}@{Of(before, tag)}";

    // …/web names …/web, and …/web1, …/web:v1 and …/web@sha256:… do not.
    private static bool Names(string text, string name) => Regex.IsMatch(text, Regex.Escape(name) + @"(?![\w@:/-])");
}
