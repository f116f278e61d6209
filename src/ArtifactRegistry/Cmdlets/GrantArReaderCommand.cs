using System.Management.Automation;
using ArtifactRegistry.Operations;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Lets members pull from a repository: roles/artifactregistry.reader.</summary>
[Cmdlet(VerbsSecurity.Grant, "ArReader", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(Reader))]
public sealed class GrantArReaderCommand : ChangeCmdlet
{
    private readonly List<string> _members = [];

    /// <summary>The repository.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ImageArgument(AllowRepositoryObject = true)]
    [ValidateCount(1, 1)]
    public ImageName[] Repository { get; set; } = [];

    /// <summary>Service accounts by e-mail, or members as IAM writes them.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string[] Member { get; set; } = [];

    /// <summary>Allows allUsers and allAuthenticatedUsers, which publish the repository.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (Repository is [{ IsRepository: false } image])
            ThrowTerminatingError(ErrorRecords.For(
                new RegistryException(
                    RegistryErrorKind.NameNotSpecific,
                    $"'{image}' is an image, and access is granted on a repository: use {image.ToRepository()}"),
                image));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string text in Member)
        {
            try
            {
                string member = MemberName.Parse(text);
                if (MemberName.IsPublic(member) && !Force)
                    throw new RegistryException(
                        RegistryErrorKind.InvalidArgument,
                        "this member publishes the repository: everybody on the internet could pull from it. Use -Force if you mean that.");
                if (!_members.Contains(member, StringComparer.OrdinalIgnoreCase)) _members.Add(member);
            }
            catch (RegistryException e)
            {
                WriteError(ErrorRecords.For(e, text));
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        // All members from the pipeline become one write of the policy.
        if (_members.Count > 0)
            WriteObject(
                Wait(Repository[0], () => GrantReader.RunAsync(Client, Repository[0], _members, ConfirmAsync, StopToken)) ?? [],
                enumerateCollection: true);
        Drain();
    }
}
