using ArtifactRegistry.Operations.CleanUp.Stale;

namespace ArtifactRegistry;

/// <summary>
/// The result of testing a file of rules for stale images: a set of rules of a valid file, or a problem of one that is
/// not valid.
/// </summary>
public sealed class StaleRuleTestResult
{
    private StaleRuleTestResult(string path, string detail) => (Path, Detail) = (path, detail);

    internal StaleRuleTestResult(string path, StaleRuleProblem problem)
        : this(path, problem.Text)
    {
        Line = problem.Line;
        Rule = problem.Rule;
        Problem = problem.Text;
    }

    internal StaleRuleTestResult(string path, StaleRuleSet set, IReadOnlyList<string> inUseFrom)
        : this(path, Words(set.Rules))
    {
        StaleRules rules = set.Rules;
        IsValid = true;
        Line = set.Line;
        Rule = set.Number;
        Image = Texts(rules.Images);
        OlderThan = rules.OlderThan.ToString();
        KeepNewest = rules.KeepNewest;
        KeepNewestPer = rules.KeepNewestPer?.ToString();
        SortBy = rules.SortBy.ToString();
        Tag = Texts(rules.Tag);
        ExcludeTag = Texts(rules.ExcludeTag);
        InUseFrom = new TextList([.. inUseFrom]);
    }

    /// <summary>Gets whether the file is valid, so that this is one of its sets of rules.</summary>
    public bool IsValid { get; }

    /// <summary>The full path of the file.</summary>
    public string Path { get; }

    /// <summary>
    /// The line of the problem, or on which the set of rules begins, from 1; null if it is about the whole file.
    /// </summary>
    public int? Line { get; }

    /// <summary>The number of the set of rules in the file, from 1; null if the problem is in none.</summary>
    public int? Rule { get; }

    /// <summary>The problem and the expected value; null for a set of rules.</summary>
    public string? Problem { get; }

    /// <summary>The problem, or the set of rules in words.</summary>
    public string Detail { get; }

    /// <summary>The images to which the set of rules applies; empty for a problem, as are the other lists.</summary>
    public TextList Image { get; } = TextList.Empty;

    /// <summary>The age that an image must exceed; null for a problem.</summary>
    public string? OlderThan { get; }

    /// <summary>The number of newest images to keep; null for a problem.</summary>
    public int? KeepNewest { get; }

    /// <summary>The expression that names release lines; null if there is none.</summary>
    public string? KeepNewestPer { get; }

    /// <summary>The name of a <see cref="StaleImageOrder"/>; null for a problem.</summary>
    public string? SortBy { get; }

    /// <summary>The patterns that all tags of an image must match; empty for any tags.</summary>
    public TextList Tag { get; } = TextList.Empty;

    /// <summary>The patterns that no tag of an image may match.</summary>
    public TextList ExcludeTag { get; } = TextList.Empty;

    /// <summary>The projects of the file, in which it is read what runs.</summary>
    public TextList InUseFrom { get; } = TextList.Empty;

    /// <summary>Returns the place and the detail in one line, as compilers report errors.</summary>
    public override string ToString() => $"{Path}{(Line is null ? "" : $"({Line})")}: {Detail}";

    private static TextList Texts(IEnumerable<object> items) => new([.. items.Select(item => item.ToString()!)]);

    private static string Words(StaleRules rules)
    {
        List<string> words = [$"older than {rules.OlderThan}"];
        if (rules.Tag.Count > 0) words.Add($"with tags {Texts(rules.Tag)}");
        if (rules.ExcludeTag.Count > 0) words.Add($"without tags {Texts(rules.ExcludeTag)}");
        if (rules.KeepNewest > 0)
            words.Add($"except the newest {rules.KeepNewest}"
                + (rules.KeepNewestPer is null ? "" : $" for each {rules.KeepNewestPer}")
                + (rules.SortBy is StaleImageOrder.Version ? " by version" : ""));
        return $"{Texts(rules.Images)}: {string.Join("; ", words)}";
    }
}
