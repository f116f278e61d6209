using System.Management.Automation;
using System.Security;
using ArtifactRegistry.Auth;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Says whom the other cmdlets speak to, and with which credentials. Sends nothing.</summary>
[Cmdlet(VerbsCommunications.Connect, "ArRegistry", DefaultParameterSetName = Environment)]
[OutputType(typeof(Connection))]
public sealed class ConnectArRegistryCommand : PSCmdlet
{
    private const string Environment = "Environment";
    private const string Token = "AccessToken";
    private const string File = "CredentialFile";
    private const string Gcloud = "Gcloud";

    /// <summary>An OAuth access token, as SecureString or text. It is used as it is, and cannot be renewed.</summary>
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = Token)]
    [SecureTextArgument]
    [ValidateNotNull]
    public SecureString? AccessToken { get; set; }

    /// <summary>A credential file of Google Cloud: a service account's key, or one for workload identity federation.</summary>
    [Parameter(Mandatory = true, ParameterSetName = File)]
    [ValidateNotNullOrEmpty]
    public string? CredentialFile { get; set; }

    /// <summary>Use the account that gcloud is signed in with.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Gcloud)]
    public SwitchParameter UseGcloud { get; set; }

    /// <summary>The e-mail address of a service account to act as.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ImpersonateServiceAccount { get; set; }

    /// <summary>The service accounts in between, in order; each may impersonate the next.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Delegate { get; set; } = [];

    /// <summary>The project whose quota requests count against.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? QuotaProject { get; set; }

    /// <summary>The address of Artifact Registry, for a regional endpoint or an emulator.</summary>
    [Parameter]
    [ValidateNotNull]
    public Uri? Endpoint { get; set; }

    /// <summary>The domain of Google's services in a sovereign cloud; googleapis.com by default.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? UniverseDomain { get; set; }

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
        try
        {
            if (Delegate.Length > 0 && ImpersonateServiceAccount is null)
                throw new RegistryException(
                    RegistryErrorKind.InvalidArgument, "-Delegate is the way to an account: name that with -ImpersonateServiceAccount.");
            var next = new Session
            {
                Connected = true,
                Credentials = new CredentialSettings
                {
                    AccessToken = AccessToken is null ? null : SecureTextArgumentAttribute.Reveal(AccessToken),
                    CredentialFile = CredentialFile is null ? null : FilePath.Of(this, CredentialFile),
                    UseGcloud = UseGcloud,
                    ImpersonateServiceAccount = ImpersonateServiceAccount,
                    Delegates = Delegate,
                    QuotaProject = QuotaProject,
                },
                Endpoint = Endpoint,
                UniverseDomain = UniverseDomain,
                Project = Project,
                RequestTimeout = TimeoutSec is int seconds ? TimeSpan.FromSeconds(seconds) : null,
                OperationTimeout = OperationTimeoutSec is int longest ? TimeSpan.FromSeconds(longest) : null,
            };
            // Described first: what cannot be used leaves the session as it was.
            Connection connection = next.Describe();
            Session.Current.CopyFrom(next);
            WriteObject(connection);
        }
        catch (RegistryException e)
        {
            ThrowTerminatingError(ErrorRecords.For(e, (object?)CredentialFile ?? Endpoint ?? (object)this));
        }
    }
}
