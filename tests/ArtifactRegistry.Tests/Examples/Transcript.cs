using System.Text.RegularExpressions;
using ArtifactRegistry.Tests.Support;

namespace ArtifactRegistry.Tests.Examples;

/// <summary>
/// A command as somebody would type it, and what the terminal showed then; null where nothing is said of that.
/// </summary>
internal sealed record Step(string Command, string? Output);

/// <summary>
/// A code block of README, of docs/ or of the help. With prompts it is a picture of a terminal: "PS> " begins a
/// command, ">> " continues it, and its output follows. Without prompts it is a script.
/// </summary>
/// <param name="File">The file, seen from the top of the checkout.</param>
/// <param name="Place">The file, the heading above the block, and its number.</param>
/// <param name="Text">The block as it stands there.</param>
internal sealed partial record Transcript(string File, string Place, string Text)
{
    private const string Prompt = "PS> ", Continuation = ">> ";

    /// <summary>The blocks of a Markdown file that are marked as PowerShell, in order.</summary>
    public static IReadOnlyList<Transcript> In(string file)
    {
        string text = System.IO.File.ReadAllText(Path.Combine(Checkout.Root, file)).ReplaceLineEndings("\n");
        return [.. Block().Matches(text).Select((block, index) =>
        {
            string heading = Heading().Matches(text[..block.Index])[^1].Groups[1].Value;
            return new Transcript(file, $"{file}: {heading} ({index + 1})", block.Groups[1].Value);
        })];
    }

    /// <summary>What is typed, and what is shown then.</summary>
    public IReadOnlyList<Step> Steps { get; } = Read(Text);

    /// <summary>Replaces the block in its file.</summary>
    public void Rewrite(IEnumerable<Step> steps)
    {
        string path = Path.Combine(Checkout.Root, File);
        string before = System.IO.File.ReadAllText(path);
        System.IO.File.WriteAllText(path, before.Replace(Text, Show(steps), StringComparison.Ordinal));
    }

    private static List<Step> Read(string block)
    {
        if (!block.StartsWith(Prompt, StringComparison.Ordinal)) return [new Step(block.TrimEnd(), null)];
        List<Step> steps = new();
        foreach (string line in block.TrimEnd().Split('\n'))
        {
            if (line.StartsWith(Prompt, StringComparison.Ordinal)) steps.Add(new Step(line[Prompt.Length..], ""));
            else if (steps[^1].Output!.Length == 0 && line.StartsWith(Continuation, StringComparison.Ordinal))
                steps[^1] = steps[^1] with { Command = $"{steps[^1].Command}\n{line[Continuation.Length..]}" };
            else steps[^1] = steps[^1] with { Output = $"{steps[^1].Output}{line}\n" };
        }

        return steps;
    }

    /// <summary>As a picture of a terminal.</summary>
    public static string Show(IEnumerable<Step> steps) => string.Concat(steps.Select(step =>
    {
        string[] shown = Lines(step.Output ?? "");
        // As in a terminal, a table has an empty line above it and below it.
        bool isTable = step.Output?.StartsWith('\n') is true;
        string[] output = shown is [""] or [] ? [] : isTable ? ["", .. shown, ""] : shown;
        return Prompt + step.Command.Replace("\n", "\n" + Continuation, StringComparison.Ordinal) + "\n"
            + string.Concat(output.Select(line => line + "\n"));
    })).TrimEnd() + "\n";

    /// <summary>
    /// Whether an output is the expected one, in which a line "…" stands for any lines. Ages are the same in every run;
    /// points in time are not looked at.
    /// </summary>
    public static bool Fits(string expected, string actual)
    {
        string[] wanted = Lines(Time().Replace(expected, "TIME")), shown = Lines(Time().Replace(actual, "TIME"));
        string pattern = string.Concat(wanted.Select(line => line == "…" ? "(?:.*\n)*?" : Regex.Escape(line) + "\n"));
        return Regex.IsMatch(string.Concat(shown.Select(line => line + "\n")), $@"\A{pattern}\z");
    }

    // White space at the ends of lines, and empty lines before and after, are not seen.
    private static string[] Lines(string text) =>
        [
            .. text.ReplaceLineEndings("\n")
                .Split('\n')
                .Select(line => line.TrimEnd())
                .Reverse()
                .SkipWhile(line => line.Length == 0)
                .Reverse()
                .SkipWhile(line => line.Length == 0),
        ];

    [GeneratedRegex(@"^```powershell\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?Z?|(?<=\bin )\d+ s(?=\.)")]
    private static partial Regex Time();
}
