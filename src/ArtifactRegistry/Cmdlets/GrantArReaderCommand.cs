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
    private readonly List<string> _members = [];
    private PolicyResource _resource = null!;

    /// <summary>The repository.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Repository")]
    [ImageArgument(AllowRepositoryObject = true)]
    [ValidateCount(1, 1)]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public ImageName[] Repository { get; set; } = [];

    /// <summary>Allows allUsers and allAuthenticatedUsers, which publish what they are granted.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _resource = Named(Repository, Project)!;
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (MemberReference each in Member)
        {
            try
            {
                string member = MemberName.Parse(each.Text);
                if (IsGrantable(each, member) && !_members.Contains(member, MemberName.Comparer))
                    _members.Add(member);
            }
            catch (RegistryException e)
            {
                WriteError(ErrorRecords.For(e, each.Text));
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        // All members from the pipeline become one write of the policy.
        if (_members.Count > 0) Change(_resource, new PolicyEdit.Grant(Role), _members);
        Drain();
    }

    private bool IsGrantable(MemberReference given, string member)
    {
        if (MemberName.IsPublic(member) && !Force)
            throw new RegistryException(
                RegistryErrorKind.InvalidArgument,
                $"this member publishes {(Project is null ? "the repository" : "every repository of the project")}: "
                + $"{(member == "allUsers" ? "everybody on the internet" : "everybody who has a Google account")} could pull "
                + "from it.")
            {
                Advice = "Use -Force if you mean that.",
            };
        if (given.Conditions.Count > 0)
        {
            Refuse(
                given.Text,
                $"'{given.Text}' holds its role on {given.Resource} under a condition ({given.Conditions[0]}), and this would "
                + "grant it without one. Give the member as text if you mean that.");
            return false;
        }

        if (MemberName.IsWorkload(member))
            WriteWarning($"{member} is a workload. Images are pulled by the node (kubelet) as the node's service account, so "
                + "this grant starts no pod: Get-ArNodeServiceAccount finds the accounts that pull.");
        if (given.ScopesTooNarrow is not null) WriteWarning(given.ScopesTooNarrow);
        return true;
    }
}
