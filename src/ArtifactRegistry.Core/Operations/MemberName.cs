namespace ArtifactRegistry.Operations;

/// <summary>Members of an IAM policy. See https://cloud.google.com/iam/docs/principal-identifiers.</summary>
public static class MemberName
{
    private static readonly string[] Prefixes =
        ["user:", "serviceAccount:", "group:", "domain:", "principal://", "principalSet://"];

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
        return email && member.EndsWith(".gserviceaccount.com", StringComparison.OrdinalIgnoreCase)
            ? "serviceAccount:" + member
            : throw Refused(text);
    }

    private static RegistryException Refused(string? text) => new(
        RegistryErrorKind.InvalidArgument,
        $"'{text}' is not a member. Expected the e-mail of a service account (NAME@PROJECT.iam.gserviceaccount.com), or "
        + "serviceAccount:, user:, group: or domain: and a name, or principal://… or principalSet://….");
}
