using System.Management.Automation;
using System.Security;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Says whom the other cmdlets speak to, and with which credentials. Sends nothing.</summary>
[Cmdlet(VerbsCommunications.Connect, "ArRegistry")]
[OutputType(typeof(Connection))]
public sealed class ConnectArRegistryCommand : PSCmdlet
{
    /// <summary>An OAuth access token, as SecureString or text.</summary>
    [Parameter(Position = 0)]
    [SecureTextArgument]
    [ValidateNotNull]
    public SecureString? AccessToken { get; set; }

    /// <summary>The address of Artifact Registry, for a regional endpoint or an emulator.</summary>
    [Parameter]
    [ValidateNotNull]
    public Uri? Endpoint { get; set; }

    /// <summary>The project for cmdlets that are given none.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ProjectCompleter))]
    public string? Project { get; set; }

    /// <summary>How many seconds one request may take; 60 by default.</summary>
    [Parameter]
    [ValidateRange(1, 3600)]
    public int? TimeoutSec { get; set; }

    /// <summary>How many seconds a deletion may take to end after the service has taken it on; 1800 by default.</summary>
    [Parameter]
    [ValidateRange(1, 86_400)]
    public int? OperationTimeoutSec { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var next = new Session
        {
            Connected = true,
            AccessToken = AccessToken is null ? null : SecureTextArgumentAttribute.Reveal(AccessToken),
            Endpoint = Endpoint,
            Project = Project,
            RequestTimeout = TimeoutSec is int seconds ? TimeSpan.FromSeconds(seconds) : null,
            OperationTimeout = OperationTimeoutSec is int longest ? TimeSpan.FromSeconds(longest) : null,
        };
        try
        {
            // Described first: an endpoint that cannot be used leaves the session as it was.
            Connection connection = next.Describe();
            Session.Current.CopyFrom(next);
            WriteObject(connection);
        }
        catch (RegistryException e)
        {
            ThrowTerminatingError(ErrorRecords.For(e, Endpoint ?? (object)this));
        }
    }
}
