namespace ArtifactRegistry.Operations;

/// <summary>The commands that change who may pull, as advice gives them: each can be pasted.</summary>
internal static class ReaderCommands
{
    private const string Projects = "projects/";

    /// <summary>Gets the command that revokes a grant, under its condition if it has one.</summary>
    public static string Revoke(Reader grant)
    {
        string condition = (grant.ConditionTitle ?? grant.Condition) is string text
            ? $" -Condition '{text.Replace("'", "''", StringComparison.Ordinal)}'"
            : "";
        return Revoke(grant.Resource, grant.Member, grant.Role) + condition;
    }

    /// <summary>Gets the command that revokes a role.</summary>
    /// <param name="resource">The repository, or <c>projects/ID</c>.</param>
    /// <param name="member">The member, also a deleted one.</param>
    /// <param name="role">The role that it holds there.</param>
    public static string Revoke(string resource, string member, string role) =>
        $"Revoke-ArReader {Place(resource)} -Member '{member}'{Role(role)}";

    /// <summary>Gets the command that grants a role.</summary>
    /// <param name="resource">The repository, or <c>projects/ID</c>.</param>
    /// <param name="member">The member.</param>
    /// <param name="role">The role.</param>
    public static string Grant(string resource, string? member, string role) =>
        $"Grant-ArReader {Place(resource)} -Member {member}{Role(role)}";

    private static string Role(string role) => role == ReaderRoles.Reader ? "" : $" -Role {role}";

    private static string Place(string resource) => resource.StartsWith(Projects, StringComparison.Ordinal)
        ? $"-Project {resource[Projects.Length..]}"
        : resource;
}
