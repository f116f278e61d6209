using System.Management.Automation.Host;

namespace ArtifactRegistry.Shell.Hosting;

/// <summary>The little that a line-oriented shell can say about its screen.</summary>
internal sealed class ShellRawUI(ConsoleTerminal terminal, ShellUI ui) : PSHostRawUserInterface
{
    // The terminal's own colours cannot be asked for; -1 is what .NET itself uses for them.
    public override ConsoleColor ForegroundColor { get; set; } = (ConsoleColor)(-1);

    public override ConsoleColor BackgroundColor { get; set; } = (ConsoleColor)(-1);

    public override Size WindowSize
    {
        get => new(ConsoleTerminal.Width, ConsoleTerminal.Height);
        set => throw Unsupported();
    }

    public override Size BufferSize
    {
        get => WindowSize;
        set => throw Unsupported();
    }

    public override Size MaxWindowSize => WindowSize;

    public override Size MaxPhysicalWindowSize => WindowSize;

    public override Coordinates WindowPosition { get; set; }

    public override int CursorSize { get; set; } = 25;

    public override Coordinates CursorPosition
    {
        get => terminal.IsInteractive ? new Coordinates(Console.CursorLeft, Console.CursorTop) : default;
        set
        {
            if (terminal.IsInteractive) Console.SetCursorPosition(value.X, value.Y);
        }
    }

    public override string WindowTitle { get; set; } = "ArtifactRegistry";

    public override bool KeyAvailable => terminal.CanAsk && Console.KeyAvailable;

    public override KeyInfo ReadKey(ReadKeyOptions options)
    {
        ui.RequireSomebody();
        ConsoleKeyInfo key = Console.ReadKey(intercept: options.HasFlag(ReadKeyOptions.NoEcho));
        return new KeyInfo((int)key.Key, key.KeyChar, default, keyDown: true);
    }

    public override void FlushInputBuffer()
    {
        while (KeyAvailable) Console.ReadKey(intercept: true);
    }

    public override void SetBufferContents(Rectangle rectangle, BufferCell fill)
    {
        // Clear-Host asks for this, with -1 for the whole screen.
        if (rectangle.Left < 0 && terminal.CanMoveCursor) ui.Write("\e[H\e[2J");
    }

    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw Unsupported();

    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw Unsupported();

    public override void ScrollBufferContents(
        Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) => throw Unsupported();

    private static HostException Unsupported() => new("This shell cannot do that with its screen.");
}
