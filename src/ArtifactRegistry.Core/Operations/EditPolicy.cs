using System.Globalization;
using System.Text.Json.Nodes;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Operations;

/// <summary>Changes who holds a role on a resource, and nothing else of its policy.</summary>
/// <remarks>
/// Reads the policy as version 3, asks for confirmation, and writes it with the etag that was read. If somebody else
/// wrote it in the meantime, or the response was lost, everything is read again. Nothing is written if nothing changes.
/// If the service refuses one member, the others are still changed.
/// See https://cloud.google.com/iam/docs/allow-policies and https://cloud.google.com/iam/quotas.
/// </remarks>
internal sealed class EditPolicy
{
    private const int MaxMembers = 1_500;
    private const int MaxGroups = 250;

    // Many writers take turns, and each write takes the service about a second, so this lasts for several minutes.
    private static readonly Retry Writes = new(40, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(8));
    private const int MaxAttemptsForNewMembers = 12;

    private readonly PolicyResource _resource;
    private readonly PolicyEdit _edit;
    private readonly Func<string, string, Task<bool>> _confirm;
    private readonly List<RefusedMember> _refused = [];

    // The differences found by the first read are what this command changes, even if a write arrived whose response was
    // lost and the next read finds the change already made.
    private IReadOnlyList<string>? _changedAtFirst;
    private bool _agreed = true;
    private IReadOnlyList<Reader> _remaining = [];
    private PolicyErrors _errors;

    private EditPolicy(PolicyResource resource, PolicyEdit edit, Func<string, string, Task<bool>> confirm) =>
        (_resource, _edit, _confirm, _errors) = (
            resource,
            edit,
            confirm,
            new PolicyErrors(resource.Name, edit.Role, [])
        );

    /// <summary>Makes the change for all members in one write.</summary>
    /// <param name="resource">The resource whose policy is changed.</param>
    /// <param name="edit">The change.</param>
    /// <param name="members">Members as <see cref="MemberName"/> returns them.</param>
    /// <param name="confirm">Asks whether to go on: target, then action.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    public static async Task<PolicyOutcome> EditAsync(
        PolicyResource resource,
        PolicyEdit edit,
        IReadOnlyList<string> members,
        Func<string, string, Task<bool>> confirm,
        CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(edit);
        ArgumentNullException.ThrowIfNull(confirm);
        EditPolicy work = new(resource, edit, confirm);
        await work.WriteInPartsAsync(members, stop);
        return work.Outcome(members);
    }

    /// <summary>Writes all members at once, and in ever smaller parts if the service refuses some of them.</summary>
    private async Task WriteInPartsAsync(IReadOnlyList<string> members, CancellationToken stop)
    {
        bool wroteSome = false;
        Stack<IReadOnlyList<string>> parts = new([members]);
        while (_agreed && parts.TryPop(out IReadOnlyList<string>? part))
        {
            try
            {
                await WriteAsync(part, stop);
                wroteSome = true;
            }
            catch (RegistryException e) when (IsAboutMembers(e, part))
            {
                // Members that were in the policy already are not the ones that are refused.
                IReadOnlyList<string> suspects = [.. part.Where(_changedAtFirst!.Contains)];
                if (suspects.FirstOrDefault(member => PolicyErrors.Names(e.Message, member)) is string named)
                {
                    _refused.Add(new RefusedMember(named, _errors.WithAdviceOn(named, e)));
                    if (suspects.Count > 1) parts.Push([.. suspects.Where(member => member != named)]);
                }
                else if (suspects.Count == 1)
                {
                    _refused.Add(new RefusedMember(suspects[0], _errors.WithAdviceOn(suspects[0], e)));
                }
                else
                {
                    parts.Push([.. suspects.Skip(suspects.Count / 2)]);
                    parts.Push([.. suspects.Take(suspects.Count / 2)]);
                }
            }
            catch (RegistryException e) when (wroteSome || _refused.Count > 0)
            {
                // Report the members that were written nevertheless.
                _refused.AddRange(part.Where(_changedAtFirst!.Contains).Select(member => new RefusedMember(member, e)));
            }
        }
    }

    // This includes a member of the wrong kind, which IAM names: "Principal user:x is of type "serviceAccount"."
    private bool IsAboutMembers(RegistryException e, IReadOnlyList<string> part) =>
        e.Kind is RegistryErrorKind.MemberNotFound or RegistryErrorKind.MemberNotAllowed
        || (e.Kind is RegistryErrorKind.InvalidArgument && _changedAtFirst is not null
            && part.Any(member => _changedAtFirst.Contains(member) && PolicyErrors.Names(e.Message, member)));

    private Task<bool> WriteAsync(IReadOnlyList<string> members, CancellationToken stop) =>
        Writes.RunAsync((number, token) => ReadAndWriteAsync(members, number, token), stop);

    // An error thrown while reading has been retried enough; for an error that is returned, the policy is read and
    // written again.
    private async Task<Attempt<bool>> ReadAndWriteAsync(
        IReadOnlyList<string> members,
        int number,
        CancellationToken stop
    )
    {
        JsonObject policy = await _resource.ReadAsync(stop);
        _errors = new PolicyErrors(_resource.Name, _edit.Role, [.. Policies.AllMembers(policy)]);
        IReadOnlyList<string> changed = _edit.Apply(policy, members);
        if (changed.Count > 0) RequireRoom(policy);
        if (_changedAtFirst is null && changed.Count > 0)
            _agreed = await _confirm(_resource.Name, _edit.Describe(changed));
        _changedAtFirst ??= changed;
        _remaining = [.. Policies.Read(policy, _resource.Name, ReaderRoles.LetsPull)];
        if (!_agreed || changed.Count == 0) return new Attempt<bool>(false);

        try
        {
            await _resource.WriteAsync(policy, stop);
            return new Attempt<bool>(true);
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.Aborted || e.OutcomeUnknown)
        {
            return new Attempt<bool>(e);
        }
        catch (RegistryException e) when (_errors.Translate(e, _changedAtFirst) is RegistryException refusal)
        {
            bool mayComeLater = refusal.Kind is RegistryErrorKind.MemberNotFound && number < MaxAttemptsForNewMembers
                && _edit is PolicyEdit.Grant { MembersAreNew: true };
            return mayComeLater ? new Attempt<bool>(refusal) : throw refusal;
        }
    }

    private void RequireRoom(JsonObject policy)
    {
        if (_edit is not PolicyEdit.Grant) return;
        int members = Policies.CountMembers(policy), groups = Policies.CountGroups(policy);
        if (members > MaxMembers)
            throw new RegistryException(RegistryErrorKind.PolicyFull, string.Create(
                CultureInfo.InvariantCulture,
                $"the policy would have {members:N0} members, and IAM allows {MaxMembers:N0}. Nothing was written."));
        if (groups > MaxGroups)
            throw new RegistryException(RegistryErrorKind.PolicyFull, string.Create(
                CultureInfo.InvariantCulture,
                $"the policy would have {groups:N0} groups, and IAM allows {MaxGroups:N0}. Nothing was written."));
    }

    private PolicyOutcome Outcome(IReadOnlyList<string> members)
    {
        if (!_agreed) return new PolicyOutcome([], []) { Agreed = false };
        HashSet<string> refused = [.. _refused.Select(each => each.Member)];
        return new PolicyOutcome(
            [
                .. members.Where(member => !refused.Contains(member))
                    .Select(member => new Reader(_resource.Name, member, _edit.Role, _edit.Condition)
                    {
                        Changed = _changedAtFirst!.Contains(member, MemberName.Comparer),
                    }),
            ],
            _refused)
        {
            Remaining = [.. _remaining.Where(reader => members.Contains(reader.Member, MemberName.Comparer))],
        };
    }
}
