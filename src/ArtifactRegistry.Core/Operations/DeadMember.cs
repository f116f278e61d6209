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
    public static string Advice(string resource, string deleted, string role) =>
        $"Remove the old grant: {ReaderCommands.Revoke(resource, deleted, role)}. Once there is a new account of that "
        + $"name, grant it: {ReaderCommands.Grant(resource, FormerName(deleted), role)}";
}
