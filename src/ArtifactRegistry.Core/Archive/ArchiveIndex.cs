using System.Text.Json;

namespace ArtifactRegistry.Archive;

/// <summary>The entries of index.json, those of other tools included, which are written as they were read.</summary>
internal sealed class ArchiveIndex
{
    private readonly Dictionary<string, byte[]> _named = new(StringComparer.Ordinal);
    private readonly List<byte[]> _others = [];

    /// <summary>Reads the entries from the bytes of index.json.</summary>
    /// <exception cref="JsonException">It is not an index.</exception>
    public static ArchiveIndex Parse(ReadOnlyMemory<byte> bytes)
    {
        using JsonDocument document = JsonDocument.Parse(bytes);
        if (document.RootElement.ValueKind is not JsonValueKind.Object
            || !document.RootElement.TryGetProperty("manifests", out JsonElement entries)
            || entries.ValueKind is not JsonValueKind.Array)
            throw new JsonException("It has no list of manifests.");

        ArchiveIndex index = new();
        foreach (JsonElement entry in entries.EnumerateArray())
        {
            byte[] json = JsonSerializer.SerializeToUtf8Bytes(entry);
            if (ArchivedImage.NameOf(entry) is string name) index._named[name] = json;
            else index._others.Add(json);
        }

        return index;
    }

    /// <summary>Gets the archived digests, in the order of their names.</summary>
    public IReadOnlyList<ArchivedImage> Images() =>
    [
        .. _named.Values.Select(json =>
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return ArchivedImage.Read(document.RootElement);
        }).OfType<ArchivedImage>().OrderBy(image => image.Name.ToString(), StringComparer.Ordinal),
    ];

    /// <summary>
    /// Adds a digest and its tags. One that is there already is replaced, unless the tags of the new one are not known.
    /// Returns whether anything changed.
    /// </summary>
    public bool Add(ArchivedImage image)
    {
        bool changed = false;
        foreach ((string name, byte[] json) in image.Entries())
        {
            bool exists = _named.TryGetValue(name, out byte[]? before);
            if (exists && (image.Tags is null || before.AsSpan().SequenceEqual(json))) continue;
            _named[name] = json;
            changed = true;
        }

        return changed;
    }

    /// <summary>Gets the bytes of index.json.</summary>
    public byte[] ToBytes()
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            json.WriteNumber("schemaVersion", 2);
            json.WriteString("mediaType", "application/vnd.oci.image.index.v1+json");
            json.WriteStartArray("manifests");
            foreach (byte[] entry in _others.Concat(_named.Values))
                json.WriteRawValue(entry, skipInputValidation: true);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }
}
