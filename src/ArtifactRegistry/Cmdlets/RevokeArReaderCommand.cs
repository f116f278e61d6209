using System.Management.Automation;
using ArtifactRegistry.Operations;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Takes the right to pull away again: one role, on one repository or project.</summary>
[Cmdlet(
    VerbsSecurity.Revoke, "ArReader", DefaultParameterSetName = "Repository", SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(Reader))]
public sealed class RevokeArReaderCommand : PolicyCmdlet
{
    private readonly Dictionary<string, (PolicyResource Resource, List<string> Members)> _work = [];
    private PolicyResource? _named;

    /// <summary>The repository. Rows of Get-ArReader bring their own.</summary>
    [Parameter(Position = 0, ParameterSetName = "Repository")]
    [ImageArgument(AllowRepositoryObject = true)]
    [ValidateCount(1, 1)]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public ImageName[] Repository { get; set; } = [];

    /// <summary>Title or expression of the condition under which the role was granted; by default the grant without one.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Condition { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _named = Named(Repository, Project);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (MemberReference each in Member)
        {
            try
            {
                string member = MemberName.ParseExisting(each.Text);
                if (Objection(each, member) is string objection) Refuse(each.Text, objection);
                else Collect(_named ?? PolicyResource.Of(Client, ImageName.Parse(each.Resource!)), member);
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
        foreach ((PolicyResource resource, List<string> members) in _work.Values)
        {
            PolicyOutcome? outcome = Change(resource, new PolicyEdit.Revoke(Role, Condition), members);
            if (outcome is not { Agreed: true }) continue;
            foreach (Reader left in outcome.Remaining)
                WriteWarning($"{left.Member} can still pull: it holds {left.Role} on {left.Resource}"
                    + $"{(left.Condition is null ? "" : $" under the condition '{left.ConditionTitle ?? left.Condition}'")}.");
        }

        Drain();
    }

    private void Collect(PolicyResource resource, string member)
    {
        if (!_work.TryGetValue(resource.Name, out (PolicyResource Resource, List<string> Members) work))
            _work.Add(resource.Name, work = (resource, []));
        if (!work.Members.Contains(member, MemberName.Comparer)) work.Members.Add(member);
    }

    /// <summary>Why a row is not what would be taken away; null if it is.</summary>
    private string? Objection(MemberReference row, string member)
    {
        const string Projects = "projects/";
        string? place = row.Resource;
        if (place is null && _named is null)
            return $"'{member}' was given without the place where it holds the role: use Revoke-ArReader REPOSITORY -Member "
                + "MEMBER, or pipe the rows of Get-ArReader.";
        if (place is not null && place != _named?.Name)
        {
            if (place.StartsWith(Projects, StringComparison.Ordinal))
                return $"'{member}' holds {row.Role ?? Role} on {place}, which counts for every repository there. "
                    + $"To take it away there: Revoke-ArReader -Project {place[Projects.Length..]} -Member {member}";
            if (_named is not null) return $"'{member}' comes with a grant on {place}, and this is about {_named}.";
        }

        if (row.Role is not null && row.Role != Role)
            return $"'{member}' holds {row.Role} on {place}, and this takes away {Role} alone. "
                + $"Use -Role {row.Role} if you mean that.";
        if (row.Conditions.Count > 0 && (Condition is null || !row.Conditions.Contains(Condition)))
            return $"'{member}' holds {row.Role} on {place} under a condition. "
                + $"Use -Condition '{row.Conditions[0]}' to take that away.";
        return null;
    }
}
