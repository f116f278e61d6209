using System.Management.Automation;

namespace ArtifactRegistry.Shell.Cmdlets;

/// <summary>Waits, until Ctrl+C at most.</summary>
[Cmdlet(VerbsLifecycle.Start, "Sleep", DefaultParameterSetName = "Seconds")]
public sealed class StartSleepCommand : PSCmdlet, IDisposable
{
    private readonly ManualResetEventSlim _stopped = new();

    /// <summary>How many seconds.</summary>
    [Parameter(ParameterSetName = "Seconds", Mandatory = true, Position = 0), ValidateRange(0d, int.MaxValue / 1000)]
    public double Seconds { get; set; }

    /// <summary>How many milliseconds.</summary>
    [Parameter(ParameterSetName = "Milliseconds", Mandatory = true), ValidateRange(0, int.MaxValue), Alias("ms")]
    public int Milliseconds { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() =>
        _stopped.Wait(ParameterSetName == "Seconds"
            ? TimeSpan.FromSeconds(Seconds)
            : TimeSpan.FromMilliseconds(Milliseconds));

    /// <inheritdoc/>
    protected override void StopProcessing() => _stopped.Set();

    /// <inheritdoc/>
    public void Dispose() => _stopped.Dispose();
}
