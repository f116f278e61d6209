namespace ArtifactRegistry.Operations;

/// <summary>Says why a member can pull from a repository, or cannot, from policies that were read.</summary>
public static class ExplainReader
{
    private const string Delay =
        "A change of access takes about 2 minutes to arrive everywhere, and sometimes 7 or more.";

    private static readonly string[] Crowds =
        ["group:", "domain:", "principalSet:", "projectOwner:", "projectEditor:", "projectViewer:"];

    /// <summary>One row a reason; all of them carry the same verdict.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="list">Its readers, those of its project included.</param>
    /// <param name="member">Who.</param>
    /// <param name="scopesTooNarrow">What is wrong with the scopes of its nodes; null if nothing is known to be.</param>
    public static IReadOnlyList<ReaderExplanation> Run(
        ImageName repository, ReaderList list, string member, string? scopesTooNarrow)
    {
        ArgumentNullException.ThrowIfNull(repository);
        ArgumentNullException.ThrowIfNull(list);
        string place = repository.ToRepository().ToString();
        List<ReaderExplanation> rows = [];
        if (scopesTooNarrow is not null) Add(ReaderReason.ScopesTooNarrow, scopesTooNarrow);

        foreach (Reader grant in list.Readers.Where(grant => Covers(grant.Member, member)))
        {
            string everybody = MemberName.IsPublic(grant.Member) ? $" to {grant.Member}" : "";
            if (grant.Condition is not null)
                Add(
                    ReaderReason.GrantedUnderCondition,
                    $"Granted{everybody} on {grant.Resource} while this holds: {grant.Condition}", grant.Role);
            else
                Add(
                    grant.Inherited ? ReaderReason.GrantedAtProject : ReaderReason.GrantedHere,
                    $"Granted{everybody} on {grant.Resource}. {Delay}", grant.Role);
        }

        bool granted = rows.Any(row => row.Role is not null);
        foreach (Reader grant in list.Readers.Where(grant => grant.Deleted && IsFormer(grant.Member, member)))
            Add(
                ReaderReason.DeletedAccount,
                $"The grant on {grant.Resource} is that of a deleted account of this name; a new account of the same name "
                + "has to be granted anew.", grant.Role);

        bool unseen = false;
        if (!granted)
        {
            Add(
                ReaderReason.Missing,
                $"Neither {place} nor its project grant it. Folders and the organisation are not looked into. To grant it: "
                + $"Grant-ArReader {place} -Member {member}");
            string[] groups =
            [
                .. list.Readers.Select(reader => reader.Member)
                    .Where(each => Crowds.Any(crowd => each.StartsWith(crowd, StringComparison.Ordinal)))
                    .Where(each => !MemberName.Comparer.Equals(each, member)).Distinct(),
            ];
            if (groups.Length > 0)
                Add(ReaderReason.NotVisible, $"Who belongs to these is not looked into: {string.Join(", ", groups)}");
            foreach (string what in list.Unseen) Add(ReaderReason.NotVisible, Sentence(what));
            unseen = groups.Length > 0 || list.Unseen.Count > 0;
        }

        bool? verdict = scopesTooNarrow is not null ? false
            : rows.Any(row => row.ReaderReason is ReaderReason.GrantedHere or ReaderReason.GrantedAtProject) ? true
            : granted || unseen ? null
            : false;
        foreach (ReaderExplanation row in rows) row.CanPull = verdict;
        return rows;

        void Add(ReaderReason reason, string detail, string? role = null) =>
            rows.Add(new ReaderExplanation(place, member, reason, detail) { Role = role });
    }

    private static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static bool Covers(string granted, string member) =>
        MemberName.IsPublic(granted) || MemberName.Comparer.Equals(granted, member);

    // deleted:serviceAccount:EMAIL?uid=NUMBER
    private static bool IsFormer(string deleted, string member) =>
        MemberName.Comparer.Equals(deleted["deleted:".Length..].Split("?uid=")[0], member);
}
