using System.Text.Json.Nodes;
using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>A resource that has an IAM policy: a repository or a project.</summary>
internal sealed class PolicyResource
{
    private readonly Func<CancellationToken, Task<JsonObject>> _read;
    private readonly Func<JsonObject, CancellationToken, Task> _write;

    private PolicyResource(
        string name, Func<CancellationToken, Task<JsonObject>> read, Func<JsonObject, CancellationToken, Task> write) =>
        (Name, _read, _write) = (name, read, write);

    /// <summary>The repository's name as Docker writes it, or <c>projects/ID</c>.</summary>
    public string Name { get; }

    /// <summary>Gets the resource for a repository.</summary>
    public static PolicyResource Of(ArtifactRegistryClient client, ImageName repository)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(repository);
        ImageName place = repository.ToRepository();
        return new PolicyResource(
            place.ToString(),
            stop => client.GetIamPolicyAsync(place, stop),
            (policy, stop) => client.SetIamPolicyAsync(place, policy, stop));
    }

    /// <summary>Gets the resource for a project, whose policy applies to all its repositories.</summary>
    public static PolicyResource Of(ResourceManagerClient client, string project)
    {
        ArgumentNullException.ThrowIfNull(client);
        return new PolicyResource(
            $"projects/{project}",
            stop => client.GetIamPolicyAsync(project, stop),
            (policy, stop) => client.SetIamPolicyAsync(project, policy, stop));
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    internal Task<JsonObject> ReadAsync(CancellationToken stop) => _read(stop);

    internal Task WriteAsync(JsonObject policy, CancellationToken stop) => _write(policy, stop);
}
