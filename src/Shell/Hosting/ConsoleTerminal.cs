using System.Runtime.InteropServices;

namespace ArtifactRegistry.Shell.Hosting;

/// <summary>What the console of this process can do, decided once.</summary>
internal sealed class ConsoleTerminal
{
    private const int WidthWithoutTerminal = 120; // the module's tables are made for it

    public ConsoleTerminal()
    {
        if (OperatingSystem.IsWindows() && !Console.IsOutputRedirected) WindowsConsole.EnableSequences();
    }

    private static bool IsDumb => Environment.GetEnvironmentVariable("TERM") == "dumb";

    /// <summary>Whether standard output may have colours: see no-color.org for the variable.</summary>
    public bool HasColours { get; } = !Console.IsOutputRedirected && !IsDumb
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <summary>Whether somebody types and sees what is typed.</summary>
    public bool IsInteractive { get; } = !Console.IsInputRedirected && !Console.IsOutputRedirected;

    /// <summary>Whether a question can be shown to somebody, and answered.</summary>
    public bool CanAsk { get; } =
        !Console.IsInputRedirected && (!Console.IsOutputRedirected || !Console.IsErrorRedirected);

    /// <summary>Whether the cursor can be moved: to edit a line or to rewrite the progress.</summary>
    public bool CanMoveCursor { get; } = !Console.IsOutputRedirected && !IsDumb;

    /// <summary>Where questions go: to the terminal, also when the output goes to a file.</summary>
    public TextWriter Questions { get; } = Console.IsOutputRedirected ? Console.Error : Console.Out;

    public static int Width
    {
        get
        {
            if (Console.IsOutputRedirected) return WidthWithoutTerminal;
            // Some terminals, such as those of CI machines, report a width of zero.
            try { return Console.WindowWidth is > 0 and int columns ? columns : WidthWithoutTerminal; }
            catch (IOException) { return WidthWithoutTerminal; }
        }
    }

    public static int Height
    {
        get
        {
            if (Console.IsOutputRedirected) return 50;
            try { return Console.WindowHeight is > 0 and int rows ? rows : 50; }
            catch (IOException) { return 50; }
        }
    }

    public static ConsoleKeyInfo ReadKey() => Console.ReadKey(intercept: true);

    /// <summary>Reads with Ctrl+C as a key, and gives it back its meaning afterwards.</summary>
    public static T WithControlC<T>(Func<T> read)
    {
        Console.TreatControlCAsInput = true;
        try { return read(); }
        finally { Console.TreatControlCAsInput = false; }
    }

    private static class WindowsConsole
    {
        private const int StandardOutput = -11;
        private const uint VirtualTerminalProcessing = 4;

        public static void EnableSequences()
        {
            nint handle = GetStdHandle(StandardOutput);
            if (GetConsoleMode(handle, out uint mode)) _ = SetConsoleMode(handle, mode | VirtualTerminalProcessing);
        }

#pragma warning disable SYSLIB1054 // Three calls of blittable types do not earn the project unsafe code.
        [DllImport("kernel32.dll"), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
        private static extern nint GetStdHandle(int which);

        [DllImport("kernel32.dll"), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
        [return: MarshalAs(UnmanagedType.Bool)]
        private static extern bool GetConsoleMode(nint handle, out uint mode);

        [DllImport("kernel32.dll"), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
        [return: MarshalAs(UnmanagedType.Bool)]
        private static extern bool SetConsoleMode(nint handle, uint mode);
#pragma warning restore SYSLIB1054
    }
}
