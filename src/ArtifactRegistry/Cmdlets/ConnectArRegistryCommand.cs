using System.Management.Automation;
using System.Security;
using ArtifactRegistry.Auth;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Sets the address and credentials that the other cmdlets of this session use. Sends no request.</summary>
[Cmdlet(VerbsCommunications.Connect, "ArRegistry", DefaultParameterSetName = Environment)]
[OutputType(typeof(Connection))]
public sealed class ConnectArRegistryCommand : PSCmdlet
{
    private const string Environment = "Environment";
    private const string Token = "AccessToken";
    private const string File = "CredentialFile";
    private const string Gcloud = "Gcloud";
    private const string Nobody = "Anonymous";
    private const string Same = "Connection";

    /// <summary>
    /// Specifies an OAuth access token, as a SecureString or text. It is used as is, and cannot be renewed.
    /// </summary>
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = Token)]
    [SecureTextArgument]
    [ValidateNotNull]
    public SecureString? AccessToken { get; set; }

    /// <summary>
    /// A credential file of Google Cloud: a service account's key, or one for workload identity federation.
    /// </summary>
    [Parameter(
        Mandatory = true,
        ParameterSetName = File,
        HelpMessage = "The path of a credential file, such as key.json."
    )]
    [ValidateNotNullOrEmpty]
    public string? CredentialFile { get; set; }

    /// <summary>Uses the account that gcloud is signed in with.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Gcloud)]
    public SwitchParameter UseGcloud { get; set; }

    /// <summary>Sends requests without credentials, to read a public repository.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Nobody)]
    public SwitchParameter Anonymous { get; set; }

    /// <summary>
    /// Specifies the output of Get-ArConnection in another runspace of this process, to use the same address,
    /// credentials and defaults in ForEach-Object -Parallel and Start-ThreadJob.
    /// </summary>
    [Parameter(
        Mandatory = true, ValueFromPipeline = true, ParameterSetName = Same,
        HelpMessage = "What Get-ArConnection emits in another runspace, such as $using:connection.")]
    [ValidateNotNull]
    [ConnectionArgument]
    public Connection? Connection { get; set; }

    /// <summary>The e-mail address of a service account to act as.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ImpersonateServiceAccount { get; set; }

    /// <summary>
    /// Specifies intermediate service accounts, in order; each one must be allowed to impersonate the next.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Delegate { get; set; } = [];

    /// <summary>Specifies the project whose quota is charged for requests.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? QuotaProject { get; set; }

    /// <summary>The address of Artifact Registry, for a regional endpoint or an emulator.</summary>
    [Parameter]
    [AddressArgument]
    [ValidateNotNull]
    public Uri? Endpoint { get; set; }

    /// <summary>The domain of Google's services in a sovereign cloud; googleapis.com by default.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? UniverseDomain { get; set; }

    /// <summary>Specifies the default project for cmdlets.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ProjectCompleter))]
    public string? Project { get; set; }

    /// <summary>Specifies the time limit of one request, in seconds. The default is 60.</summary>
    [Parameter]
    [ValidateRange(1, 3600)]
    public int? TimeoutSec { get; set; }

    /// <summary>
    /// Specifies how long, in seconds, to wait for a deletion to finish after the service has accepted it. The default
    /// is 1800.
    /// </summary>
    [Parameter]
    [ValidateRange(1, 86_400)]
    public int? OperationTimeoutSec { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() => DebugSwitch.PreventQuestions(this);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Connection is not null)
        {
            Session.Current.CopyFrom(Connection.Session);
            if (Project is not null) Session.Current.Project = Project;
            WriteObject(Session.Current.Describe());
            return;
        }

        string? file = null;
        try
        {
            if (Delegate.Length > 0 && ImpersonateServiceAccount is null)
                throw new RegistryException(
                    RegistryErrorKind.InvalidArgument,
                    "-Delegate is the way to an account: name that with -ImpersonateServiceAccount."
                );
            if (Anonymous && ImpersonateServiceAccount is not null)
                throw new RegistryException(
                    RegistryErrorKind.InvalidArgument,
                    "-Anonymous sends no credentials, so it cannot act as an account."
                );
            if (CredentialFile is not null)
                file = FilePath.Of(
                    this,
                    CredentialPath.Parse(CredentialFile, "-CredentialFile", System.Environment.GetEnvironmentVariable)
                );
            Session next = new()
            {
                IsConfigured = true,
                Credentials = new CredentialSettings
                {
                    AccessToken = AccessToken is null ? null : SecureTextArgumentAttribute.Reveal(AccessToken),
                    CredentialFile = file,
                    Anonymous = Anonymous,
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
            if (next.Credentials.AccessToken is string token && Auth.AccessToken.HasScheme(token))
                WriteWarning("-AccessToken begins with Bearer, which is not part of the token and was left out.");
            // Describe it first, so that unusable settings leave the session as it was.
            Connection connection = next.Describe();
            Session.Current.CopyFrom(next);
            WriteObject(connection);
        }
        catch (RegistryException e)
        {
            // The text may be a secret, and $Error keeps the bound parameters and the cmdlet itself.
            if (CredentialFile is not null && file is null)
                MyInvocation.BoundParameters[nameof(CredentialFile)] = CredentialFile = "(hidden)";
            ThrowTerminatingError(ErrorRecords.For(e, (object?)file ?? Endpoint ?? (object)this));
        }
    }
}
