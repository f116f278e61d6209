using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Model;

namespace ArtifactRegistry.Emulator;

/// <summary>The IAM policies of a <see cref="RegistryState"/>: who has which role.</summary>
public static class PolicyExtensions
{
    /// <summary>Gets a repository's policy with its etag, as policy version 3 shows it.</summary>
    public static JsonObject Policy(this RegistryState state, RepositoryName repository)
    {
        lock (state.Gate) return state.Existing(repository).Policy.WithETag();
    }

    /// <summary>Gets a project's policy with its etag, as policy version 3 shows it.</summary>
    public static JsonObject ProjectPolicy(this RegistryState state, string project)
    {
        lock (state.Gate) return state.ExistingProject(project).Policy.WithETag();
    }

    /// <summary>
    /// Replaces a repository's policy, whatever its etag; clients that read it before then get a conflict.
    /// </summary>
    public static void SetPolicy(this RegistryState state, RepositoryName repository, JsonObject policy)
    {
        lock (state.Gate) state.Existing(repository).Policy.Replace(policy);
    }

    /// <summary>
    /// Replaces a project's policy, whatever its etag; clients that read it before then get a conflict.
    /// </summary>
    public static void SetProjectPolicy(this RegistryState state, string project, JsonObject policy)
    {
        lock (state.Gate) state.ExistingProject(project).Policy.Replace(policy);
    }

    /// <summary>Adds a member to a repository's policy.</summary>
    /// <param name="state">The state.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="role">For example <c>roles/artifactregistry.reader</c>.</param>
    /// <param name="member">For example <c>serviceAccount:x@p.iam.gserviceaccount.com</c>.</param>
    /// <param name="condition">The binding's condition; it makes a policy of version 3.</param>
    public static RegistryState Grant(
        this RegistryState state, RepositoryName repository, string role, string member, JsonObject? condition = null)
    {
        lock (state.Gate) Grant(state.Existing(repository).Policy, role, member, condition);
        return state;
    }

    /// <summary>Adds a member to a project's policy.</summary>
    public static RegistryState GrantOnProject(
        this RegistryState state, string project, string role, string member, JsonObject? condition = null)
    {
        lock (state.Gate) Grant(state.AddProject(project).ExistingProject(project).Policy, role, member, condition);
        return state;
    }

    /// <summary>Gets the members that have a role on a repository, including those with conditions.</summary>
    public static IReadOnlyList<string> Members(this RegistryState state, RepositoryName repository, string role)
    {
        lock (state.Gate) return Members(state.Existing(repository).Policy, role);
    }

    /// <summary>Gets the members that have a role on a project, including those with conditions.</summary>
    public static IReadOnlyList<string> ProjectMembers(this RegistryState state, string project, string role)
    {
        lock (state.Gate) return Members(state.ExistingProject(project).Policy, role);
    }

    private static List<string> Members(PolicyEntry policy, string role) =>
        [.. policy.Bindings.Where(binding => (string?)binding["role"] == role)
            .SelectMany(binding => binding["members"] as JsonArray ?? []).Select(member => (string?)member ?? "")];

    private static void Grant(PolicyEntry entry, string role, string member, JsonObject? condition)
    {
        JsonObject policy = entry.WithETag();
        JsonArray bindings = policy["bindings"] as JsonArray ?? [];
        policy["bindings"] ??= bindings;

        JsonObject? binding = bindings.OfType<JsonObject>().FirstOrDefault(
            candidate => (string?)candidate["role"] == role && JsonNode.DeepEquals(candidate["condition"], condition));
        if (binding is null)
        {
            bindings.Add(binding = new JsonObject { ["role"] = role, ["members"] = new JsonArray() });
            if (condition is not null) binding["condition"] = condition.DeepClone();
        }
        if (condition is not null) policy["version"] = 3;
        JsonArray members = binding["members"]!.AsArray();
        if (!members.Any(existing => (string?)existing == member)) members.Add(member);
        entry.Replace(policy);
    }
}
