using System.Text.Json;
using ArtifactRegistry.Http;
using ArtifactRegistry.Transfer;

namespace ArtifactRegistry.Archive;

/// <summary>A digest in an archive.</summary>
/// <param name="Name">The name that it had in the registry, by digest.</param>
/// <param name="Descriptor">Its manifest.</param>
/// <param name="Tags">The tags that it had; null if they are not known.</param>
internal sealed record ArchivedImage(ImageName Name, Descriptor Descriptor, IReadOnlyList<string>? Tags)
{
    /// <summary>
    /// The annotation of image-layout.md by which other tools find an entry of index.json. Here it is the full name:
    /// by digest for each digest, and by tag for each tag, since one archive has the images of many repositories.
    /// https://github.com/opencontainers/image-spec/blob/v1.1.1/annotations.md#pre-defined-annotation-keys
    /// </summary>
    public const string RefName = "org.opencontainers.image.ref.name";

    // A tag that is archived twice, on another digest, has one entry; this remembers it for both.
    private const string TagsOfDigest = "vnd.artifactregistry.tags";

    /// <summary>
    /// Returns whether a text with * and ? matches its name, by digest, by tag or without either, or its digest alone.
    /// </summary>
    public bool Matches(string pattern) =>
        ImagePatternGlob.IsMatch(pattern, Name.Digest) || Names.Any(name => ImagePatternGlob.IsMatch(pattern, name));

    /// <summary>Gets the names by which it can be chosen; the last is that by its last tag, or by digest.</summary>
    public IReadOnlyList<string> Names =>
    [
        .. new[] { Name.ToRepository(), Name.ToImage(), Name }.Concat((Tags ?? []).Select(Name.WithTag))
            .Select(name => name.ToString()),
    ];

    /// <summary>Gets the entries of index.json, by their names.</summary>
    public IEnumerable<(string Name, byte[] Json)> Entries()
    {
        yield return (Name.ToString(), Entry(Name, string.Join(',', Tags ?? [])));
        foreach (string tag in Tags ?? [])
        {
            ImageName tagged = Name.WithTag(tag);
            yield return (tagged.ToString(), Entry(tagged, null));
        }
    }

    /// <summary>
    /// Reads an entry of index.json; returns null for one by tag, and for one that another tool has written.
    /// </summary>
    public static ArchivedImage? Read(JsonElement entry)
    {
        if (!entry.TryGetProperty("annotations", out JsonElement notes) || Text(notes, RefName) is not string text
            || !ImageName.TryParse(text, out ImageName? name)
            || name.Digest is null || name.Tag is not null || name.Digest != entry.Text("digest"u8)
            || entry.Size("size"u8) is not long size)
            return null;
        string[] tags = Text(notes, TagsOfDigest)?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [];
        return new ArchivedImage(name, new Descriptor(name.Digest, size, entry.Text("mediaType"u8)), tags);
    }

    /// <summary>
    /// Gets the name of an entry of index.json; null if it is not one of those that this module writes: full, and by
    /// digest or by tag. Other tools call the images of several platforms by one name, such as <c>latest</c>.
    /// </summary>
    public static string? NameOf(JsonElement entry) =>
        entry.ValueKind is JsonValueKind.Object && entry.TryGetProperty("annotations", out JsonElement notes)
        && Text(notes, RefName) is string text
        && ImageName.TryParse(text, out ImageName? name) && name.ToString() == text
        && (name.Digest ?? name.Tag) is not null
            ? text
            : null;

    private static string? Text(JsonElement notes, string name) =>
        notes.ValueKind is JsonValueKind.Object && notes.TryGetProperty(name, out JsonElement value)
        && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private byte[] Entry(ImageName name, string? tags)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            if (Descriptor.MediaType is string type) json.WriteString("mediaType", type);
            json.WriteString("digest", Descriptor.Digest);
            json.WriteNumber("size", Descriptor.Size);
            json.WriteStartObject("annotations");
            json.WriteString(RefName, name.ToString());
            if (tags is { Length: > 0 }) json.WriteString(TagsOfDigest, tags);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }
}
