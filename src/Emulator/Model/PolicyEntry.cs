using System.Text.Json.Nodes;

namespace ArtifactRegistry.Emulator.Model;

/// <summary>An IAM policy, kept as it was sent, so that fields unknown to the emulator survive.</summary>
internal sealed class PolicyEntry(Action changed)
{
    private int _generation;

    /// <summary>The policy without the etag.</summary>
    public JsonObject Policy { get; private set; } = [];

    /// <summary>
    /// The etag, which changes with every write. Google returns ACAB for a policy that was never written.
    /// </summary>
    public string ETag => _generation == 0
        ? "ACAB"
        : Convert.ToBase64String([0x07, 0x05, .. BitConverter.GetBytes(_generation).Reverse()]);

    public bool HasConditions => Bindings.Any(binding => binding["condition"] is not null);

    public IEnumerable<JsonObject> Bindings => (Policy["bindings"] as JsonArray ?? []).OfType<JsonObject>();

    public void Replace(JsonObject policy)
    {
        JsonObject copy = (JsonObject)policy.DeepClone();
        copy.Remove("etag");
        copy["version"] = copy["version"]?.DeepClone() ?? 1;
        Policy = copy;
        _generation++;
        changed();
    }

    /// <summary>Gets the policy and the number of writes, for <see cref="Restore"/>.</summary>
    public JsonObject ToRecord() => new() { ["generation"] = _generation, ["policy"] = Policy.DeepClone() };

    public void Restore(JsonObject record)
    {
        Policy = record["policy"]!.DeepClone().AsObject();
        _generation = (int)record["generation"]!;
    }

    public JsonObject WithETag()
    {
        JsonObject copy = (JsonObject)Policy.DeepClone();
        copy["etag"] = ETag;
        return copy;
    }
}
