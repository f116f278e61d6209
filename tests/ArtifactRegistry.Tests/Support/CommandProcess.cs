using System.Diagnostics;
using ArtifactRegistry.Emulator;
using Xunit;

namespace ArtifactRegistry.Tests.Support;

/// <summary>A process of PowerShell that runs one command against an emulator, and that may be killed.</summary>
internal sealed class CommandProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    public CommandProcess(EmulatorServer emulator, string command)
    {
        ProcessStartInfo start = RealPowerShell.Start(emulator, command);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        _process = Process.Start(start)!;
        _process.StandardInput.Close();
        _output = _process.StandardOutput.ReadToEndAsync(Stop);
        _error = _process.StandardError.ReadToEndAsync(Stop);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Waits for its end; gives what it wrote. An error or another exit code than 0 fails the test.</summary>
    public async Task<string> EndAsync()
    {
        await _process.WaitForExitAsync(Stop);
        Assert.Equal(("", 0), (await _error, _process.ExitCode));
        return await _output;
    }

    /// <summary>
    /// Kills it as <c>kill -9</c> does once something has happened. Returns false if it has ended by itself before; then it
    /// must have succeeded.
    /// </summary>
    public async Task<bool> KillAfterAsync(Task happened)
    {
        await Task.WhenAny(happened, _process.WaitForExitAsync(Stop));
        if (!happened.IsCompleted)
        {
            await EndAsync();
            return false;
        }

        _process.Kill();
        await _process.WaitForExitAsync(Stop);
        return true;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}
