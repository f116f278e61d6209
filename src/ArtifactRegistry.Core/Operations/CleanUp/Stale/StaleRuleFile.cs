namespace ArtifactRegistry.Operations.CleanUp.Stale;

/// <summary>The rules in a file, or its problems.</summary>
/// <param name="Sets">The sets of rules; empty if there are problems.</param>
/// <param name="InUseFrom">The projects in which it is read what runs.</param>
/// <param name="Problems">Everything that is wrong, in the order of the lines; empty for a good file.</param>
internal sealed record StaleRuleFile(
    IReadOnlyList<StaleRuleSet> Sets, IReadOnlyList<string> InUseFrom, IReadOnlyList<StaleRuleProblem> Problems)
{
    /// <summary>Gets whether what runs may match none of the images.</summary>
    public bool AllowUnmatchedInUse { get; init; }

    /// <summary>The largest file that is read, in bytes. A policy that people review is far smaller.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>Gets the images that some set of rules covers.</summary>
    public IReadOnlyList<ImagePattern> Images => [.. Sets.SelectMany(set => set.Rules.Images)];

    /// <summary>Creates the result for a file in which nothing can be read.</summary>
    /// <param name="problems">The problems with it.</param>
    public static StaleRuleFile Unreadable(params IReadOnlyList<StaleRuleProblem> problems) => new([], [], problems);
}

/// <summary>A set of rules in a file.</summary>
/// <param name="Number">Its place in the file, from 1.</param>
/// <param name="Line">The line on which it begins.</param>
/// <param name="Rules">The rules, with the images to which they apply.</param>
internal sealed record StaleRuleSet(int Number, int Line, StaleRules Rules);

/// <summary>Something that is wrong with a file of rules.</summary>
/// <param name="Line">The line, from 1; null if it is about the whole file.</param>
/// <param name="Rule">The number of the set of rules, from 1; null if it is about none.</param>
/// <param name="Text">The problem and the expected value.</param>
internal sealed record StaleRuleProblem(int? Line, int? Rule, string Text)
{
    /// <summary>Returns the problem in one line.</summary>
    public override string ToString() =>
        Line is null ? Text : $"line {Line}{(Rule is null ? "" : $", rule {Rule}")}: {Text}";
}
