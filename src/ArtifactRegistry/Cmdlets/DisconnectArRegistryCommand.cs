using System.Management.Automation;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Removes the settings that Connect-ArRegistry made in this session.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "ArRegistry")]
[OutputType(typeof(void))]
public sealed class DisconnectArRegistryCommand : PSCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord() => Session.Current.CopyFrom(new Session());
}
