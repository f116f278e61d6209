using System.Text.Json;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;

namespace ArtifactRegistry.Emulator.Workloads;

/// <summary>
/// The objects of a project in one service, each in a scope such as a zone, as its API shows them. Thread-safe.
/// </summary>
public sealed class ScopedObjects
{
    // Lower than any letter, so that the order is by scope first.
    private const char Separator = '\u0001';

    private readonly Lock _gate;
    private readonly string _idField;
    private readonly SortedDictionary<string, (string Scope, JsonObject Item)> _items = new(StringComparer.Ordinal);
    private IReadOnlyList<string> _unreachable = [];

    internal ScopedObjects(Lock gate, string idField) => (_gate, _idField) = (gate, idField);

    /// <summary>The scopes, or the locations, that do not respond.</summary>
    public IReadOnlyList<string> Unreachable
    {
        get { lock (_gate) return _unreachable; }
        set { lock (_gate) _unreachable = value; }
    }

    /// <summary>Gets the objects with their scopes, by scope and name.</summary>
    internal IEnumerable<(string Scope, string Id, JsonObject Item)> All =>
        _items.Values.Select(entry => (entry.Scope, entry.Item.Text(_idField)!.Split('/')[^1], entry.Item));

    /// <summary>Adds objects, or replaces those of the same name.</summary>
    /// <param name="scope">The scope, in the form that the service's list has it.</param>
    /// <param name="json">An object or an array of them, as the API shows them.</param>
    /// <exception cref="ArgumentException">An object has no name.</exception>
    /// <exception cref="JsonException">The text is not valid JSON.</exception>
    public ScopedObjects Apply(string scope, string json)
    {
        foreach (JsonObject item in Json.Objects(json)) Apply(scope, item);
        return this;
    }

    /// <summary>Adds an object, or replaces the one of the same name.</summary>
    /// <exception cref="ArgumentException">It has no name.</exception>
    public ScopedObjects Apply(string scope, JsonObject item)
    {
        ArgumentException.ThrowIfNullOrEmpty(scope);
        ArgumentNullException.ThrowIfNull(item);
        string id = item.Text(_idField)?.Split('/')[^1]
            ?? throw new ArgumentException($"An object in {scope} has no {_idField}.");
        lock (_gate)
            _items[KeyOf(scope, id)] = (scope, item.DeepClone().AsObject());
        return this;
    }

    /// <summary>Removes an object; returns false if it does not exist.</summary>
    public bool Remove(string scope, string id)
    {
        lock (_gate) return _items.Remove(KeyOf(scope, id));
    }

    internal static string KeyOf(string scope, string id) => $"{scope}{Separator}{id}";
}
