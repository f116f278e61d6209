using System.Management.Automation;
using System.Management.Automation.Host;

namespace ArtifactRegistry.Shell.Hosting;

/// <summary>Output as pwsh does it: everything to standard output but errors, which go to standard error.</summary>
internal sealed partial class ShellUI : PSHostUserInterface
{
    // The pipeline thread writes, and so do jobs and event handlers.
    private readonly Lock _gate = new();
    private readonly ConsoleTerminal _terminal;
    private readonly ProgressLine? _progress;
    private bool _writesErrors;

    public ShellUI(ConsoleTerminal terminal, bool nonInteractive)
    {
        _terminal = terminal;
        _nonInteractive = nonInteractive;
        _progress = terminal.CanMoveCursor ? new ProgressLine(Console.Out) : null;
        RawUI = new ShellRawUI(terminal, this);
        // Tables carry their colours as text, which this setting leaves out for everybody.
        if (!terminal.HasColours) PSStyle.Instance.OutputRendering = OutputRendering.PlainText;
    }

    public override PSHostRawUserInterface RawUI { get; }

    public override bool SupportsVirtualTerminal => _terminal.HasColours;

    public override void Write(string value) => WriteTo(Console.Out, value);

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        Write(SupportsVirtualTerminal ? Coloured(foregroundColor, backgroundColor, value) : value);

    public override void WriteLine(string value)
    {
        if (_writesErrors) WriteErrorLine(value);
        else Write(value + Environment.NewLine);
    }

    public override void WriteLine() => Write(Environment.NewLine);

    public override void WriteErrorLine(string value)
    {
        if (!string.IsNullOrEmpty(value)) WriteTo(Console.Error, value + Environment.NewLine);
    }

    public override void WriteWarningLine(string message) => WritePrefixed(FormatStyle.Warning, "WARNING: " + message);

    public override void WriteVerboseLine(string message) => WritePrefixed(FormatStyle.Verbose, "VERBOSE: " + message);

    public override void WriteDebugLine(string message) => WritePrefixed(FormatStyle.Debug, "DEBUG: " + message);

    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
        lock (_gate) _progress?.Update(sourceId, record);
    }

    /// <summary>Takes what is written meanwhile for an error.</summary>
    public void WriteAsError(Action write)
    {
        _writesErrors = true;
        try { write(); }
        finally { _writesErrors = false; }
    }

    /// <summary>Forgets progress that a command left behind.</summary>
    public void ResetProgress()
    {
        lock (_gate) _progress?.Reset();
    }

    private void WriteTo(TextWriter writer, string value)
    {
        bool colours = SupportsVirtualTerminal && !(writer == Console.Error && Console.IsErrorRedirected);
        lock (_gate)
        {
            _progress?.Erase();
            writer.Write(GetOutputString(value, colours));
        }
    }

    private void WritePrefixed(FormatStyle style, string line) =>
        WriteLine(SupportsVirtualTerminal ? GetFormatStyleString(style) + line + PSStyle.Instance.Reset : line);

    // Write-Host leaves out the colour that was not asked for by passing the terminal's own, which is -1 here.
    private static string Coloured(ConsoleColor foreground, ConsoleColor background, string value)
    {
        string codes = (foreground < 0 ? "" : PSStyle.MapForegroundColorToEscapeSequence(foreground))
            + (background < 0 ? "" : PSStyle.MapBackgroundColorToEscapeSequence(background));
        return codes.Length == 0 ? value : codes + value + PSStyle.Instance.Reset;
    }
}
