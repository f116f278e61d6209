namespace ArtifactRegistry.Operations;

/// <summary>Members of an IAM policy. See https://cloud.google.com/iam/docs/principal-identifiers.</summary>
internal static class MemberName
{
    private static readonly string[] Prefixes =
        ["user:", "serviceAccount:", "group:", "domain:", "principal://", "principalSet://"];

    private static readonly string[] ExistingPrefixes = ["deleted:", "projectOwner:", "projectEditor:", "projectViewer:"];

    /// <summary>
    /// True for a workload of Kubernetes, in either spelling. A node's kubelet pulls as the node, so granting this lets
    /// programs in pods read, and starts no pod.
    /// </summary>
    public static bool IsWorkload(string member) =>
        member is not null && (member.Contains(".svc.id.goog[", StringComparison.Ordinal)
            || member.Contains(".svc.id.goog/", StringComparison.Ordinal));

    /// <summary>
    /// The member as a policy has it. More than <see cref="Parse"/> takes: also who was deleted, and the owners, editors
    /// and viewers of a project.
    /// </summary>
    public static string ParseExisting(string text)
    {
        string member = (text ?? "").Trim();
        return ExistingPrefixes.Any(prefix => member.StartsWith(prefix, StringComparison.Ordinal) && member.Length > prefix.Length)
            && !member.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))
            ? member
            : Parse(member);
    }

    /// <summary>
    /// Whether two members are one, as IAM has it: e-mails and domains whatever their case, federated identities only if
    /// they are the same to the letter, since a workload identity pool maps attributes as they are.
    /// </summary>
    internal static IEqualityComparer<string> Comparer { get; } = new CaseOfKind();

    /// <summary>The part of a member that services name in their messages: without the kind in front.</summary>
    internal static string IdentityOf(string member)
    {
        int colon = member.IndexOf(':', StringComparison.Ordinal);
        return member.StartsWith("principal", StringComparison.Ordinal) || colon < 0 ? member : member[(colon + 1)..];
    }

    /// <summary>True for the members that mean everybody on the internet.</summary>
    public static bool IsPublic(string member) => member is "allUsers" or "allAuthenticatedUsers";

    /// <summary>
    /// The member as IAM writes it. A bare e-mail that ends in .gserviceaccount.com is a service account; any other
    /// bare e-mail could be a user or a group, and is refused.
    /// </summary>
    /// <exception cref="RegistryException">It is no member (<see cref="RegistryErrorKind.InvalidArgument"/>).</exception>
    public static string Parse(string text)
    {
        string member = (text ?? "").Trim();
        if (IsPublic(member)) return member;
        if (member.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)) || member.Length is 0 or > 1024) throw Refused(text);

        if (Prefixes.FirstOrDefault(each => member.StartsWith(each, StringComparison.OrdinalIgnoreCase)) is string prefix)
            return member.Length > prefix.Length ? prefix + member[prefix.Length..] : throw Refused(text);

        bool email = member.IndexOf('@', StringComparison.Ordinal) is > 0 and int at && at == member.LastIndexOf('@')
            && !member.Contains(':', StringComparison.Ordinal);
        bool workload = member.EndsWith(']') && member.IndexOf(".svc.id.goog[", StringComparison.Ordinal) > 0
            && !member.Contains('@', StringComparison.Ordinal);
        return workload || (email && member.EndsWith(".gserviceaccount.com", StringComparison.OrdinalIgnoreCase))
            ? "serviceAccount:" + member
            : throw Refused(text);
    }

    private sealed class CaseOfKind : IEqualityComparer<string>
    {
        public bool Equals(string? x, string? y) =>
            string.Equals(x, y, IsFederated(x) || IsFederated(y) ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);

        public int GetHashCode(string obj) => StringComparer.OrdinalIgnoreCase.GetHashCode(obj);

        private static bool IsFederated(string? member) =>
            member is not null && (member.StartsWith("principal", StringComparison.Ordinal)
                || member.StartsWith("deleted:principal", StringComparison.Ordinal));
    }

    private static RegistryException Refused(string? text) => new(
        RegistryErrorKind.InvalidArgument,
        $"'{text}' is not a member. Expected the e-mail of a service account (NAME@PROJECT.iam.gserviceaccount.com), or "
        + "serviceAccount:, user:, group: or domain: and a name, or principal://… or principalSet://….");
}
