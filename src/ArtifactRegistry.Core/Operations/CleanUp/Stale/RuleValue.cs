namespace ArtifactRegistry.Operations.CleanUp.Stale;

/// <summary>A value in a file of rules as it was read, before its meaning is checked.</summary>
/// <param name="Line">The line on which it begins, from 1.</param>
internal abstract record RuleValue(int Line);

/// <summary>A text.</summary>
/// <param name="Line">The line on which it begins.</param>
/// <param name="Value">The text.</param>
internal sealed record RuleText(int Line, string Value) : RuleValue(Line);

/// <summary>A number.</summary>
/// <param name="Line">The line on which it begins.</param>
/// <param name="Text">The number as it was written, such as <c>5</c> or <c>30d</c>.</param>
internal sealed record RuleNumber(int Line, string Text) : RuleValue(Line);

/// <summary>True or false.</summary>
/// <param name="Line">The line on which it begins.</param>
/// <param name="Value">The value.</param>
internal sealed record RuleSwitch(int Line, bool Value) : RuleValue(Line);

/// <summary>A list.</summary>
/// <param name="Line">The line on which it begins.</param>
/// <param name="Items">Its items.</param>
internal sealed record RuleList(int Line, IReadOnlyList<RuleValue> Items) : RuleValue(Line);

/// <summary>A table of names and values.</summary>
/// <param name="Line">The line on which it begins.</param>
/// <param name="Entries">Its entries in the order of the file, duplicates included.</param>
internal sealed record RuleTable(int Line, IReadOnlyList<RuleEntry> Entries) : RuleValue(Line);

/// <summary>Anything that no setting takes, such as null or a command.</summary>
/// <param name="Line">The line on which it begins.</param>
/// <param name="What">What it is, for a message.</param>
internal sealed record RuleOther(int Line, string What) : RuleValue(Line);

/// <summary>An entry of a table.</summary>
/// <param name="Line">The line of its name.</param>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
internal sealed record RuleEntry(int Line, string Name, RuleValue Value);
