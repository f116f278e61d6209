using System.Management.Automation;
using ArtifactRegistry.Operations;

namespace ArtifactRegistry;

/// <summary>A cmdlet that changes who holds a role on a repository or on a project.</summary>
public abstract class PolicyCmdlet : ChangeCmdlet
{
    /// <summary>The project on which the role is granted, for all its repositories. Never taken from the pipeline.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Project")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ProjectCompleter))]
    public string? Project { get; set; }

    /// <summary>Service accounts by e-mail, members as IAM writes them, or objects that have a Member.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true)]
    [MemberArgument]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(MemberCompleter))]
    public MemberReference[] Member { get; set; } = [];

    /// <summary>The role; the least that is needed to pull is the default. Never taken from the pipeline.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RoleCompleter))]
    public string Role { get; set; } = ReaderRoles.Reader;

    /// <summary>The resource that was named; null if none was.</summary>
    private protected PolicyResource? Named(ImageName[] repository, string? project)
    {
        if (project is not null) return PolicyResource.Of(Projects, CheckedProject(project));
        return repository is [ImageName name] ? PolicyResource.Of(Client, RequireRepository(name)) : null;
    }

    /// <summary>An image where a repository is meant ends the command.</summary>
    private protected ImageName RequireRepository(ImageName name)
    {
        if (!name.IsRepository)
            ThrowTerminatingError(ErrorRecords.For(
                new RegistryException(
                    RegistryErrorKind.NameNotSpecific,
                    $"'{name}' is an image, and access is granted on a repository.")
                {
                    Advice = $"Use {name.ToRepository()}",
                },
                name));
        return name;
    }

    /// <summary>All members become one write; what is refused is an error of its own.</summary>
    private protected PolicyOutcome? Change(PolicyResource resource, PolicyEdit edit, IReadOnlyList<string> members)
    {
        PolicyOutcome? outcome =
            Wait(resource, () => EditPolicy.RunAsync(resource, edit, members, ConfirmAsync, StopToken));
        if (outcome is null) return null;
        foreach (Reader reader in outcome.Readers) WriteObject(Shown(reader, "Changed"));
        foreach (RefusedMember refused in outcome.Refused) WriteError(ErrorRecords.For(refused.Error, refused.Member));
        return outcome;
    }

    /// <summary>A member that cannot be worked on, for a reason that the message tells whole.</summary>
    private protected void Refuse(string member, string message) =>
        WriteError(ErrorRecords.For(new RegistryException(RegistryErrorKind.NameNotSpecific, message), member));
}
