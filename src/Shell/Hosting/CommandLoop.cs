using System.Management.Automation.Language;
using ArtifactRegistry.Shell.Editing;

namespace ArtifactRegistry.Shell.Hosting;

/// <summary>Reads commands and runs them, from somebody at a terminal or from standard input.</summary>
internal sealed class CommandLoop
{
    private readonly ShellSession _session;
    private readonly ConsoleTerminal _terminal;
    private readonly LineEditor _editor;

    public CommandLoop(ShellSession session, ConsoleTerminal terminal)
    {
        _session = session;
        _terminal = terminal;
        _editor = new LineEditor(ConsoleTerminal.ReadKey, Console.Out, () => ConsoleTerminal.Width)
        {
            Complete = session.Complete,
            IsIncomplete = IsIncomplete,
        };
        session.Host.NestedPrompt = RunNested;
    }

    /// <summary>Runs what is typed until <c>exit</c> or Ctrl+D.</summary>
    public void RunInteractive()
    {
        while (_session.Host.ExitCode is null && !_session.Host.LeavesNestedPrompt)
        {
            string? line = ReadLine(_session.Evaluate("prompt") as string ?? "PS> ");
            if (line is null) return;
            if (string.IsNullOrWhiteSpace(line)) continue;
            _editor.Remember(line);
            _session.Run(line);
        }
    }

    /// <summary>Runs what standard input says, command by command; false if the last one failed.</summary>
    public bool RunStandardInput()
    {
        bool succeeded = true;
        string text = "";
        while (_session.Host.ExitCode is null && Console.In.ReadLine() is string line)
        {
            // No line break at the end: after it the parser takes "1," for wrong and not for unfinished.
            text = text.Length == 0 ? line : text + "\n" + line;
            if (IsIncomplete(text)) continue;
            if (!string.IsNullOrWhiteSpace(text)) succeeded = _session.Run(text);
            text = "";
        }

        // What is still incomplete is an error, and the engine says which one.
        return string.IsNullOrWhiteSpace(text) ? succeeded : _session.Run(text);
    }

    public static bool IsIncomplete(string text)
    {
        Parser.ParseInput(text, out _, out ParseError[] errors);
        return errors.Any(error => error.IncompleteInput);
    }

    private void RunNested()
    {
        RunInteractive();
        _session.Host.LeavesNestedPrompt = false;
    }

    private string? ReadLine(string prompt)
    {
        if (_terminal.CanMoveCursor) return ConsoleTerminal.WithControlC(() => _editor.ReadLine(prompt));

        Console.Out.Write(prompt);
        string? text = Console.In.ReadLine();
        while (text is not null && IsIncomplete(text))
        {
            Console.Out.Write(">> ");
            if (Console.In.ReadLine() is not string more) break;
            text += "\n" + more;
        }

        return text;
    }
}
