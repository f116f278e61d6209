namespace ArtifactRegistry.Help;

/// <summary>
/// Fits the examples of a page into a narrow terminal, where Get-Help would break them in the middle of words.
/// </summary>
internal static class ExampleText
{
    /// <summary>The columns that Get-Help leaves for an example where the terminal has 80.</summary>
    public const int Width = 75;

    private const string Prompt = "PS> ", Continuation = ">> ", Indent = "    ";

    /// <summary>Breaks long lines at spaces; commands so that they still run.</summary>
    public static string Wrap(string transcript)
    {
        int? column = null;
        List<string> lines = [];
        foreach (string line in transcript.Split('\n'))
        {
            bool isCommand = line.StartsWith(Prompt, StringComparison.Ordinal)
                || line.StartsWith(Continuation, StringComparison.Ordinal);
            if (line.Length == 0 || isCommand) column = null;
            else if (line.Contains('-', StringComparison.Ordinal) && line.All(c => c is '-' or ' '))
                column = line.LastIndexOf(" -", StringComparison.Ordinal) + 1;
            lines.AddRange(isCommand ? WrapCommand(line) : WrapOutput(line, column));
        }

        return string.Join('\n', lines);
    }

    /// <summary>Breaks a line of output; a row of a table in its last column, and below that, if it fits there.</summary>
    private static IEnumerable<string> WrapOutput(string line, int? column)
    {
        string indent = new(' ', line.Length - line.TrimStart().Length);
        string indentOfRest = indent + "  ";
        if (column is int start && line.Length > Width && line.Length > start
            && line[start..].Split(' ').Max(word => word.Length) <= Width - start)
            indentOfRest = new string(' ', start);
        while (line.Length > Width && LastSpace(line, indent.Length) is int at)
        {
            yield return line[..at].TrimEnd();
            line = indentOfRest + line[(at + 1)..];
            indent = indentOfRest;
        }

        yield return line;
    }

    private static IEnumerable<string> WrapCommand(string line)
    {
        int start = line.IndexOf(' ', StringComparison.Ordinal) + 1;
        while (line.Length > Width && LastBreak(line, start) is int at)
        {
            // After these PowerShell expects more; elsewhere a backtick says that there is more.
            yield return line[at - 1] is '|' or ',' or '{' or '(' ? line[..at] : line[..at] + " `";
            line = Continuation + Indent + line[(at + 1)..];
            start = Continuation.Length + Indent.Length;
        }

        yield return line;
    }

    // The last space outside of quotes and of a comment, after a pipe where there is one.
    private static int? LastBreak(string line, int start)
    {
        int? last = null, afterPipe = null;
        char quote = '\0';
        for (int i = start; i < line.Length && i <= Width - 2; i++)
        {
            if (quote != '\0')
            {
                if (line[i] == quote) quote = '\0';
            }
            else if (line[i] is '\'' or '"')
            {
                quote = line[i];
            }
            else if (line[i] == '#' && line[i - 1] == ' ')
            {
                return i - 1;
            }
            else if (line[i] == ' ' && i > start && line[i - 1] != ' ')
            {
                last = i;
                if (line[i - 1] == '|') afterPipe = i;
            }
        }

        return afterPipe ?? last;
    }

    // Where the first word is longer than a line, it is followed by a break.
    private static int? LastSpace(string line, int from)
    {
        int at = line.LastIndexOf(' ', Width);
        if (at <= from) at = line.IndexOf(' ', from);
        return at > from ? at : null;
    }
}
