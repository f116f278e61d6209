using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;

namespace ArtifactRegistry.Shell.Hosting;

/// <summary>The runspace with the module in it, and the one place that runs commands there.</summary>
internal sealed class ShellSession : IDisposable
{
    private const string PassExitOn =
        "if (-not $?) { exit $(if ($LASTEXITCODE -is [int]) { $LASTEXITCODE } else { 1 }) }";

    private readonly Runspace _runspace;
    private readonly ShellUI _ui;
    private readonly Stack<Pipeline> _running = new();
    private bool _stopRequested;

    public ShellSession(ShellHost host, ShellUI ui)
    {
        InitialSessionState state = InitialSessionState.CreateDefault2();
        state.ThreadOptions = PSThreadOptions.ReuseThread;
        // Without pwsh's configuration file the engine's default refuses even the module's own files.
        if (OperatingSystem.IsWindows()) state.ExecutionPolicy = Microsoft.PowerShell.ExecutionPolicy.RemoteSigned;
        StandardCmdlets.AddTo(state);
        // Another PowerShell's modules are on the same path and do not load in this engine.
        state.Variables.Add(new SessionStateVariableEntry("PSModuleAutoLoadingPreference", "None", ""));
        state.Commands.Add(new SessionStateFunctionEntry("prompt", "'PS' + '>' * ($NestedPromptLevel + 1) + ' '"));

        Host = host;
        _ui = ui;
        _ui.Stop = RequestStop;
        _runspace = RunspaceFactory.CreateRunspace(host, state);
        _runspace.Open();
    }

    public ShellHost Host { get; }

    /// <summary>Whether the last command was stopped by Ctrl+C.</summary>
    public bool WasStopped { get; private set; }

    private bool IsNested => _running.Count > 0;

    /// <summary>Imports the module; its error, or null.</summary>
    public Exception? Import(string manifest)
    {
        Command import = new("Import-Module");
        import.Parameters.Add("Name", manifest);
        import.Parameters.Add("ErrorAction", ActionPreference.Stop);
        using Pipeline pipeline = _runspace.CreatePipeline();
        pipeline.Commands.Add(import);
        try { pipeline.Invoke(); }
        catch (RuntimeException e) { return e; }

        return null;
    }

    /// <summary>Runs a command and shows what it emits; false after an error, as <c>$?</c> has it.</summary>
    public bool Run(string text)
    {
        // Only a command that goes into the history leaves its own $? behind.
        using Pipeline pipeline = IsNested
            ? _runspace.CreateNestedPipeline(text, addToHistory: true)
            : _runspace.CreatePipeline(text, addToHistory: true);
        return Show(pipeline) && LastSucceeded();
    }

    /// <summary>Runs a script file; false if an error ended it. Lesser errors do not count, as in pwsh -File.</summary>
    public bool RunFile(string path, string arguments, bool keepVariables)
    {
        // A script started directly would keep its "exit" to itself; this one around it passes the code on.
        string script = CodeGeneration.EscapeSingleQuotedStringContent(path);
        string call = $"{(keepVariables ? '.' : '&')} '{script}' {arguments}";
        using Pipeline pipeline = _runspace.CreatePipeline($"{call}\n{PassExitOn}");
        return Show(pipeline);
    }

    /// <summary>Evaluates text without showing anything.</summary>
    public object? Evaluate(string text)
    {
        using Pipeline pipeline = IsNested
            ? _runspace.CreateNestedPipeline(text, addToHistory: false)
            : _runspace.CreatePipeline(text);
        try { return pipeline.Invoke() is [PSObject first, ..] ? first.BaseObject : null; }
        catch (RuntimeException) { return null; }
    }

    /// <summary>What can stand at the cursor.</summary>
    public (int Start, int Length, IReadOnlyList<string> Candidates) Complete(string text, int cursor)
    {
        ArrayList? errors = _runspace.SessionStateProxy.GetVariable("Error") as ArrayList;
        int before = errors?.Count ?? 0;
        try
        {
            using PowerShell engine = IsNested ? PowerShell.Create(RunspaceMode.CurrentRunspace) : PowerShell.Create();
            if (!IsNested) engine.Runspace = _runspace;
            CommandCompletion found = CommandCompletion.CompleteInput(text, cursor, null, engine);
            return (found.ReplacementIndex, found.ReplacementLength,
                [.. found.CompletionMatches.Select(match => match.CompletionText)]);
        }
#pragma warning disable CA1031 // Completers are anybody's code; a key must not end the shell.
        catch (Exception)
        {
            return (cursor, 0, []);
        }
#pragma warning restore CA1031
        finally
        {
            // What completion ran into is no error of the user's.
            if (errors?.Count > before) errors.RemoveRange(0, errors.Count - before);
        }
    }

    /// <summary>Stops what runs; false if nothing does, or if it has been asked before and still runs.</summary>
    public bool Stop()
    {
        lock (_running)
        {
            bool first = _running.Count > 0 && !_stopRequested;
            RequestStop();
            return first;
        }
    }

    public void Report(Exception exception)
    {
        ErrorRecord record = (exception as IContainsErrorRecord)?.ErrorRecord
            ?? new ErrorRecord(exception, "ShellError", ErrorCategory.NotSpecified, null);
        // Written again by a cmdlet the record would lose its place in the script; so it goes to the formatting engine
        // as an object, and the UI takes what comes back for an error.
        using Pipeline pipeline = IsNested ? _runspace.CreateNestedPipeline() : _runspace.CreatePipeline();
        pipeline.Commands.Add(new Command("Out-Default"));
        pipeline.Input.Write(record);
        pipeline.Input.Close();
        _ui.WriteAsError(() => pipeline.Invoke());
    }

    public void Dispose() => _runspace.Dispose();

    private bool LastSucceeded() => Evaluate("$global:?") is not false;

    private bool Show(Pipeline pipeline)
    {
        // As in pwsh, the formatting engine shows errors too, in their place between the output.
        pipeline.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        pipeline.Commands.Add(new Command("Out-Default", isScript: false, useLocalScope: true));
        lock (_running)
        {
            _running.Push(pipeline);
            _stopRequested = false;
        }

        RuntimeException? failure = null;
        try { pipeline.Invoke(); }
        catch (IncompleteParseException e) { failure = WithPlace(e, pipeline.Commands[0].CommandText); }
        catch (RuntimeException e) { failure = e; }
        finally
        {
            lock (_running) _running.Pop();
            _ui.ResetProgress();
        }

        WasStopped = pipeline.PipelineStateInfo.State == PipelineState.Stopped;
        if (WasStopped) return false;
        if (failure is null) return true;
        Report(failure);
        return false;
    }

    // The engine leaves out where a text breaks off, and without that the error has no view.
    private static RuntimeException WithPlace(IncompleteParseException error, string text)
    {
        try { ScriptBlock.Create(text); }
        catch (ParseException withPlace) { return withPlace; }

        return error;
    }

    private void RequestStop()
    {
        lock (_running)
        {
            _stopRequested = true;
            if (_running.TryPeek(out Pipeline? pipeline)) pipeline.StopAsync();
        }
    }
}
