using System.Collections.ObjectModel;
using System.Management.Automation.Host;

namespace ArtifactRegistry.Shell.Hosting;

/// <summary>The choices of a question, as in <c>[Y] Yes  [N] No  [?] Help (default is "Y"): </c>.</summary>
internal sealed class ChoiceMenu
{
    private readonly List<(string Key, string Label, string Help)> _choices;
    private readonly int _default;

    public ChoiceMenu(Collection<ChoiceDescription> choices, int defaultChoice)
    {
        ArgumentOutOfRangeException.ThrowIfZero(choices.Count, nameof(choices));
        _choices = [.. choices.Select(Parse)];
        _default = defaultChoice;
    }

    public string Question =>
        string.Concat(_choices.Select(c => c.Key.Length == 0 ? $"[] {c.Label}  " : $"[{c.Key}] {c.Label}  "))
        + "[?] Help "
        + (_default >= 0 ? $"(default is \"{Name(_choices[_default])}\"): " : ": ");

    public string Help => string.Concat(_choices.Select(c => $"{Name(c)} - {c.Help}{Environment.NewLine}"));

    /// <summary>The choice that an answer means; null asks again.</summary>
    public int? Find(string answer)
    {
        if (answer.Length == 0) return _default >= 0 ? _default : null;
        int found = _choices.FindIndex(c => Same(c.Label, answer));
        if (found < 0) found = _choices.FindIndex(c => Same(c.Key, answer));
        return found < 0 ? null : found;
    }

    private static bool Same(string left, string right) =>
        string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private static string Name((string Key, string Label, string Help) choice) =>
        choice.Key.Length == 0 ? choice.Label : choice.Key;

    // The ampersand stands before the letter that selects: "Yes to &All".
    private static (string Key, string Label, string Help) Parse(ChoiceDescription choice)
    {
        int mark = choice.Label.IndexOf('&', StringComparison.Ordinal);
        string key = mark >= 0 && mark + 1 < choice.Label.Length
            ? choice.Label[mark + 1].ToString().ToUpperInvariant()
            : "";
        string label = mark >= 0 ? choice.Label.Remove(mark, 1) : choice.Label;
        return (key, label, choice.HelpMessage ?? "");
    }
}
