using System.Globalization;
using ArtifactRegistry.Operations.InUse;
using ArtifactRegistry.Text;

namespace ArtifactRegistry.Operations.CleanUp.Stale;

/// <summary>
/// Checks the values of a file of rules and makes rules of them. The settings are named like the parameters of
/// Get-ArStaleImage and are read by the same code. Everything that is wrong is reported, and not only the first.
/// </summary>
internal sealed class StaleRuleReader
{
    private static readonly string[] OfFile = ["Rules", "InUseFrom", nameof(StaleRuleFile.AllowUnmatchedInUse)];

    private static readonly string[] OfSet =
    [
        "Image", nameof(StaleRules.OlderThan), nameof(StaleRules.KeepNewest), nameof(StaleRules.KeepNewestPer),
        nameof(StaleRules.SortBy), nameof(StaleRules.Tag), nameof(StaleRules.ExcludeTag),
    ];

    private readonly List<StaleRuleProblem> _problems = [];
    private readonly DateTimeOffset _now;
    private int? _number;

    private StaleRuleReader(DateTimeOffset now) => _now = now;

    /// <summary>Reads a file.</summary>
    /// <param name="file">Its value.</param>
    /// <param name="now">The time; no age may be later.</param>
    public static StaleRuleFile Read(RuleValue file, DateTimeOffset now) => new StaleRuleReader(now).ReadFile(file);

    private StaleRuleFile ReadFile(RuleValue file)
    {
        Dictionary<string, RuleValue> settings = Settings(file, OfFile, "a file of rules");
        IReadOnlyList<string> projects = Texts(settings, "InUseFrom", Project);
        bool allowUnmatched = Switch(settings, nameof(StaleRuleFile.AllowUnmatchedInUse));
        List<StaleRuleSet> sets = [];
        if (settings.TryGetValue("Rules", out RuleValue? rules))
        {
            foreach (RuleValue set in ItemsOf("Rules", rules))
            {
                _number = sets.Count + 1;
                sets.Add(new StaleRuleSet(sets.Count + 1, set.Line, ReadSet(set)));
            }
        }
        else if (file is RuleTable)
        {
            Report(file, "Rules is missing: at least one set of rules, with Image and OlderThan.");
        }

        return _problems.Count == 0
            ? new StaleRuleFile(sets, projects, []) { AllowUnmatchedInUse = allowUnmatched }
            : StaleRuleFile.Unreadable([.. _problems.OrderBy(problem => problem.Line)]);
    }

    private StaleRules ReadSet(RuleValue set)
    {
        Dictionary<string, RuleValue> settings = Settings(set, OfSet, "a set of rules");
        foreach (string required in new[] { "Image", nameof(StaleRules.OlderThan) })
            if (set is RuleTable && !settings.ContainsKey(required))
                Report(set, $"{required} is missing.");
        ReleaseLine? line = Single(settings, nameof(StaleRules.KeepNewestPer), ReleaseLine.Parse);
        return new StaleRules
        {
            Images = Texts(settings, "Image", Image),
            OlderThan = Single(settings, nameof(StaleRules.OlderThan), age => MinimumAge.ParsePast(age, _now))
                ?? MinimumAge.Default, // used only if there are problems
            KeepNewest = Count(settings, nameof(StaleRules.KeepNewest)) ?? StaleRules.DefaultCount(line),
            KeepNewestPer = line,
            SortBy = Single(
                settings, nameof(StaleRules.SortBy), text => (StaleImageOrder?)StaleRules.ParseOrder(text))
                ?? StaleImageOrder.UploadTime,
            Tag = Texts(settings, nameof(StaleRules.Tag), TagPattern.Parse),
            ExcludeTag = Texts(settings, nameof(StaleRules.ExcludeTag), TagPattern.Parse),
        };
    }

    /// <summary>Gets the settings of a table by name, in any case as in PowerShell.</summary>
    private Dictionary<string, RuleValue> Settings(RuleValue value, string[] known, string what)
    {
        Dictionary<string, RuleValue> settings = new(StringComparer.OrdinalIgnoreCase);
        if (value is not RuleTable table)
        {
            Report(value, $"{what} is a table of names and values, and this is {Described(value)}.");
            return settings;
        }

        foreach (RuleEntry entry in table.Entries)
        {
            string name = SafeText.Quote(entry.Name);
            if (!known.Contains(entry.Name, StringComparer.OrdinalIgnoreCase))
                Report(entry.Line, $"{name} is not a setting of {what}. {Instead(entry.Name, known)}");
            else if (!settings.TryAdd(entry.Name, entry.Value))
                Report(entry.Line, $"{name} is there already, on line {settings[entry.Name].Line}.");
        }

        return settings;
    }

    private static string Instead(string name, string[] known) =>
        Nearest.To(name, known) is string meant ? $"Did you mean {meant}?"
        : OfFile.Contains(name, StringComparer.OrdinalIgnoreCase) ? "Put it beside Rules: it applies to the whole file."
        : OfSet.Contains(name, StringComparer.OrdinalIgnoreCase) ? "Put it in a set of Rules."
        : $"The settings are {string.Join(", ", known)}.";

    private List<T> Texts<T>(Dictionary<string, RuleValue> settings, string name, Func<string, T> parse)
        where T : class =>
        settings.TryGetValue(name, out RuleValue? value)
            ? [.. ItemsOf(name, value).Select(item => Parsed(name, item, parse)).OfType<T>()]
            : [];

    private T? Single<T>(Dictionary<string, RuleValue> settings, string name, Func<string, T> parse) =>
        settings.TryGetValue(name, out RuleValue? value) ? Parsed(name, value, parse) : default;

    // One value stands for a list of one, as it does for a parameter.
    private IReadOnlyList<RuleValue> ItemsOf(string name, RuleValue value)
    {
        if (value is not RuleList list) return [value];
        // An empty list of tags would mean all of them.
        if (list.Items.Count == 0) Report(list, $"{name} is an empty list. Leave it out, or name something.");
        return list.Items;
    }

    private T? Parsed<T>(string name, RuleValue value, Func<string, T> parse)
    {
        // An age may be written without quotation marks, as after -OlderThan.
        string? text = value switch
        {
            RuleText given => given.Value,
            RuleNumber number when name == nameof(StaleRules.OlderThan) => number.Text,
            _ => null,
        };
        if (text is null)
        {
            Report(value, $"{name} must be a text in quotation marks, and this is {Described(value)}.");
            return default;
        }

        try
        {
            return parse(text);
        }
        catch (Exception e) when (e is FormatException or ImageNameException)
        {
            Report(value, $"{name}: {e.Message}");
            return default;
        }
    }

    private int? Count(Dictionary<string, RuleValue> settings, string name)
    {
        if (!settings.TryGetValue(name, out RuleValue? value)) return null;
        if (value is RuleNumber number
            && int.TryParse(number.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int count))
            return count;
        Report(value, $"{name} must be a whole number such as 10, and this is {Described(value)}.");
        return null;
    }

    private bool Switch(Dictionary<string, RuleValue> settings, string name)
    {
        if (!settings.TryGetValue(name, out RuleValue? value)) return false;
        if (value is RuleSwitch given) return given.Value;
        Report(value, $"{name} must be $true or $false, in JSON true or false, and this is {Described(value)}.");
        return false;
    }

    private static ImagePattern Image(string text)
    {
        ImagePattern pattern = ImagePattern.Parse(text);
        return pattern is { TagPattern: null, Name: { Tag: null, Digest: null } }
            ? pattern
            : throw new FormatException(
                $"{SafeText.Quote(text)} names a tag or a digest. Name images, and choose tags with Tag.");
    }

    private static string Project(string text) =>
        ProjectScope.IsContainer(text) ? text
            : ImageNameGrammar.ProjectProblem(text) is string problem ? throw new FormatException($"{problem}.")
            : text;

    private static string Described(RuleValue value) => value switch
    {
        RuleText text => $"the text {SafeText.Quote(text.Value)}",
        RuleNumber number => $"the number {SafeText.CleanLine(number.Text, 40)}",
        RuleSwitch { Value: bool on } => on ? "true" : "false",
        RuleList => "a list",
        RuleTable => "a table",
        RuleOther other => other.What,
        _ => "something else",
    };

    private void Report(RuleValue value, string text) => Report(value.Line, text);

    private void Report(int line, string text) =>
        _problems.Add(new StaleRuleProblem(line, _number, SafeText.Clean(char.ToUpperInvariant(text[0]) + text[1..])));
}
