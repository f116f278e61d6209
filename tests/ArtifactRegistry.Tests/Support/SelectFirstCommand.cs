using System.Management.Automation;
using System.Reflection;

namespace ArtifactRegistry.Tests.Support;

/// <summary>
/// Ends the pipeline as Select-Object -First does, which is not part of the bare engine: with the engine's own exception,
/// so that upstream cmdlets see neither StopProcessing nor EndProcessing.
/// </summary>
[Cmdlet(VerbsCommon.Select, "First")]
public sealed class SelectFirstCommand : PSCmdlet
{
    private static readonly ConstructorInfo StopUpstream = typeof(PSCmdlet).Assembly
        .GetType("System.Management.Automation.StopUpstreamCommandsException", throwOnError: true)!
        .GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)[0];

    private int _seen;

    [Parameter(Position = 0)]
    public int Count { get; set; } = 1;

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    protected override void ProcessRecord()
    {
        WriteObject(InputObject);
        if (++_seen == Count) throw (Exception)StopUpstream.Invoke([this]);
    }
}
