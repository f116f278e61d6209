namespace ArtifactRegistry.Operations;

/// <summary>A member of a policy whose account was deleted: <c>deleted:serviceAccount:EMAIL?uid=NUMBER</c>.</summary>
internal static class DeadMember
{
    private const string Prefix = "deleted:";

    /// <summary>Gets the former name of a deleted member; null if the member is not a deleted one.</summary>
    public static string? FormerName(string member) =>
        member.StartsWith(Prefix, StringComparison.Ordinal) ? member[Prefix.Length..].Split("?uid=")[0] : null;

    /// <summary>Gets the commands that remove the grant of the deleted account, and grant the new one.</summary>
    /// <param name="resource">The repository, or <c>projects/ID</c>.</param>
    /// <param name="deleted">The deleted member.</param>
    /// <param name="role">The role that it holds there.</param>
    public static string Advice(string resource, string deleted, string role)
    {
        string place = PlaceArgument(resource), named = RoleArgument(role);
        return $"Remove the old grant: Revoke-ArReader {place} -Member '{deleted}'{named}. Once there is a new account "
            + $"of that name, grant it: Grant-ArReader {place} -Member {FormerName(deleted)}{named}";
    }

    /// <summary>Gets the command that revokes a grant.</summary>
    public static string Revoke(Reader grant)
    {
        string condition = (grant.ConditionTitle ?? grant.Condition) is string text
            ? $" -Condition '{text.Replace("'", "''", StringComparison.Ordinal)}'"
            : "";
        return $"Revoke-ArReader {PlaceArgument(grant.Resource)} -Member '{grant.Member}'{RoleArgument(grant.Role)}"
            + condition;
    }

    private static string RoleArgument(string role) => role == ReaderRoles.Reader ? "" : $" -Role {role}";

    private static string PlaceArgument(string resource)
    {
        const string Projects = "projects/";
        return resource.StartsWith(Projects, StringComparison.Ordinal)
            ? $"-Project {resource[Projects.Length..]}"
            : resource;
    }
}
