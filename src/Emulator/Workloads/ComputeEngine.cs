namespace ArtifactRegistry.Emulator.Workloads;

/// <summary>A project's virtual machines and their templates, as the API of Compute Engine shows them.</summary>
public sealed class ComputeEngine
{
    internal ComputeEngine(Lock gate) => (Instances, InstanceTemplates) = (new(gate, "name"), new(gate, "name"));

    /// <summary>Instances, in a scope such as <c>zones/us-central1-a</c>.</summary>
    public ScopedObjects Instances { get; }

    /// <summary>Instance templates, in the scope <c>global</c> or one such as <c>regions/us-central1</c>.</summary>
    public ScopedObjects InstanceTemplates { get; }
}
