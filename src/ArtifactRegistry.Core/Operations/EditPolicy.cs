using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Operations;

/// <summary>What became of an edit: a row a member, and the members that the service refused.</summary>
internal sealed record PolicyOutcome(IReadOnlyList<Reader> Readers, IReadOnlyList<RefusedMember> Refused)
{
    /// <summary>What the policy still grants these members that lets them pull.</summary>
    public IReadOnlyList<Reader> Remaining { get; init; } = [];

    /// <summary>False if the answer to the question was no, as it is under -WhatIf.</summary>
    public bool Agreed { get; init; } = true;
}

/// <summary>A member that the service refused, and why.</summary>
internal sealed record RefusedMember(string Member, RegistryException Error);

/// <summary>Changes who holds a role on a resource, and nothing else of its policy.</summary>
/// <remarks>
/// Reads the policy as version 3, asks, and writes it with the etag that was read. If somebody else wrote meanwhile, or
/// the answer was lost, everything is read again. Nothing is written if nothing changes. One member that the service
/// refuses does not cost the others theirs.
/// See https://cloud.google.com/iam/docs/allow-policies and https://cloud.google.com/iam/quotas.
/// </remarks>
internal sealed class EditPolicy
{
    private const int MaxMembers = 1_500;
    private const int MaxGroups = 250;

    // Many writers take turns, and each needs about a second of the service: this lasts for some minutes.
    private static readonly Retry Writes = new(40, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(8));
    private const int MaxAttemptsForNewMembers = 12;

    private readonly PolicyResource _resource;
    private readonly PolicyEdit _edit;
    private readonly Func<string, string, Task<bool>> _confirm;
    private readonly List<RefusedMember> _refused = [];

    // What was different when we first looked is what this command changed, even if a write of ours arrived whose answer
    // was lost and the next reading finds it done.
    private IReadOnlyList<string>? _changedAtFirst;
    private bool _agreed = true;
    private IReadOnlyList<Reader> _remaining = [];
    private IReadOnlyList<(string Role, string Member)> _members = [];

    private EditPolicy(PolicyResource resource, PolicyEdit edit, Func<string, string, Task<bool>> confirm) =>
        (_resource, _edit, _confirm) = (resource, edit, confirm);

    /// <summary>Makes the change for all members in one write.</summary>
    /// <param name="resource">Where.</param>
    /// <param name="edit">What.</param>
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
        var work = new EditPolicy(resource, edit, confirm);
        await work.WriteInPartsAsync(members, stop);
        return work.Outcome(members);
    }

    /// <summary>Writes all members at once, and in ever smaller parts where the service refuses some of them.</summary>
    private async Task WriteInPartsAsync(IReadOnlyList<string> members, CancellationToken stop)
    {
        bool wroteSome = false;
        var parts = new Stack<IReadOnlyList<string>>([members]);
        while (_agreed && parts.TryPop(out IReadOnlyList<string>? part))
        {
            try
            {
                await WriteAsync(part, stop);
                wroteSome = true;
            }
            catch (RegistryException e) when (IsAboutMembers(e, part))
            {
                // Who was there already is not what is refused.
                IReadOnlyList<string> suspects = [.. part.Where(_changedAtFirst!.Contains)];
                if (suspects.FirstOrDefault(member => Names(e.Message, member)) is string named)
                {
                    _refused.Add(new RefusedMember(named, WithAdviceOn(named, e)));
                    if (suspects.Count > 1) parts.Push([.. suspects.Where(member => member != named)]);
                }
                else if (suspects.Count == 1)
                {
                    _refused.Add(new RefusedMember(suspects[0], WithAdviceOn(suspects[0], e)));
                }
                else
                {
                    parts.Push([.. suspects.Skip(suspects.Count / 2)]);
                    parts.Push([.. suspects.Take(suspects.Count / 2)]);
                }
            }
            catch (RegistryException e) when (wroteSome || _refused.Count > 0)
            {
                // What was written is reported all the same.
                _refused.AddRange(part.Where(_changedAtFirst!.Contains).Select(member => new RefusedMember(member, e)));
            }
        }
    }

    // Also a member of the wrong kind, which IAM names: "Principal user:x is of type "serviceAccount"."
    private bool IsAboutMembers(RegistryException e, IReadOnlyList<string> part) =>
        e.Kind is RegistryErrorKind.MemberNotFound or RegistryErrorKind.MemberNotAllowed
        || (e.Kind is RegistryErrorKind.InvalidArgument && _changedAtFirst is not null
            && part.Any(member => _changedAtFirst.Contains(member) && Names(e.Message, member)));

    /// <summary>A grant of a deleted account of this name is in the way, or of no use to a new account.</summary>
    private RegistryException WithAdviceOn(string member, RegistryException e)
    {
        (string role, string? dead) = _members.FirstOrDefault(each => MemberName.Comparer.Equals(DeadMember.FormerName(each.Member) ?? "", member));
        return dead is null ? e : e.WithMessage(e.Message, $"The account was deleted. {DeadMember.Advice(_resource.Name, dead, role)}");
    }

    private Task<bool> WriteAsync(IReadOnlyList<string> members, CancellationToken stop) =>
        Writes.RunAsync((number, token) => ReadAndWriteAsync(members, number, token), stop);

    // What reading throws was tried often enough; what is returned as a failure is read and written anew.
    private async Task<Attempt<bool>> ReadAndWriteAsync(IReadOnlyList<string> members, int number, CancellationToken stop)
    {
        JsonObject policy = await _resource.ReadAsync(stop);
        _members = [.. Policies.AllMembers(policy)];
        IReadOnlyList<string> changed = _edit.Apply(policy, members);
        if (changed.Count > 0) RequireRoom(policy);
        if (_changedAtFirst is null && changed.Count > 0)
            _agreed = await _confirm(_resource.Name, _edit.Describe(changed));
        _changedAtFirst ??= changed;
        _remaining = [.. Policies.Read(policy, _resource.Name, ReaderRoles.OnProject)];
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
        catch (RegistryException e) when (Refusal(e) is RegistryException refusal)
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

    /// <summary>What the service's words mean for a policy; null if they are about something else.</summary>
    private RegistryException? Refusal(RegistryException e)
    {
        RegistryErrorKind? kind = e.Kind switch
        {
            // One or more users named in the policy do not belong to a permitted customer.
            RegistryErrorKind.FailedPrecondition => RegistryErrorKind.MemberNotAllowed,
            RegistryErrorKind.InvalidArgument when e.Message.Contains("permitted customer", StringComparison.OrdinalIgnoreCase)
                => RegistryErrorKind.MemberNotAllowed,
            RegistryErrorKind.InvalidArgument when e.Message.StartsWith("The role name", StringComparison.OrdinalIgnoreCase)
                || e.Message.Contains(_edit.Role, StringComparison.Ordinal) => RegistryErrorKind.RoleNotFound,
            // A deleted account and one of its name that is not marked so cannot stand in one policy.
            RegistryErrorKind.InvalidArgument when e.Message.StartsWith("Inconsistent representation", StringComparison.OrdinalIgnoreCase)
                => RegistryErrorKind.MemberNotFound,
            RegistryErrorKind.InvalidArgument or RegistryErrorKind.NotFound
                when e.Message.Contains("does not exist", StringComparison.OrdinalIgnoreCase) => RegistryErrorKind.MemberNotFound,
            _ => null,
        };
        if (kind is null) return null;
        // What stands in the policy already, and is not ours, keeps every change from being written.
        (string role, string? dead) = kind is RegistryErrorKind.MemberNotFound && !_changedAtFirst!.Any(member => Names(e.Message, member))
            ? _members.FirstOrDefault(each => DeadMember.FormerName(each.Member) is string former && Names(e.Message, former))
            : default;
        return new RegistryException(dead is null ? kind.Value : RegistryErrorKind.FailedPrecondition, e.Message, e)
        {
            Status = e.Status,
            Reason = e.Reason,
            Request = e.Request,
            Advice = dead is null ? null : $"The policy names a deleted account, and nothing was written. {DeadMember.Advice(_resource.Name, dead, role)}",
        };
    }

    private static bool Names(string message, string member) =>
        Regex.IsMatch(
            message,
            @$"(?<![\w.@+-]){Regex.Escape(MemberName.IdentityOf(member))}(?![\w@+-]|\.\w)",
            RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

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
