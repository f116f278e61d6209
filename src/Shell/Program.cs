using System.Diagnostics;
using System.Runtime.InteropServices;
using ArtifactRegistry.Shell.Demo;

namespace ArtifactRegistry.Shell;

/// <summary>
/// Starts PowerShell with the module loaded. Arguments, streams and the exit code are PowerShell's own.
/// </summary>
/// <remarks>
/// With -Demo as the first argument an emulator of the service runs in this process, and PowerShell is connected to it;
/// without further arguments PowerShell then walks through the module's main jobs, and at a terminal leaves a prompt.
/// </remarks>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        bool isDemo = args.Length > 0 && string.Equals(args[0], "-Demo", StringComparison.OrdinalIgnoreCase);
        if (isDemo) args = args[1..];
        try
        {
            using SessionConfiguration configuration = SessionConfiguration.ForModule();
            if (isDemo)
            {
                await DemoEmulator.StartAsync();
                if (args.Length == 0) args = WalkThrough();
            }

            return await RunAsync(PowerShellProgram.Start(["-ConfigurationFile", configuration.Path, .. args]));
        }
        catch (FileNotFoundException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }

    private static string[] WalkThrough()
    {
        string script = Path.Combine(AppContext.BaseDirectory, "Demo", "WalkThrough.ps1");
        return Console.IsInputRedirected || Console.IsOutputRedirected
            ? ["-NoProfile", "-NonInteractive", "-File", script]
            : ["-NoProfile", "-NoLogo", "-NoExit", "-File", script];
    }

    private static async Task<int> RunAsync(ProcessStartInfo start)
    {
        // PowerShell for Unix sets the terminal's modes on standard output even where that is a file or a pipe.
        if (Console.IsOutputRedirected && !OperatingSystem.IsWindows()) start.Environment["TERM"] = "dumb";
        // Ctrl+C reaches every process at the terminal, and what it means is decided by PowerShell alone.
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
            signal.Cancel = true
        );
        using Process process = Process.Start(start)!;
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            process.Kill();
        });
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
