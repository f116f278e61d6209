using System.Management.Automation;

namespace ArtifactRegistry.Cmdlets;

/// <summary>
/// Gets the address and credentials that the cmdlets of this session use. Sends no request, and never shows the secret.
/// </summary>
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
