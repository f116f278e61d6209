using System.Management.Automation;
using ArtifactRegistry.Auth;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Gets a user name and password for docker, skopeo or helm from the credentials of this session.</summary>
[Cmdlet(VerbsCommon.Get, "ArRegistryCredential")]
[OutputType(typeof(PSCredential))]
public sealed class GetArRegistryCredentialCommand : RegistryCmdlet
{
    // https://cloud.google.com/artifact-registry/docs/docker/authentication#token
    private const string UserName = "oauth2accesstoken";

    /// <summary>
    /// Specifies hosts such as us-docker.pkg.dev, or names of repositories or images, of which only the host is used.
    /// </summary>
    [Parameter(
        Mandatory = true, Position = 0, ValueFromPipeline = true,
        HelpMessage = "The host of a registry or a full name, such as us-docker.pkg.dev.")]
    [RegistryArgument]
    [ValidateNotNullOrEmpty]
    public new string[] Registry { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string text in Registry)
        {
            try
            {
                string host = Session.RegistryHost(text);
                if (
                    Wait(text, () => Session.GetTokenAsync(line => Note(() => WriteVerbose(line)), StopToken))
                    is AccessToken token
                )
                    WriteObject(Credential(host, token));
            }
            catch (Exception e) when (e is RegistryException or ImageNameException)
            {
                WriteError(ErrorRecords.For(e, text));
            }
        }
    }

    private static PSObject Credential(string host, AccessToken token)
    {
        PSObject credential = new(new PSCredential(UserName, SecureTextArgumentAttribute.Hide(token.Value!)));
        credential.TypeNames.Insert(0, "ArtifactRegistry.RegistryCredential");
        credential.Properties.Add(new PSNoteProperty("Registry", host));
        credential.Properties.Add(new PSNoteProperty("ExpiresAt", token.ExpiresAt?.LocalDateTime));
        return credential;
    }
}
