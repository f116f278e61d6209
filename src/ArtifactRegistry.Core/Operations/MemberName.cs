namespace ArtifactRegistry.Operations;

/// <summary>Members of an IAM policy. See https://cloud.google.com/iam/docs/principal-identifiers.</summary>
internal static class MemberName
{
    private static readonly string[] Prefixes =
        ["user:", "serviceAccount:", "group:", "domain:", "principal://", "principalSet://"];

    private static readonly string[] Kinds = ["user", "serviceAccount", "group"];

    private static readonly string[] ExistingPrefixes =
    [
        "deleted:",
        "projectOwner:",
        "projectEditor:",
        "projectViewer:",
    ];

    /// <summary>
    /// Returns whether a member is a Kubernetes workload, in either spelling. A node's kubelet pulls with the node's
    /// account, so granting a workload access lets programs in pods read, but does not help to start a pod.
    /// </summary>
    public static bool IsWorkload(string member) =>
        member is not null && (member.Contains(".svc.id.goog[", StringComparison.Ordinal)
            || member.Contains(".svc.id.goog/", StringComparison.Ordinal));

    /// <summary>
    /// Parses a member that a policy contains. In addition to what <see cref="Parse"/> accepts, it may be a deleted
    /// member, or the owners, editors or viewers of a project.
    /// </summary>
    public static string ParseExisting(string text)
    {
        string member = (text ?? "").Trim();
        return ExistingPrefixes.Any(prefix =>
                member.StartsWith(prefix, StringComparison.Ordinal) && member.Length > prefix.Length
            ) && !member.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))
            ? member
            : Parse(member);
    }

    /// <summary>
    /// Compares members as IAM does: e-mails and domains without regard to case, but federated identities with regard
    /// to case, because a workload identity pool maps attributes as they are.
    /// </summary>
    internal static IEqualityComparer<string> Comparer { get; } = new CaseOfKind();

    /// <summary>Gets the part of a member that services use in their messages, which is without the kind.</summary>
    internal static string IdentityOf(string member)
    {
        int colon = member.IndexOf(':', StringComparison.Ordinal);
        return member.StartsWith("principal", StringComparison.Ordinal) || colon < 0 ? member : member[(colon + 1)..];
    }

    /// <summary>Returns whether a member or an e-mail is the default account of Compute Engine of a project.</summary>
    public static bool IsComputeDefault(string member) =>
        member.EndsWith("-compute@developer.gserviceaccount.com", StringComparison.OrdinalIgnoreCase);

    /// <summary>Returns whether a member means everybody on the internet.</summary>
    public static bool IsPublic(string member) => member is "allUsers" or "allAuthenticatedUsers";

    /// <summary>
    /// Converts a member to the form that IAM uses. A bare e-mail that ends in .gserviceaccount.com is a service
    /// account; any other bare e-mail could be a user or a group, and is rejected.
    /// </summary>
    /// <exception cref="RegistryException">
    /// It is not a member (<see cref="RegistryErrorKind.InvalidArgument"/>).
    /// </exception>
    public static string Parse(string text)
    {
        string member = (text ?? "").Trim();
        if (IsPublic(member))
            return member;
        if (member.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)) || member.Length is 0 or > 1024)
            throw Refused(text);

        if (
            Prefixes.FirstOrDefault(each => member.StartsWith(each, StringComparison.OrdinalIgnoreCase))
            is string prefix
        )
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
            string.Equals(
                x,
                y,
                IsFederated(x) || IsFederated(y) ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase
            );

        public int GetHashCode(string obj) => StringComparer.OrdinalIgnoreCase.GetHashCode(obj);

        private static bool IsFederated(string? member) =>
            member is not null && (member.StartsWith("principal", StringComparison.Ordinal)
                || member.StartsWith("deleted:principal", StringComparison.Ordinal));
    }

    private static RegistryException Refused(string? text) =>
        new(RegistryErrorKind.InvalidArgument, $"'{text}' is not a member.")
        {
            Advice = Meant((text ?? "").Trim())
                ?? "Expected the e-mail of a service account (NAME@PROJECT.iam.gserviceaccount.com), or "
                    + "serviceAccount:, user:, group: or domain: and a name, or principal://… or principalSet://….",
        };

    /// <summary>Gets what to write instead of an e-mail without a kind, or with a misspelt one; null for others.</summary>
    private static string? Meant(string text)
    {
        if (text.Any(char.IsWhiteSpace) || text.IndexOf('@', StringComparison.Ordinal) <= 0) return null;
        return text.Split(':', 2) switch
        {
            [string email] when ServiceAccountOf(email) is string account => $"Did you mean {account}?",
            [string email] when email[^1] != '@' => $"Write user:{email} or group:{email}.",
            [string kind, string name] when Nearest.To(kind, Kinds) is string near => $"Did you mean {near}:{name}?",
            _ => null,
        };
    }

    /// <summary>Gets the e-mail of a service account whose domain was misspelt; null for others.</summary>
    private static string? ServiceAccountOf(string email)
    {
        int at = email.IndexOf('@', StringComparison.Ordinal), dot = email.IndexOf('.', at);
        if (dot < 0) return null;
        return Nearest.To(email[(dot + 1)..], ["iam.gserviceaccount.com"]) is string domain
                ? $"{email[..dot]}.{domain}"
            : Nearest.To(email[(at + 1)..], ["developer.gserviceaccount.com"]) is string developer
                ? $"{email[..at]}@{developer}"
            : null;
    }
}
