using System.Globalization;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;

namespace ArtifactRegistry.Emulator.Model;

/// <summary>The long-running operations. They are not kept when the emulator ends.</summary>
/// <param name="now">Gets the time of the service.</param>
internal sealed class OperationTable(Func<DateTimeOffset> now)
{
    private readonly Dictionary<string, OperationEntry> _operations = new(StringComparer.Ordinal);
    private readonly List<OperationEntry> _unfinished = [];

    /// <summary>The number of operations that have neither succeeded nor failed yet.</summary>
    public int Unfinished => _unfinished.Count;

    /// <summary>Begins an operation, whose work is done at once or after the time and polls of the behaviour.</summary>
    public OperationEntry Start(
        string project,
        string location,
        string metadataType,
        Behaviour behaviour,
        OperationFate fate,
        Func<JsonObject, JsonObject> work)
    {
        Guid id = new(_operations.Count + 1, 0x5f3a, 0x4c21, 0x9d, 0x10, 0x6b, 0x2e, 0x77, 0x41, 0xc8, 0x05);
        string name = string.Create(
            CultureInfo.InvariantCulture, $"projects/{project}/locations/{location}/operations/{id}");
        JsonObject metadata = new()
        {
            ["@type"] = $"type.googleapis.com/google.devtools.artifactregistry.v1.{metadataType}",
        };
        OperationEntry operation = new(name, metadata, work)
        {
            Fate = fate,
            PollsLeft = behaviour.OperationPolls,
            Due = now() + behaviour.OperationTime,
        };
        _operations.Add(name, operation);
        if (operation.PollsLeft <= 0 && fate != OperationFate.NeverFinishes) operation.Finish();
        else _unfinished.Add(operation);
        return operation;
    }

    /// <summary>
    /// Counts a client's request for an operation, and returns it; null if there is none, or none any more.
    /// </summary>
    public OperationEntry? Poll(string name)
    {
        if (!_operations.TryGetValue(name, out OperationEntry? operation)) return null;
        if (!operation.Done && operation.Fate != OperationFate.NeverFinishes && --operation.PollsLeft <= 0)
        {
            operation.Finish();
            _unfinished.Remove(operation);
        }
        return operation.Fate switch
        {
            OperationFate.Vanishes or OperationFate.Lost => null,
            OperationFate.Unreadable => throw ApiError.Lacks("artifactregistry.operations.get", name),
            _ => operation,
        };
    }

    /// <summary>Does the work of operations that no client waited for.</summary>
    public void FinishDue()
    {
        if (_unfinished.Count == 0) return;
        DateTimeOffset at = now();
        foreach (OperationEntry operation in _unfinished.ToArray())
        {
            if (operation.Due > at || operation.Fate == OperationFate.NeverFinishes) continue;
            operation.Finish();
            _unfinished.Remove(operation);
        }
    }
}
