using System.Diagnostics;
using System.Text.Json;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Shell;
using ArtifactRegistry.Tests.Support;

namespace ArtifactRegistry.Tests;

/// <summary>
/// Runs the script for schedulers, docs/unattended/clean-up.ps1, in the real PowerShell, against an image with one tag,
/// three digests of garbage and one young digest.
/// </summary>
internal sealed class UnattendedRun : IAsyncDisposable
{
    public const string Repository = "us-docker.pkg.dev/shop/apps";

    private readonly TemporaryFolder _folder = new();

    private UnattendedRun(Shop shop)
    {
        Shop = shop;
        shop.Add("v1");
        Garbage = [shop.Add(Aged(days: 40)), shop.Add(Aged(days: 40)), shop.Add(Aged(days: 40))];
        Young = shop.Add(Aged(days: 2));
    }

    /// <summary>The beginning of the warning of a run without -InUseFrom.</summary>
    public const string Warning = "clean-up: warning: Without -InUseFrom nobody looked at what runs";

    public static string Script => Path.Combine(Checkout.Root, "docs", "unattended", "clean-up.ps1");

    public Shop Shop { get; }

    public IReadOnlyList<string> Garbage { get; }

    public string Young { get; }

    public string Log => File("clean-up.jsonl");

    public static async Task<UnattendedRun> OpenAsync(Behaviour? behaviour = null) =>
        new(await Shop.OpenAsync(behaviour));

    /// <summary>Gets the path of a file in the folder of this run.</summary>
    public string File(string name) => Path.Combine(_folder.Path, name);

    /// <summary>Gets the lines of the log that have this event.</summary>
    public IReadOnlyList<JsonElement> Logged(string @event) =>
        [
            .. System
                .IO.File.ReadAllLines(Log)
                .Select(line => JsonDocument.Parse(line).RootElement)
                .Where(line => line.GetProperty("event").GetString() == @event),
        ];

    /// <summary>Gets the status of each digest of the log, by digest.</summary>
    public ILookup<string, string> LoggedStatus() => Logged("result").ToLookup(
        line => line.GetProperty("uri").GetString()!.Split('@')[1], line => line.GetProperty("status").GetString()!);

    /// <summary>Waits until the log has so many results.</summary>
    public async Task LoggedAsync(int count, CancellationToken stop)
    {
        using FileSystemWatcher watcher = new(_folder.Path) { EnableRaisingEvents = true };
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        watcher.Changed += (_, _) => Look();
        Look();
        await reached.Task.WaitAsync(RunningScript.HangLimit, stop);

        void Look()
        {
            if (Results() >= count) reached.TrySetResult();
        }
    }

    /// <summary>
    /// Runs the script to its end, with these arguments besides -Image and -Log, or instead of them; -RulePath stands in
    /// place of -Image. The warning about a
    /// missing -InUseFrom, which most tests have, is left out of the result.
    /// </summary>
    public async Task<ProcessResult> RunAsync(params string[] arguments) =>
        WithoutWarning(await ProcessResult.OfAsync(Start(arguments)));

    /// <summary>Runs pwsh to its end with a command line that is given whole.</summary>
    public Task<ProcessResult> RunWholeAsync(IEnumerable<string> arguments) =>
        ProcessResult.OfAsync(Connected(arguments));

    /// <summary>Runs a command line with pwsh in the shell of Unix.</summary>
    public Task<ProcessResult> RunShellAsync(string line)
    {
        ProcessStartInfo start = Connected([]);
        string program = string.Join(' ', start.ArgumentList.Prepend(start.FileName).Select(word => $"'{word}'"));
        start.FileName = "/bin/sh";
        start.ArgumentList.Clear();
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(line.Replace(" pwsh ", $" {program} ", StringComparison.Ordinal));
        return ProcessResult.OfAsync(start);
    }

    /// <summary>Starts the script, has something done once it is at work, and waits for its end.</summary>
    public async Task<ProcessResult> RunAsync(Func<Process, Task> meanwhile, params string[] arguments)
    {
        ProcessStartInfo start = Start(arguments);
        if (OperatingSystem.IsLinux())
        {
            // What was started in the background ignores Ctrl+C, and by nohup the end of the terminal, and so does all
            // that it starts.
            start.ArgumentList.Insert(0, start.FileName);
            start.ArgumentList.Insert(0, "--default-signal=INT,HUP");
            start.FileName = "env";
        }

        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        try
        {
            await meanwhile(process);
            await process.WaitForExitAsync().WaitAsync(RunningScript.HangLimit);
            return WithoutWarning(new ProcessResult(process.ExitCode, await output, await error));
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Shop.DisposeAsync();
        _folder.Dispose();
    }

    private int Results()
    {
        if (!System.IO.File.Exists(Log)) return 0;
        using StreamReader reader = new(new FileStream(Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd().Split("\"event\":\"result\"").Length - 1;
    }

    private static ProcessResult WithoutWarning(ProcessResult result) => result with
    {
        Error = string.Concat(
            result.Error.Split('\n').Where(line => !line.StartsWith(Warning, StringComparison.Ordinal))
                .Select((line, index) => index == 0 ? line : $"\n{line}")),
    };

    private ProcessStartInfo Start(string[] arguments)
    {
        string[] given = arguments.Contains("-Image") || arguments.Contains("-RulePath") ? [] : ["-Image", Repository];
        string[] log = arguments.Contains("-Log") ? [] : ["-Log", Log];
        return Connected(["-NoProfile", "-NonInteractive", "-File", Script, .. given, .. log, .. arguments]);
    }

    private ProcessStartInfo Connected(IEnumerable<string> arguments)
    {
        ProcessStartInfo start = PowerShellProgram.Start(arguments);
        foreach ((string name, string value) in ClientEnvironment.For(Shop.Emulator.Url))
            start.Environment[name] = value;
        return start;
    }

    private static ImageOptions Aged(int days) =>
        new() { Size = 80_000_000, UploadTime = DateTimeOffset.UtcNow.AddDays(-days) };
}
