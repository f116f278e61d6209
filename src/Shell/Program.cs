using System.Reflection;
using ArtifactRegistry.Shell.Hosting;

namespace ArtifactRegistry.Shell;

internal static class Program
{
    private const int WrongCommandLine = 64;

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
                "ArtifactRegistry.psd1 was not found, neither next to this shell nor above it, nor where "
                + $"{ModuleLocation.Variable} points. Build the solution, or set that variable to the module's folder.");
            return 1;
        }

        ConsoleTerminal terminal = new();
        ShellUI ui = new(terminal, options.NonInteractive);
        ShellHost host = new(ui);
        using ShellSession session = new(host, ui);
        if (session.Import(manifest) is Exception error)
        {
            Console.Error.WriteLine($"The module {manifest} could not be loaded: {error.Message}");
            return 1;
        }

        bool staysAtPrompt = false;
        Console.CancelKeyPress += (_, key) =>
        {
            // The prompt survives whatever is typed; a command that does not heed the first Ctrl+C dies of the second.
            key.Cancel = session.Stop() || staysAtPrompt;
        };

        CommandLoop loop = new(session, terminal);
        int code = 0;
        if (options.File is not null) code = session.RunFile(options.File, options.FileArguments, options.NoExit) ? 0 : 1;
        else if (options.Command is not null) code = session.Run(options.Command) ? 0 : 1;
        else if (options.CommandFromStandardInput || !terminal.IsInteractive) code = loop.RunStandardInput() ? 0 : 1;
        else staysAtPrompt = true;

        staysAtPrompt |= options.NoExit && terminal.IsInteractive && host.ExitCode is null;
        if (staysAtPrompt)
        {
            loop.RunInteractive();
            code = 0;
        }

        return host.ExitCode ?? code;
    }
}
