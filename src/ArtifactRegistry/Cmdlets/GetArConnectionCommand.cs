using System.Management.Automation;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Shows whom the cmdlets of this session speak to. Sends nothing, and never shows the secret.</summary>
[Cmdlet(VerbsCommon.Get, "ArConnection")]
[OutputType(typeof(Connection))]
public sealed class GetArConnectionCommand : PSCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            WriteObject(Session.Current.Describe());
        }
        catch (RegistryException e)
        {
            ThrowTerminatingError(ErrorRecords.For(e, this));
        }
    }
}
