using System.Diagnostics;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Shell;

namespace ArtifactRegistry.Tests.Support;

/// <summary>PowerShell as users have it, in a process of its own: the program that the restore brought.</summary>
internal static class RealPowerShell
{
    /// <summary>Runs a command with the staged module, connected to an emulator.</summary>
    /// <param name="emulator">What the module is connected to.</param>
    /// <param name="command">The command, after which the process ends.</param>
    /// <param name="input">The text on standard input, which is closed after it.</param>
    /// <param name="arguments">Further arguments of pwsh, for example -NonInteractive.</param>
    public static Task<ProcessResult> RunAsync(
        EmulatorServer emulator, string command, string? input, params string[] arguments) =>
        ProcessResult.OfAsync(Start(emulator, command, arguments), input ?? "");

    /// <summary>Gets what starts a command with the staged module, connected to an emulator.</summary>
    public static ProcessStartInfo Start(EmulatorServer emulator, string command, params string[] arguments)
    {
        ProcessStartInfo start = PowerShellProgram.Start(
        [
            "-NoProfile",
            .. arguments,
            "-Command",
            $"$PSStyle.OutputRendering = 'PlainText'; Import-Module '{Checkout.Manifest}'; {command}",
        ]);
        foreach ((string name, string value) in ClientEnvironment.For(emulator.Url)) start.Environment[name] = value;
        start.Environment["NO_COLOR"] = "1";
        return start;
    }
}
