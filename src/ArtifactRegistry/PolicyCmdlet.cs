using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using ArtifactRegistry.Operations;

namespace ArtifactRegistry;

/// <summary>A cmdlet that changes which members have a role on a repository or on a project.</summary>
public abstract class PolicyCmdlet : ChangeCmdlet
{
    private bool _isChanged;
    private bool _isUnchanged;

    /// <summary>
    /// Specifies a project instead of a repository; the role then applies to all its repositories. Never taken from the
    /// pipeline.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = "Project", HelpMessage = "The project's id, such as my-project.")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ProjectCompleter))]
    public string? Project { get; set; }

    /// <summary>
    /// Specifies service accounts by e-mail, members as IAM writes them, or objects that have a Member.
    /// </summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, HelpMessage = PromptHelp.Member)]
    [MemberArgument]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(MemberCompleter))]
    public MemberReference[] Member { get; set; } = [];

    /// <summary>
    /// Specifies the role, with or without roles/ in front. The default is the role with the least access that is
    /// needed to pull. Never taken from the pipeline.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RoleCompleter))]
    public string Role { get; set; } = ReaderRoles.Reader;

    /// <summary>The role as IAM writes it; tables omit the prefix.</summary>
    private protected string RoleName => FullRole(Role);

    private protected static string FullRole(string role) =>
        !role.Contains('/', StringComparison.Ordinal)
        && (role.Contains('.', StringComparison.Ordinal) || role is "viewer" or "editor" or "owner")
            ? "roles/" + role
            : role;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        // The service would refuse it, too, but not under -WhatIf.
        if (!ReaderRoles.IsRole(RoleName))
            RefuseRole($"'{Role}' is not a role, which is written roles/SERVICE.NAME or projects/PROJECT/roles/NAME.");
    }

    /// <summary>Gets the resource that was specified; null if none was.</summary>
    private protected PolicyResource? Named(ImageName[] repository, string? project)
    {
        if (project is not null) return PolicyResource.Of(Projects, CheckedProject(project));
        return repository is [ImageName name] ? PolicyResource.Of(Client, RequireRepository(name)) : null;
    }

    /// <summary>
    /// Gets the repository of a row. A grant on a project is rejected, because it applies to every repository there.
    /// </summary>
    /// <param name="row">The row.</param>
    /// <param name="member">The member as IAM writes it.</param>
    /// <param name="resource">The repository.</param>
    private protected bool TryGetPlace(
        MemberReference row,
        string member,
        [NotNullWhen(true)] out PolicyResource? resource
    )
    {
        const string Projects = "projects/";
        resource = null;
        string cmdlet = MyInvocation.MyCommand.Name;
        if (row.Resource is not string place)
            Refuse(
                row.Text,
                $"'{member}' was given without a place.",
                $"Use {cmdlet} REPOSITORY -Member MEMBER, or pipe rows with a Resource or Repository, such as those of "
                    + $"Get-ArReader."
            );
        else if (place.StartsWith(Projects, StringComparison.Ordinal))
            Refuse(
                row.Text,
                $"'{member}' comes with {row.Role ?? RoleName} on {place}, which counts for every repository there.",
                $"If you mean that: {cmdlet} -Project {place[Projects.Length..]} -Member {member}"
            );
        else if (row.Role is string role && FullRole(role) != RoleName)
            Refuse(
                row.Text,
                $"'{member}' comes with {role} on {place}, and this is about {RoleName} alone.",
                $"Use -Role {role} if you mean that."
            );
        else if (ImageName.Parse(place) is { IsRepository: false } image)
            Refuse(
                row.Text,
                $"'{member}' comes with '{image}', which is an image, and access is granted on a repository.",
                $"Use {image.ToRepository()}"
            );
        else
            resource = PolicyResource.Of(Client, ImageName.Parse(place));
        return resource is not null;
    }

    /// <summary>Returns the name if it is a repository; otherwise ends the command with an error.</summary>
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

    /// <summary>Changes all members with one write; each member that is refused becomes an error of its own.</summary>
    private protected PolicyOutcome? Change(PolicyResource resource, PolicyEdit edit, IReadOnlyList<string> members)
    {
        PolicyOutcome? outcome =
            Wait(resource, () => EditPolicy.EditAsync(resource, edit, members, ConfirmAsync, StopToken));
        if (outcome is null) return null;
        foreach (Reader reader in outcome.Readers) WriteObject(Shown(reader, "Changed"));
        _isChanged |= outcome.Readers.Any(reader => reader.Changed is true);
        _isUnchanged |= outcome.Agreed && outcome.Readers.Any(reader => reader.Changed is false);
        foreach (RefusedMember refused in outcome.Refused)
        {
            RegistryException error = refused.Error;
            if (error.Kind is RegistryErrorKind.MemberNotFound && Meant(refused.Member) is string near)
                error = error.WithMessage(error.Message, $"Did you mean {near}?");
            WriteError(ErrorRecords.For(error, refused.Member));
        }

        return outcome;
    }

    private string? Meant(string member) =>
        Wait(member, async () => await AccountStatus.FindNearestAsync(Accounts, member, StopToken) ?? "")
            is { Length: > 0 } near ? near : null;

    /// <summary>
    /// Ends the command with a line that says when its changes take effect, or that there was nothing to change.
    /// </summary>
    /// <param name="unchanged">Why there was nothing to change.</param>
    private protected void WriteEffect(string unchanged)
    {
        if (_isChanged) ScreenOutput.WriteLastWord(this, ExplainReader.Delay);
        else if (_isUnchanged) WriteUnchanged(unchanged);
    }

    /// <summary>Writes the error for a member that is rejected.</summary>
    private protected void Refuse(string member, string message, string advice) =>
        WriteError(ErrorRecords.For(
            new RegistryException(RegistryErrorKind.NameNotSpecific, message) { Advice = advice }, member));

    /// <summary>Ends the command with an error about -Role.</summary>
    private protected void RefuseRole(string message) =>
        ThrowTerminatingError(ErrorRecords.For(new RegistryException(RegistryErrorKind.RoleNotFound, message), Role));
}
