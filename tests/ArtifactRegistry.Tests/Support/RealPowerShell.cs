using System.Diagnostics;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Emulator.Tests;
using Xunit;

namespace ArtifactRegistry.Tests.Support;

/// <summary>What a process of pwsh wrote and how it ended.</summary>
internal sealed record ProcessResult(int ExitCode, string Output, string Error);

/// <summary>The pwsh that is installed here, as a process of its own.</summary>
internal static class RealPowerShell
{
    private static readonly string? Path = Environment.GetEnvironmentVariable("PATH")?
        .Split(System.IO.Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => System.IO.Path.Combine(folder, OperatingSystem.IsWindows() ? "pwsh.exe" : "pwsh"))
        .FirstOrDefault(File.Exists);

    /// <summary>Runs a command with the staged module, connected to an emulator. Where there is no pwsh, see <see cref="Needs"/>.</summary>
    /// <param name="emulator">Whom the module speaks to.</param>
    /// <param name="command">The command, after which the process ends.</param>
    /// <param name="input">What stands on standard input; null closes it.</param>
    /// <param name="arguments">Further arguments of pwsh, for example -NonInteractive.</param>
    public static async Task<ProcessResult> RunAsync(
        EmulatorServer emulator, string command, string? input, params string[] arguments)
    {
        Needs.That(
            Path is not null,
            "pwsh is not on PATH here, so what the real console host does cannot be seen: dotnet tool install --global PowerShell");
        CancellationToken stop = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo(Path!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("-NoProfile");
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        start.ArgumentList.Add("-Command");
        start.ArgumentList.Add($"$PSStyle.OutputRendering = 'PlainText'; Import-Module '{Checkout.Manifest}'; {command}");
        start.Environment["CLOUDSDK_API_ENDPOINT_OVERRIDES_ARTIFACTREGISTRY"] = emulator.Url.ToString();
        start.Environment["CLOUDSDK_AUTH_DISABLE_CREDENTIALS"] = "true";
        start.Environment["NO_COLOR"] = "1";

        using Process process = Process.Start(start)!;
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(stop), error = process.StandardError.ReadToEndAsync(stop);
            if (input is not null) await process.StandardInput.WriteAsync(input.AsMemory(), stop);
            process.StandardInput.Close();
            await process.WaitForExitAsync(stop).WaitAsync(TimeSpan.FromMinutes(2), stop);
            return new ProcessResult(process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
