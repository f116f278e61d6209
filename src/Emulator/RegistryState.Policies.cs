using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Model;

namespace ArtifactRegistry.Emulator;

public sealed partial class RegistryState
{
    /// <summary>A repository's policy with its etag, as policy version 3 shows it.</summary>
    public JsonObject Policy(RepositoryName repository)
    {
        lock (Gate) return Existing(repository).Policy.WithETag();
    }

    /// <summary>A project's policy with its etag, as policy version 3 shows it.</summary>
    public JsonObject ProjectPolicy(string project)
    {
        lock (Gate) return ExistingProject(project).Policy.WithETag();
    }

    /// <summary>
    /// Replaces a repository's policy, whatever its etag; clients that read it before then get a conflict.
    /// </summary>
    public void SetPolicy(RepositoryName repository, JsonObject policy)
    {
        lock (Gate) Existing(repository).Policy.Replace(policy);
    }

    /// <summary>
    /// Replaces a project's policy, whatever its etag; clients that read it before then get a conflict.
    /// </summary>
    public void SetProjectPolicy(string project, JsonObject policy)
    {
        lock (Gate) ExistingProject(project).Policy.Replace(policy);
    }

    /// <summary>Adds a member to a repository's policy.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="role">For example <c>roles/artifactregistry.reader</c>.</param>
    /// <param name="member">For example <c>serviceAccount:x@p.iam.gserviceaccount.com</c>.</param>
    /// <param name="condition">The binding's condition; it makes a policy of version 3.</param>
    public RegistryState Grant(RepositoryName repository, string role, string member, JsonObject? condition = null)
    {
        lock (Gate) Grant(Existing(repository).Policy, role, member, condition);
        return this;
    }

    /// <summary>Adds a member to a project's policy.</summary>
    public RegistryState GrantOnProject(string project, string role, string member, JsonObject? condition = null)
    {
        lock (Gate) Grant(AddProject(project).ExistingProject(project).Policy, role, member, condition);
        return this;
    }

    /// <summary>Gets the members that have a role on a repository, including those with conditions.</summary>
    public IReadOnlyList<string> Members(RepositoryName repository, string role)
    {
        lock (Gate) return Members(Existing(repository).Policy, role);
    }

    /// <summary>Gets the members that have a role on a project, including those with conditions.</summary>
    public IReadOnlyList<string> ProjectMembers(string project, string role)
    {
        lock (Gate) return Members(ExistingProject(project).Policy, role);
    }

    private static List<string> Members(PolicyEntry policy, string role)
        => [.. policy.Bindings.Where(binding => (string?)binding["role"] == role)
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

    private ProjectEntry ExistingProject(string project) => FindProject(project)
        ?? throw Missing($"project '{project}'");
}
