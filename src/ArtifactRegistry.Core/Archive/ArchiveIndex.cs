using System.Text;
using System.Text.Json;

namespace ArtifactRegistry.Archive;

/// <summary>
/// The content of index.json. Only entries with names of this module are ever replaced; whatever else other tools have
/// written is kept as it was read.
/// </summary>
internal sealed class ArchiveIndex
{
    private const string Manifests = "manifests";

    // JSON as it was read or is to be written; the fields are those beside the list of manifests.
    private readonly List<(string Name, byte[] Json)> _fields = [];
    private readonly List<byte[]> _entries = [];
    private readonly Dictionary<string, int> _own = new(StringComparer.Ordinal); // where in the list

    private ArchiveIndex()
    {
    }

    /// <summary>Gets an index without entries.</summary>
    public static ArchiveIndex Empty() => new()
    {
        _fields =
        {
            ("schemaVersion", "2"u8.ToArray()),
            ("mediaType", "\"application/vnd.oci.image.index.v1+json\""u8.ToArray()),
        },
    };

    /// <summary>Reads the bytes of index.json.</summary>
    /// <exception cref="JsonException">It is not an index.</exception>
    public static ArchiveIndex Parse(ReadOnlyMemory<byte> bytes)
    {
        using JsonDocument document = JsonDocument.Parse(bytes);
        if (document.RootElement.ValueKind is not JsonValueKind.Object
            || !document.RootElement.TryGetProperty(Manifests, out JsonElement entries)
            || entries.ValueKind is not JsonValueKind.Array)
            throw new JsonException("It has no list of manifests.");

        ArchiveIndex index = new();
        foreach (JsonProperty field in document.RootElement.EnumerateObject())
            if (field.Name != Manifests) index._fields.Add((field.Name, AsRead(field.Value)));
        foreach (JsonElement entry in entries.EnumerateArray())
        {
            if (ArchivedImage.NameOf(entry) is string name) index._own.TryAdd(name, index._entries.Count);
            index._entries.Add(AsRead(entry));
        }

        return index;
    }

    /// <summary>Gets the archived digests, in the order of their names.</summary>
    public IReadOnlyList<ArchivedImage> Images() =>
    [
        .. _own.Values.Select(at =>
        {
            using JsonDocument document = JsonDocument.Parse(_entries[at]);
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
            if (_own.TryGetValue(name, out int at))
            {
                if (image.Tags is null || _entries[at].AsSpan().SequenceEqual(json)) continue;
                _entries[at] = json;
            }
            else
            {
                _own.Add(name, _entries.Count);
                _entries.Add(json);
            }

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
            foreach ((string name, byte[] value) in _fields)
            {
                json.WritePropertyName(name);
                json.WriteRawValue(value, skipInputValidation: true);
            }

            json.WriteStartArray(Manifests);
            foreach (byte[] entry in _entries) json.WriteRawValue(entry, skipInputValidation: true);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    private static byte[] AsRead(JsonElement json) => Encoding.UTF8.GetBytes(json.GetRawText());
}
