namespace ArtifactRegistry.Operations;

/// <summary>Explains why a member can or cannot pull from a repository, based on policies that were read.</summary>
internal static class ExplainReader
{
    /// <summary>
    /// How long a change of a policy takes, as https://cloud.google.com/iam/docs/access-change-propagation says.
    /// </summary>
    public const string Delay = "A change of access takes about 2 minutes to take effect, sometimes 7 or more.";

    private static readonly string[] ProjectCrowds = ["projectOwner:", "projectEditor:", "projectViewer:"];

    /// <summary>Gets one row per reason; all rows have the same verdict.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="list">The readers of the repository, including those of its project.</param>
    /// <param name="member">The member.</param>
    /// <param name="pools">The node pools that pull with the member; empty if none is known.</param>
    /// <param name="account">The status of the account according to IAM; null if it was not requested.</param>
    public static IReadOnlyList<ReaderExplanation> Run(
        ImageName repository,
        ReaderList list,
        string member,
        IReadOnlyList<NodePoolReference> pools,
        AccountStatus? account = null)
    {
        ArgumentNullException.ThrowIfNull(repository);
        ArgumentNullException.ThrowIfNull(list);
        ArgumentNullException.ThrowIfNull(pools);
        string place = repository.ToRepository().ToString();
        account ??= AccountStatus.NotApplicable;
        string grantCommand = $"Grant-ArReader {place} -Member {account.Meant ?? WithoutKind(member)}";
        List<ReaderExplanation> rows = [];
        if (account.Condition is AccountCondition.Disabled)
            Add(PullReason.AccountDisabled, account.Detail, command: account.Command);
        if (account.Condition is AccountCondition.Missing)
            Add(PullReason.AccountMissing, account.Detail, command: account.Command);
        foreach (NodePoolReference pool in pools)
            if (pool.ScopesProblem is string problem)
                Add(PullReason.ScopesTooNarrow, problem, command: pool.NewPoolCommands(WithoutKind(member), place));
        // Such a pool gets an account of its own, and its commands include the grant.
        bool isReplaced = rows.Any(row => row.PullReason is PullReason.ScopesTooNarrow)
            && MemberName.IsComputeDefault(member);
        bool isExcluded = rows.Count > 0;
        bool isGranted = false, isGrantedNow = false;
        DateTimeOffset now = TimeProvider.System.GetUtcNow();

        foreach (Reader grant in list.Readers.Where(grant => Covers(grant.Member, member)))
        {
            string everybody = MemberName.IsPublic(grant.Member) ? $" to {grant.Member}" : "";
            DateTimeOffset? end = grant.Condition is null ? null : GrantExpiry.Of(grant.Condition);
            bool hasEnded = end <= now;
            isGranted |= !hasEnded;
            isGrantedNow |= grant.Condition is null || end > now;
            if (hasEnded)
                Add(
                    PullReason.ConditionExpired,
                    $"The grant{everybody} of {grant.Role} on {grant.Resource} ended at {end:u}: {grant.Condition}",
                    command: grantCommand);
            else if (grant.Condition is not null)
                Add(
                    PullReason.GrantedUnderCondition,
                    $"Granted{everybody} on {grant.Resource} while this holds: {grant.Condition}", grant.Role);
            else
                Add(
                    grant.Inherited ? PullReason.GrantedAtProject : PullReason.GrantedAtRepository,
                    $"Granted{everybody} on {grant.Resource}. {Delay}", grant.Role);
        }

        foreach (Reader grant in list.Readers.Where(grant => grant.Deleted && IsFormer(grant.Member, member)))
            Add(
                PullReason.GrantedToDeleted,
                $"The grant on {grant.Resource} is that of a deleted account of this name, and a new one does not "
                    + "inherit it. " + DeadMember.Advice(grant.Resource, grant.Member, grant.Role), grant.Role);

        List<string> unseen = [];
        // What could not be seen is reported only if it could change the answer.
        if (isGranted && !isExcluded && account.Condition is AccountCondition.NotVisible) unseen.Add(account.Detail);
        if (!isGranted)
        {
            if (!isExcluded)
                unseen.AddRange(
                    ThatCouldGrant(list, repository.Project, member).Select(
                        what => $"it could still be granted: {what}")
                );
            Add(
                unseen.Count > 0 ? PullReason.NotGrantedDirectly : PullReason.NotGranted,
                $"Neither {place} nor its project grant it. Grants on folders and the organization are not examined.",
                command: isReplaced ? null : grantCommand);
            AddWorkloads();
        }

        foreach (string what in unseen) Add(PullReason.NotVisible, Sentence(what));
        bool? verdict = isExcluded ? false
            : unseen.Count > 0 || (isGranted && !isGrantedNow) ? null
            : isGranted;
        // A grant is not what is in the way.
        foreach (ReaderExplanation row in rows)
            row.CanPull = verdict is false && IsGrant(row.PullReason) ? null : verdict;
        return rows;

        void Add(PullReason reason, string detail, string? role = null, string? command = null) =>
            rows.Add(new ReaderExplanation(place, member, reason, detail)
            {
                NodePools = new TextList([.. pools.Select(pool => pool.ToString())]),
                Role = role,
                Command = command,
            });

        void AddWorkloads()
        {
            string[] workloads = [.. list.Readers.Select(reader => reader.Member).Distinct().Where(IsWorkloadOfPools)];
            if (workloads.Length > 0)
                Add(
                    PullReason.GrantedToWorkload,
                    $"Access is granted to {string.Join(", ", workloads)}, an identity of programs in pods. The "
                        + "kubelet pulls as the node, so that starts no pod.",
                    command: isReplaced ? null : grantCommand);
        }

        bool IsWorkloadOfPools(string granted) => MemberName.IsWorkload(granted) && pools.Any(pool =>
            pool.Project is not null && granted.Contains($"{pool.Project}.svc.id.goog", StringComparison.Ordinal));
    }

    /// <summary>Returns whether a reason is a grant that counts.</summary>
    internal static bool IsGrant(PullReason reason) => reason is PullReason.GrantedAtRepository
        or PullReason.GrantedAtProject or PullReason.GrantedUnderCondition;

    private static IEnumerable<string> ThatCouldGrant(ReaderList list, string project, string member)
    {
        string[] crowds =
        [
            .. list
                .Readers.Select(reader => reader.Member)
                .Where(each => CouldHold(each, member, list, project))
                .Distinct(),
        ];
        if (crowds.Length > 0) yield return $"the members of these are not known: {string.Join(", ", crowds)}";
        foreach (string roles in ReaderList.Describe(list.UnknownGrants.Where(grant =>
            grant.Members.Any(each => Covers(each, member) || CouldHold(each, member, list, project)))))
            yield return roles;
        if (list.ProjectProblem is not null) yield return list.ProjectProblem;
    }

    /// <summary>Returns whether a member stands for several others, possibly including this one.</summary>
    private static bool CouldHold(string crowd, string member, ReaderList list, string project)
    {
        if (MemberName.Comparer.Equals(crowd, member)) return false;
        bool isAccount = member.StartsWith("serviceAccount:", StringComparison.Ordinal);
        return crowd.StartsWith("group:", StringComparison.Ordinal)
            // A domain contains people and no service accounts.
            || (crowd.StartsWith("domain:", StringComparison.Ordinal) && !isAccount)
            || (crowd.StartsWith("principalSet:", StringComparison.Ordinal)
                && (isAccount || member.StartsWith("principal", StringComparison.Ordinal)))
            // The owners, editors and viewers of the repository's own project are in its policy, which was searched.
            || ProjectCrowds.Any(kind => crowd.StartsWith(kind, StringComparison.Ordinal)
                && (list.ProjectProblem is not null || crowd[kind.Length..] != project));
    }

    private static string WithoutKind(string member)
    {
        const string Account = "serviceAccount:";
        return member.StartsWith(Account, StringComparison.Ordinal) ? member[Account.Length..] : member;
    }

    private static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static bool Covers(string granted, string member) =>
        MemberName.IsPublic(granted) || MemberName.Comparer.Equals(granted, member);

    private static bool IsFormer(string deleted, string member) =>
        MemberName.Comparer.Equals(DeadMember.FormerName(deleted), member);
}
