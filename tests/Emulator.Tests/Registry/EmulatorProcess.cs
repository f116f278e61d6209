using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

/// <summary>The emulator as a process of its own, with a data folder.</summary>
internal sealed partial class EmulatorProcess : IAsyncDisposable
{
    private readonly Process _process;

    private EmulatorProcess(Process process, Uri url) => (_process, Url) = (process, url);

    public Uri Url { get; }

    public static async Task<EmulatorProcess> StartAsync(
        string folder,
        CancellationToken stop,
        params string[] arguments
    )
    {
        Process process = new()
        {
            StartInfo = ToolRun.StartInfo(
                "dotnet",
                [
                    typeof(EmulatorServer).Assembly.Location,
                    "--urls",
                    "http://127.0.0.1:0",
                    "--data",
                    folder,
                    .. arguments,
                ],
                new Dictionary<string, string>(),
                null
            ),
        };
        process.Start();
        string? first = await process.StandardOutput.ReadLineAsync(stop);
        if (first is null)
            Assert.Fail($"The emulator did not start: {await process.StandardError.ReadToEndAsync(stop)}");
        return new EmulatorProcess(process, new Uri(Address().Match(first).Value));
    }

    /// <summary>Ends the process without a warning.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Asks the process to end, as a service manager does.</summary>
    public async Task TerminateAsync(CancellationToken stop)
    {
        using Process kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await _process.WaitForExitAsync(stop);
        Assert.Equal(0, _process.ExitCode);
    }

    public ValueTask DisposeAsync()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
        return ValueTask.CompletedTask;
    }

    [GeneratedRegex("http://[0-9.:]+/")]
    private static partial Regex Address();
}
