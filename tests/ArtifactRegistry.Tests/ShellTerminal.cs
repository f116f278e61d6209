using System.Diagnostics;
using System.Text;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>The shell at a terminal that <c>script</c> of util-linux makes, typed to as a person would.</summary>
internal sealed class ShellTerminal : IAsyncDisposable
{
    public const string ControlC = "\x03";
    public const string ControlD = "\x04";
    public const string Up = "\e[A";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    private readonly Process _process;
    private readonly CancellationTokenSource _stop;
    private readonly StringBuilder _seen = new();
    private readonly char[] _chunk = new char[4096];
    private int _position;

    private ShellTerminal(Process process, CancellationTokenSource stop) => (_process, _stop) = (process, stop);

    /// <summary>All that appeared so far.</summary>
    public string Screen => _seen.ToString();

    public static ShellTerminal Start(string arguments = "", params (string Name, string Value)[] environment)
    {
        string? script = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, "script")).FirstOrDefault(File.Exists);
        if (!OperatingSystem.IsLinux() || script is null)
        {
            const string Reason = "A terminal is made by 'script' of util-linux, which is not here.";
            if (Environment.GetEnvironmentVariable("CI") == "true" && OperatingSystem.IsLinux()) Assert.Fail(Reason);
            Assert.Skip(Reason);
        }

        // "exec", since a shell that stays beside the program (dash does) dies of the terminal's Ctrl+C itself.
        string command = $"exec '{ShellProcess.DotNet}' '{ShellProcess.Assembly}' {arguments}";
        ProcessStartInfo start = new(script, ["-qfec", command, "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["SHELL"] = "/bin/sh"; // what script runs the command with
        start.Environment["TERM"] = "xterm-256color";
        start.Environment.Remove("NO_COLOR");
        foreach ((string name, string value) in environment) start.Environment[name] = value;

        CancellationTokenSource stop =
            CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        stop.CancelAfter(Limit);
        return new ShellTerminal(Process.Start(start)!, stop);
    }

    public async Task TypeAsync(string text)
    {
        await _process.StandardInput.WriteAsync(text.AsMemory(), _stop.Token);
        await _process.StandardInput.FlushAsync(_stop.Token);
    }

    /// <summary>Types a command at the prompt.</summary>
    public async Task CommandAsync(string text)
    {
        await WaitForAsync("PS> ");
        await TypeAsync(text + "\r");
    }

    /// <summary>Waits until a text appears after what was waited for before.</summary>
    public async Task WaitForAsync(string text)
    {
        while (true)
        {
            int found = Screen.IndexOf(text, _position, StringComparison.Ordinal);
            if (found >= 0)
            {
                _position = found + text.Length;
                return;
            }

            if (await ReadAsync($"'{text}' to appear") == 0) Assert.Fail($"The shell ended before '{text}':\n{Screen}");
        }
    }

    /// <summary>Waits until the shell has ended; its exit code.</summary>
    public async Task<int> WaitForExitAsync()
    {
        while (await ReadAsync("the end") > 0) { }

        await _process.WaitForExitAsync(_stop.Token);
        return _process.ExitCode;
    }

    public ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
        _stop.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<int> ReadAsync(string awaited)
    {
        try
        {
            int count = await _process.StandardOutput.ReadAsync(_chunk, _stop.Token);
            _seen.Append(_chunk, 0, count);
            return count;
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"Waited in vain for {awaited}:\n{Screen}");
            throw;
        }
    }
}
