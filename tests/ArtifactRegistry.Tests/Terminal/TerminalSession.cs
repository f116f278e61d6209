using System.Diagnostics;
using System.Globalization;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Shell;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Terminal;

/// <summary>
/// PowerShell with PSReadLine at a pseudo-terminal, typed to as a person does. <c>script</c> of util-linux makes the
/// terminal; what is awaited is looked for on the screen that a person would see.
/// </summary>
internal sealed class TerminalSession : IAsyncDisposable
{
    public const string ControlC = "\x03";
    public const string ControlSpace = "\0";
    public const string Down = "\e[B";
    public const string Tab = "\t";

    private const string Prompt = "PS>";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    private readonly Process _process;
    private readonly CancellationTokenSource _stop;
    private readonly Screen _screen;
    private readonly char[] _chunk = new char[4096];
    private Task<int>? _reading;
    private int _from = -1;

    private TerminalSession(ProcessStartInfo start, int columns)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        _stop.CancelAfter(Limit);
        _process = Process.Start(start)!;
        _screen = new Screen(columns, height: 50) { Answer = Send };
    }

    /// <summary>Gets the rows since the last prompt that was awaited, with what was typed behind it.</summary>
    public IReadOnlyList<string> Rows =>
        [.. _screen.Rows.Skip(Math.Max(0, _from)).SkipLastWhile(row => row.Length == 0)];

    /// <summary>Gets <see cref="Rows"/> as text.</summary>
    public string Text => string.Join('\n', Rows);

    /// <summary>Gets all that was ever on the screen.</summary>
    public string All => _screen.ToString();

    /// <summary>Starts PowerShell with the staged module, connected to an emulator, and waits for its prompt.</summary>
    /// <param name="emulator">What the module is connected to.</param>
    /// <param name="columns">The width of the terminal.</param>
    /// <param name="setUp">A statement that runs before the first prompt.</param>
    public static async Task<TerminalSession> OpenAsync(EmulatorServer emulator, int columns = 120, string setUp = "")
    {
        // Predictions would mix into what is read.
        ProcessStartInfo shell = PowerShellProgram.Start(
            "-NoProfile", "-NoLogo", "-NoExit", "-Command",
            $$"""
            Import-Module '{{Checkout.Manifest}}'
            Set-PSReadLineOption -EditMode Windows -PredictionSource None -HistorySaveStyle SaveNothing -BellStyle None
            {{setUp}}
            function prompt { '{{Prompt}} ' }
            """);
        foreach ((string name, string value) in ClientEnvironment.For(emulator.Url)) shell.Environment[name] = value;
        TerminalSession session = Start(shell, columns);
        await session.WaitForPromptAsync();
        return session;
    }

    /// <summary>Starts any program at a terminal.</summary>
    public static TerminalSession Start(ProcessStartInfo program, int columns = 120)
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("The pseudo-terminal is made by 'script' of util-linux.");
        // "exec", since a shell that stays beside the program dies of the terminal's Ctrl+C itself; "env", since
        // whoever starts the tests in the background (nohup, cron) lets them, and what they start, ignore it.
        string command = string.Create(
            CultureInfo.InvariantCulture,
            $"stty cols {columns} rows 50; exec env --default-signal=INT "
                + $"{string.Join(' ', program.ArgumentList.Prepend(program.FileName).Select(Quoted))}"
        );
        ProcessStartInfo start = new("script", ["-qfec", command, "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach ((string name, string? value) in program.Environment) start.Environment[name] = value;
        start.Environment["SHELL"] = "/bin/sh"; // what script runs the command with
        start.Environment["TERM"] = "xterm-256color";
        start.Environment.Remove("NO_COLOR");
        return new TerminalSession(start, columns);
    }

    /// <summary>Types keys, and waits for nothing.</summary>
    public void Send(string keys)
    {
        _process.StandardInput.Write(keys);
        _process.StandardInput.Flush();
    }

    /// <summary>Types a command and waits for the next prompt; gives the rows between the two.</summary>
    public async Task<IReadOnlyList<string>> RunAsync(string command)
    {
        Send(command + "\r");
        int first = _screen.Row;
        await WaitForPromptAsync();
        return [.. _screen.Rows.Take(_from).Skip(first + 1).SkipLastWhile(row => row.Length == 0)];
    }

    /// <summary>Waits until the next prompt is on the screen.</summary>
    public async Task WaitForPromptAsync()
    {
        await WaitForAsync(
            () => _screen.Row > _from && _screen.Rows[_screen.Row].StartsWith(Prompt, StringComparison.Ordinal),
            "the prompt"
        );
        _from = _screen.Row;
    }

    /// <summary>Waits until a text is on the screen, below the last prompt or behind it.</summary>
    public Task WaitForAsync(string text) => WaitForAsync(() => Text.Contains(text, StringComparison.Ordinal), text);

    /// <summary>Waits until something has happened outside, and shows and answers what is written until then.</summary>
    public async Task WaitForAsync(Task happened)
    {
        // PSReadLine goes on only once it has been told where the cursor is.
        while (await Task.WhenAny(happened, StartReading()) != happened)
            if (!await ReadAsync("something outside")) Assert.Fail($"The process ended:\n{All}");
        await happened;
    }

    /// <summary>Waits until the process has ended; gives its exit code.</summary>
    public async Task<int> WaitForExitAsync()
    {
        while (await ReadAsync("the end")) { }

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

    private async Task WaitForAsync(Func<bool> seen, string awaited)
    {
        while (_screen.Rows.Count == 0 || !seen())
            if (!await ReadAsync(awaited)) Assert.Fail($"The process ended before '{awaited}':\n{All}");
    }

    private async Task<bool> ReadAsync(string awaited)
    {
        try
        {
            int count = await StartReading();
            _reading = null;
            _screen.Write(new string(_chunk, 0, count));
            return count > 0;
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"Waited in vain for '{awaited}':\n{All}");
            throw;
        }
    }

    private Task<int> StartReading() => _reading ??= _process.StandardOutput.ReadAsync(_chunk, _stop.Token).AsTask();

    private static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}

internal static class SequenceWords
{
    /// <summary>The items without those at the end that meet a condition.</summary>
    public static IEnumerable<T> SkipLastWhile<T>(this IEnumerable<T> items, Func<T, bool> condition) =>
        items.Reverse().SkipWhile(condition).Reverse();
}
