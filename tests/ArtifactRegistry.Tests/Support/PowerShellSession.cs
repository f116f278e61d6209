using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;
using ArtifactRegistry.Emulator;
using Microsoft.PowerShell;
using Microsoft.PowerShell.Commands;
using Xunit;

namespace ArtifactRegistry.Tests.Support;

/// <summary>A real runspace with the staged module imported as users import it, connected to an emulator.</summary>
internal sealed class PowerShellSession : IDisposable
{
    public const string Token = "ya29.test-token";

    private readonly Runspace _runspace;

    public PowerShellSession(EmulatorServer? emulator = null, PSHost? host = null)
    {
        InitialSessionState state = InitialSessionState.CreateDefault2();
        // The Utility, Management and Security modules, whose manifests only PowerShell's own folder has.
        state.ImportPSModule(
        [
            typeof(SelectObjectCommand).Assembly.Location,
            typeof(GetContentCommand).Assembly.Location,
            typeof(ConvertToSecureStringCommand).Assembly.Location,
        ]);
        state.ImportPSModule([Checkout.Manifest]);
        // On Windows the engine alone, without PowerShell's own configuration file, runs no scripts and loads no
        // module.
        if (OperatingSystem.IsWindows()) state.ExecutionPolicy = ExecutionPolicy.RemoteSigned;
        _runspace = host is null ? RunspaceFactory.CreateRunspace(state) : RunspaceFactory.CreateRunspace(host, state);
        _runspace.Open();
        if (emulator is not null)
            Run($"Connect-ArRegistry -AccessToken '{Token}' -Endpoint '{emulator.Url}'").MustSucceed();
    }

    /// <summary>Runs script text to its end.</summary>
    public ScriptResult Run(string script)
    {
        using PowerShell shell = Create(script);
        Collection<PSObject> output = new();
        return Collect(shell, output, Attempt(() => shell.Invoke(null, output)));
    }

    /// <summary>Runs script text as a prompt does: output and errors go to the host's screen.</summary>
    public void Show(string script)
    {
        using PowerShell shell = Create(script);
        shell.AddCommand("Out-Default");
        shell.Commands.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        Exception? thrown = Attempt(() => shell.Invoke());
        if (thrown is not IContainsErrorRecord terminating) return;
        Set("ended", terminating.ErrorRecord);
        using PowerShell last = Create("$ended | Out-Default");
        last.Invoke();
    }

    /// <summary>Starts script text; the caller may stop it.</summary>
    public RunningScript Start(string script)
    {
        PowerShell shell = Create(script);
        PSDataCollection<PSObject> output = new();
        Task<PSDataCollection<PSObject>> task = shell.InvokeAsync<PSObject, PSObject>(null, output);
        return new RunningScript(shell, output, task);
    }

    /// <summary>Makes a variable that scripts read as <c>$name</c>.</summary>
    public void Set(string name, object? value) => _runspace.SessionStateProxy.SetVariable(name, value);

    public void Dispose() => _runspace.Dispose();

    internal static ScriptResult Collect(PowerShell shell, IEnumerable<PSObject> output, Exception? thrown) => new(
        [.. output],
        [.. shell.Streams.Error],
        [.. shell.Streams.Warning.Select(record => record.Message)],
        [.. shell.Streams.Verbose.Select(record => record.Message)],
        thrown)
    {
        Information = [.. shell.Streams.Information.Select(record => record.MessageData?.ToString() ?? "")],
        Progress = [.. shell.Streams.Progress],
        Debug = [.. shell.Streams.Debug.Select(record => record.Message)],
    };

    private PowerShell Create(string script)
    {
        PowerShell shell = PowerShell.Create(_runspace);
        shell.AddScript(script);
        return shell;
    }

    private static Exception? Attempt(Action run)
    {
        try
        {
            run();
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }
}

/// <summary>What a script wrote, and what ended it if it did not end by itself.</summary>
internal sealed record ScriptResult(
    IReadOnlyList<PSObject> Output,
    IReadOnlyList<ErrorRecord> Errors,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<string> Verbose,
    Exception? Thrown)
{
    public IReadOnlyList<string> Information { get; init; } = [];

    public IReadOnlyList<ProgressRecord> Progress { get; init; } = [];

    public IReadOnlyList<string> Debug { get; init; } = [];

    /// <summary>The error that ended the script, or the only one that it wrote.</summary>
    public ErrorRecord Error =>
        Thrown is IContainsErrorRecord terminating ? terminating.ErrorRecord : Assert.Single(Errors);

    public string ErrorId => Error.Id();

    /// <summary>The ids of the errors that it wrote, in order.</summary>
    public IReadOnlyList<string> ErrorIds => [.. Errors.Select(error => error.Id())];

    /// <summary>What PowerShell shows of the error: its message, and below it the recommendation.</summary>
    public string ErrorText => Error.ErrorDetails is { } details
        ? $"{details.Message} {details.RecommendedAction}".TrimEnd()
        : Error.Exception.Message;

    public ScriptResult MustSucceed()
    {
        if (Thrown is not null) throw new InvalidOperationException($"The script threw: {Thrown.Message}", Thrown);
        Assert.Empty(Errors.Select(error => error.ToString()));
        return this;
    }

    /// <summary>The values of a property of each output object, as text.</summary>
    public IReadOnlyList<string?> Values(string property) =>
        [.. Output.Select(row => row.Properties[property].Value?.ToString())];
}

/// <summary>A script that runs while the test goes on.</summary>
internal sealed class RunningScript(PowerShell shell, PSDataCollection<PSObject> output, Task task) : IDisposable
{
    /// <summary>
    /// Whatever takes longer hangs. It is generous, since the other tests may keep this machine busy.
    /// </summary>
    internal static readonly TimeSpan HangLimit = TimeSpan.FromMinutes(4);

    /// <summary>As Ctrl+C does.</summary>
    public void Stop() => shell.Stop();

    /// <summary>
    /// As Ctrl+C does while a question stands: returns once the pipeline has been told to stop, which ends after that.
    /// </summary>
    public void StopAtQuestion()
    {
        shell.BeginStop(null, null);
        SpinWait.SpinUntil(() => shell.InvocationStateInfo.State is not PSInvocationState.Running);
    }

    public async Task<ScriptResult> EndAsync(CancellationToken stop)
    {
        Exception? thrown = null;
        try
        {
            await task.WaitAsync(HangLimit, stop);
        }
        catch (Exception e) when (e is RuntimeException)
        {
            thrown = e;
        }

        return PowerShellSession.Collect(shell, output, thrown);
    }

    /// <summary>Ends once the script has written a verbose line with this text.</summary>
    public async Task WaitForVerboseAsync(string text, CancellationToken stop)
    {
        TaskCompletionSource written = new(TaskCreationOptions.RunContinuationsAsynchronously);
        shell.Streams.Verbose.DataAdded += (_, _) => Look();
        Look();
        await written.Task.WaitAsync(HangLimit, stop);

        void Look()
        {
            // By index: the script may write another line meanwhile, for which a copy has no room.
            PSDataCollection<VerboseRecord> lines = shell.Streams.Verbose;
            for (int i = 0; i < lines.Count; i++)
                if (lines[i].Message.Contains(text, StringComparison.Ordinal))
                    written.TrySetResult();
        }
    }

    /// <summary>Ends once the script shows a progress bar that meets the condition, and says which.</summary>
    public async Task<ProgressRecord> WaitForProgressAsync(
        CancellationToken stop,
        Func<ProgressRecord, bool>? condition = null
    )
    {
        TaskCompletionSource<ProgressRecord> shown = new(TaskCreationOptions.RunContinuationsAsynchronously);
        shell.Streams.Progress.DataAdded += (_, _) => Look();
        Look();
        return await shown.Task.WaitAsync(HangLimit, stop);

        void Look()
        {
            // By index, as above.
            PSDataCollection<ProgressRecord> records = shell.Streams.Progress;
            for (int i = 0; i < records.Count; i++)
                if (condition?.Invoke(records[i]) ?? true)
                    shown.TrySetResult(records[i]);
        }
    }

    /// <summary>Gets the texts of the progress records until now.</summary>
    public string[] ProgressSoFar()
    {
        // By index, as above.
        PSDataCollection<ProgressRecord> records = shell.Streams.Progress;
        return [.. Enumerable.Range(0, records.Count).Select(i => records[i].StatusDescription)];
    }

    /// <summary>Ends once the script has written so many objects.</summary>
    public async Task WaitForOutputAsync(int count, CancellationToken stop)
    {
        TaskCompletionSource written = new(TaskCreationOptions.RunContinuationsAsynchronously);
        output.DataAdded += (_, _) => Look();
        Look();
        await written.Task.WaitAsync(HangLimit, stop);

        void Look()
        {
            if (output.Count >= count) written.TrySetResult();
        }
    }

    /// <summary>What it has written so far.</summary>
    public IReadOnlyList<PSObject> Output => [.. output];

    public PSInvocationState State => shell.InvocationStateInfo.State;

    public void Dispose() => shell.Dispose();
}
