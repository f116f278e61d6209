using System.Management.Automation;
using ArtifactRegistry.Operations;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Revokes access to pull: one role, on one repository or project.</summary>
[Cmdlet(
    VerbsSecurity.Revoke, "ArReader", DefaultParameterSetName = "Repository", SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(Reader))]
public sealed class RevokeArReaderCommand : PolicyCmdlet
{
    private readonly MembersByResource _work = new();
    private PolicyResource? _named;

    /// <summary>Specifies the repository. If none is given, rows of Get-ArReader name their own.</summary>
    [Parameter(Position = 0, ParameterSetName = "Repository")]
    [ImageArgument(AllowRepositoryObject = true, SuggestProject = true)]
    [ValidateCount(1, 1)]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public ImageName[] Repository { get; set; } = [];

    /// <summary>
    /// Specifies the title or expression of the condition of the grant. By default, the grant without a condition is
    /// revoked.
    /// </summary>
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
                PolicyResource? place = _named;
                if (Objection(each, member) is { } objection) Refuse(each.Text, objection.What, objection.Advice);
                else if (place is not null || TryGetPlace(each, member, out place)) _work.Collect(place, member);
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
        {
            PolicyOutcome? outcome = Change(resource, new PolicyEdit.Revoke(RoleName, Condition), members);
            if (outcome is not { Agreed: true }) continue;
            foreach (Reader left in outcome.Remaining)
            {
                string condition = left.Condition is null
                    ? ""
                    : $" under the condition '{left.ConditionTitle ?? left.Condition}'";
                WriteWarning(
                    $"{left.Member} can still pull: it holds {left.Role} on {left.Resource}{condition}. To revoke that: "
                        + ReaderCommands.Revoke(left));
            }
        }

        Drain();
        WriteEffect("there was no such grant");
    }

    /// <summary>
    /// Gets the reason why the grant in a row is not the one that would be revoked, and what would revoke it; null if it
    /// is.
    /// </summary>
    private (string What, string Advice)? Objection(MemberReference row, string member)
    {
        string? place = row.Resource;
        if (place is not null && _named is not null && place != _named.Name)
            return (
                $"'{member}' comes with a grant on {place}, and this is about {_named}.",
                "Pipe the rows alone: each names its own repository.");
        if (row.Role is not null && _named is not null && FullRole(row.Role) != RoleName)
            return (
                $"'{member}' holds {row.Role} on {place}, and this takes away {RoleName} alone.",
                $"Use -Role {row.Role} if you mean that.");
        if (row.Conditions.Count > 0 && (Condition is null || !row.Conditions.Contains(Condition)))
            return (
                $"'{member}' holds {row.Role} on {place} under a condition.",
                $"Use -Condition '{row.Conditions[0]}' to take that away.");
        return null;
    }
}
