using System.Management.Automation;
using ArtifactRegistry.Operations;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Lets members pull from a repository, or from all repositories of a project.</summary>
[Cmdlet(
    VerbsSecurity.Grant, "ArReader", DefaultParameterSetName = "Repository", SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(Reader))]
public sealed class GrantArReaderCommand : PolicyCmdlet
{
    private readonly MembersByResource _work = new();
    private PolicyResource? _named;

    /// <summary>
    /// Specifies the repository. If none is given, rows of Get-ArReader, of Revoke-ArReader or of a CSV name their own.
    /// </summary>
    [Parameter(Position = 0, ParameterSetName = "Repository")]
    [ImageArgument(AllowRepositoryObject = true, SuggestProject = true)]
    [ValidateCount(1, 1)]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public ImageName[] Repository { get; set; } = [];

    /// <summary>Allows the members allUsers and allAuthenticatedUsers, which make the repositories public.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (!ReaderRoles.IsOfArtifactRegistry(RoleName) && !ReaderRoles.IsCustom(RoleName))
            RefuseRole($"'{Role}' is not a role of Artifact Registry, and its holder could do far more than pull.");
        if (ReaderRoles.IsCustom(RoleName))
            WriteWarning($"Whether {RoleName} lets its holder pull is not known: custom roles are not looked up.");
        _named = Named(Repository, Project);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (MemberReference each in Member)
        {
            try
            {
                string member = MemberName.Parse(each.Text);
                if (!IsGrantable(each, member)) continue;
                PolicyResource? place = _named;
                if (place is not null || TryGetPlace(each, member, out place)) _work.Collect(place, member);
            }
            catch (Exception e) when (e is RegistryException or ImageNameException)
            {
                WriteError(ErrorRecords.For(e, each.Text));
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach ((PolicyResource resource, IReadOnlyList<string> members) in _work)
            Change(resource, new PolicyEdit.Grant(RoleName), IsWhatIf ? [.. members.Where(Exists)] : members);
        Drain();
        WriteEffect("the role was granted before");
    }

    /// <summary>Returns false, with an error, for an account that IAM would refuse because it does not exist.</summary>
    private bool Exists(string member)
    {
        AccountStatus? account = Wait(
            member, () => AccountStatus.FindAsync(Accounts, member, null, StopToken, isTyped: true));
        if (account?.Condition is not AccountCondition.Missing) return true;
        WriteError(ErrorRecords.For(new RegistryException(RegistryErrorKind.MemberNotFound, account.Detail), member));
        return false;
    }

    private bool IsGrantable(MemberReference given, string member)
    {
        if (MemberName.IsPublic(member) && !Force)
            throw new RegistryException(
                RegistryErrorKind.InvalidArgument,
                $"this member publishes {(Project is null ? "the repository" : "every repository of the project")}: "
                    + $"{(member == "allUsers" ? "everybody on the internet" : "everybody who has a Google account")} "
                    + $"could pull from it."
            )
            {
                Advice = "Use -Force if you mean that.",
            };
        if (given.Conditions.Count > 0)
        {
            Refuse(
                given.Text,
                $"'{given.Text}' holds its role on {given.Resource} under a condition ({given.Conditions[0]}), and "
                    + $"this would grant it without one.",
                "Give the member as text if you mean that.");
            return false;
        }

        if (MemberName.IsWorkload(member))
            WriteWarning(
                $"{member} is a workload. Images are pulled by the node (kubelet) as the node's service account, so "
                    + "this grant starts no pod: Get-ArNodeServiceAccount finds the accounts that pull."
            );
        if (given.Pool?.ScopesProblem is string problem) WriteWarning(problem);
        return true;
    }
}
