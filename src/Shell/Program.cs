using System.Reflection;
using ArtifactRegistry.Shell.Demo;
using ArtifactRegistry.Shell.Hosting;

namespace ArtifactRegistry.Shell;

internal static class Program
{
    private const int WrongCommandLine = 64;
    private const string NoTelemetry = "POWERSHELL_TELEMETRY_OPTOUT";

    public static int Main(string[] args)
    {
        ShellOptions options = ShellOptions.Parse(args);
        if (options.Error is not null)
        {
            Console.Error.WriteLine(options.Error);
            Console.Error.WriteLine();
            Console.Error.WriteLine(ShellOptions.Usage);
            return WrongCommandLine;
        }

        if (options.Help || options.Version)
        {
            Console.WriteLine(options.Help ? ShellOptions.Usage : $"ArtifactRegistry.Shell {Version}");
            return 0;
        }

        return Run(options);
    }

    private static string Version => Assembly.GetExecutingAssembly().GetName().Version!.ToString(3);

    private static int Run(ShellOptions options)
    {
        if (ModuleLocation.Find() is not string manifest)
        {
            Console.Error.WriteLine(
                $"ArtifactRegistry.psd1 was not found: not where {ModuleLocation.Variable} points or, without that "
                + "variable, next to this shell or above it. Build the solution, or set it to the module's folder.");
            return 1;
        }

        // Unless somebody decided otherwise: the engine would tell its makers which modules are loaded. Nobody expects that of
        // a shell that speaks to an emulator, and it is a tenth of a start.
        if (Environment.GetEnvironmentVariable(NoTelemetry) is null) Environment.SetEnvironmentVariable(NoTelemetry, "1");

        // Never disposed: the process is about to end, and connections that are still open would delay that.
        if (options.Demo) DemoEmulator.Start();

        ConsoleTerminal terminal = new();
        ShellUI ui = new(terminal, options.NonInteractive);
        using ShellSession session = new(new ShellHost(ui), ui);
        if (session.Import(manifest) is Exception error)
        {
            Console.Error.WriteLine($"The module {manifest} could not be loaded: {error.Message}");
            return 1;
        }

        return Run(options, session, ui, terminal);
    }

    private static int Run(ShellOptions options, ShellSession session, ShellUI ui, ConsoleTerminal terminal)
    {
        bool isAtPrompt = false;
        Console.CancelKeyPress += (_, key) =>
        {
            // The prompt survives whatever is typed; a command that does not heed the first Ctrl+C dies of the second.
            key.Cancel = session.Stop() || isAtPrompt;
        };

        CommandLoop loop = new(session, terminal);
        bool succeeded = true;
        bool stays = options.NoExit;
        if (options.File is not null) succeeded = session.RunFile(options.File, options.FileArguments, options.NoExit);
        else if (options.Command is not null) succeeded = session.Run(options.Command);
        else if (options.Demo && !options.CommandFromStandardInput)
        {
            DemoWalkThrough demo = new(session, ui);
            succeeded = demo.Run();
            stays = true;
            if (terminal.IsInteractive) demo.Invite();
        }
        else if (options.CommandFromStandardInput || !terminal.IsInteractive) succeeded = loop.RunStandardInput();
        else stays = true;

        if (stays && terminal.IsInteractive && session.Host.ExitCode is null)
        {
            isAtPrompt = true;
            loop.RunInteractive();
            succeeded = true;
        }

        return session.Host.ExitCode ?? (succeeded ? 0 : 1);
    }
}
