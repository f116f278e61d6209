using System.Text.RegularExpressions;

namespace ArtifactRegistry.Tests;

/// <summary>Keys written as text: <c>abc{Left}{^A}{+Tab}</c>, with ^ for Ctrl and + for Shift.</summary>
internal static partial class ShellKeys
{
    public static IEnumerable<ConsoleKeyInfo> Parse(string keys)
    {
        foreach (Match match in Key().Matches(keys))
        {
            if (!match.Groups["name"].Success)
            {
                yield return new ConsoleKeyInfo(
                    match.Value[0], ConsoleKey.None, shift: false, alt: false, control: false);
                continue;
            }

            bool control = match.Groups["modifier"].Value == "^";
            bool shift = match.Groups["modifier"].Value == "+";
            string name = match.Groups["name"].Value;
            bool isArrow = name is "Left" or "Right" or "Up" or "Down";
            ConsoleKey key = Enum.Parse<ConsoleKey>(isArrow ? name + "Arrow" : name);
            char character = key switch
            {
                ConsoleKey.Enter => '\r',
                ConsoleKey.Tab => '\t',
                ConsoleKey.Backspace => '\b',
                ConsoleKey.Escape => '\e',
                >= ConsoleKey.A and <= ConsoleKey.Z => (char)(key - ConsoleKey.A + 1),
                _ => '\0',
            };
            yield return new ConsoleKeyInfo(character, key, shift, alt: false, control);
        }
    }

    [GeneratedRegex(@"\{(?<modifier>[\^+]?)(?<name>[A-Z][A-Za-z]*)\}|.", RegexOptions.Singleline)]
    private static partial Regex Key();
}
