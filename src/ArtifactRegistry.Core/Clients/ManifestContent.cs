using System.Text;
using System.Text.Json;

namespace ArtifactRegistry.Clients;

/// <summary>An entry of an index.</summary>
/// <param name="Digest">The digest.</param>
/// <param name="MediaType">The media type of the entry, if it states one.</param>
/// <param name="Platform">os/architecture[/variant]; null if the entry has no platform.</param>
/// <param name="IsAttestation">
/// Whether BuildKit marked it: the platform unknown/unknown and the annotation <c>vnd.docker.reference.type</c>.
/// https://github.com/moby/buildkit/blob/master/docs/attestations/attestation-storage.md
/// </param>
internal sealed record ManifestEntry(string Digest, string? MediaType, string? Platform, bool IsAttestation);

/// <summary>
/// The content of a manifest's bytes, whatever type it claims to be. A name that occurs twice counts twice, and names
/// are not case-sensitive, because programs differ in what they read.
/// </summary>
internal sealed record ManifestContent
{
    /// <summary>The content of an image that refers to nothing.</summary>
    public static ManifestContent Plain { get; } = new();

    /// <summary>Gets whether it has a list of manifests, even an empty one or null.</summary>
    public bool IsIndex { get; init; }

    /// <summary>Gets whether it is a JSON object. Otherwise every digest in its text counts as an entry.</summary>
    public bool IsReadable { get; init; } = true;

    /// <summary>The manifests that an index lists.</summary>
    public IReadOnlyList<ManifestEntry> Entries { get; init; } = [];

    /// <summary>The digests that it is about: one, unless the name occurs several times.</summary>
    public IReadOnlyList<string> Subjects { get; init; } = [];

    /// <summary>
    /// Gets whether it lists something by a digest that is not SHA-256, so that it cannot be determined what that is
    /// here.
    /// </summary>
    public bool ListsByOtherDigest { get; init; }

    /// <summary>Gets whether it has a subject that it names by a digest that is not SHA-256.</summary>
    public bool HasSubjectByOtherDigest { get; init; }

    /// <summary>The media type that it states for itself.</summary>
    public string? MediaType { get; init; }

    /// <summary>The artifact type; if it has none, the type of its configuration unless that is an image's.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>The digest of the configuration, which some container runtimes report as the image's.</summary>
    public string? ConfigDigest { get; init; }

    /// <summary>Parses the bytes of a manifest. Never fails.</summary>
    public static ManifestContent Parse(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Span.StartsWith(Encoding.UTF8.Preamble)) bytes = bytes[Encoding.UTF8.Preamble.Length..];
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes);
            if (document.RootElement.ValueKind is JsonValueKind.Object) return new Reader().Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON, or text that is not valid Unicode.
        }

        return new ManifestContent
        {
            IsReadable = false,
            Entries = [.. Digest.AllIn(Encoding.Latin1.GetString(bytes.Span)).Distinct()
                .Select(digest => new ManifestEntry(digest, null, null, false))],
        };
    }

    private sealed class Reader
    {
        private readonly List<ManifestEntry> _entries = [];
        private readonly List<string> _subjects = [], _configs = [];
        private bool _isIndex, _listsOther, _subjectOther;
        private string? _mediaType, _artifactType, _configType;

        public ManifestContent Read(JsonElement json)
        {
            foreach (JsonProperty field in json.EnumerateObject())
            {
                switch (field.Name.ToUpperInvariant())
                {
                    case "MANIFESTS": ReadEntries(field.Value); break;
                    case "SUBJECT": _subjectOther |= DigestsOf(field.Value, _subjects); break;
                    case "CONFIG":
                        DigestsOf(field.Value, _configs);
                        _configType = TextOf(field.Value, "mediaType") ?? _configType;
                        break;
                    case "MEDIATYPE": _mediaType = TextOf(field.Value) ?? _mediaType; break;
                    case "ARTIFACTTYPE": _artifactType = TextOf(field.Value) ?? _artifactType; break;
                }
            }

            if (_artifactType is null or "" && !MediaTypes.IsImageConfig(_configType))
                _artifactType = _configType;
            bool isPlain = this is
            {
                _isIndex: false, _subjects.Count: 0, _subjectOther: false, _configs.Count: 0, _artifactType: null,
            };
            return isPlain
                ? Plain
                : new ManifestContent
                {
                    IsIndex = _isIndex,
                    Entries = _entries,
                    Subjects = [.. _subjects.Distinct()],
                    ListsByOtherDigest = _listsOther,
                    HasSubjectByOtherDigest = _subjectOther,
                    MediaType = _mediaType,
                    ArtifactType = _artifactType,
                    ConfigDigest = _configs.LastOrDefault(),
                };
        }

        private void ReadEntries(JsonElement list)
        {
            _isIndex = true;
            if (list.ValueKind is not JsonValueKind.Array)
            {
                AddAllIn(list);
                return;
            }

            foreach (JsonElement entry in list.EnumerateArray())
            {
                if (entry.ValueKind is JsonValueKind.Object) ReadEntry(entry);
                else AddAllIn(entry);
            }
        }

        private void ReadEntry(JsonElement entry)
        {
            List<string> digests = [];
            bool other = DigestsOf(entry, digests);
            string? mediaType = TextOf(entry, "mediaType"), platform = Platform(entry);
            if (!MediaTypes.IsBlob(mediaType)) _listsOther |= other;
            bool isAttestation = platform == "unknown/unknown" && Field(entry, "annotations") is JsonElement notes
                && TextOf(notes, "vnd.docker.reference.type") is not null;
            foreach (string digest in digests)
                _entries.Add(new ManifestEntry(digest, mediaType, platform, isAttestation));
        }

        private void AddAllIn(JsonElement json)
        {
            foreach (string digest in Digest.AllIn(json.GetRawText()).Distinct())
                _entries.Add(new ManifestEntry(digest, null, null, false));
        }

        private static string? Platform(JsonElement entry) =>
            Field(entry, "platform") is { ValueKind: JsonValueKind.Object } platform
            && (TextOf(platform, "os"), TextOf(platform, "architecture")) is (string os, string architecture)
            && os.Length + architecture.Length > 0
                ? $"{os}/{architecture}{(TextOf(platform, "variant") is { Length: > 0 } variant ? "/" + variant : "")}"
                : null;

        /// <summary>Adds every digest of a descriptor; returns true if one of them is not SHA-256.</summary>
        private static bool DigestsOf(JsonElement descriptor, List<string> digests)
        {
            if (descriptor.ValueKind is not JsonValueKind.Object)
            {
                digests.AddRange(Digest.AllIn(descriptor.GetRawText()));
                return false;
            }

            bool other = false;
            foreach (JsonProperty field in descriptor.EnumerateObject())
            {
                if (
                    !field.Name.Equals("digest", StringComparison.OrdinalIgnoreCase)
                    || TextOf(field.Value) is not string text
                )
                    continue;
                string digest = text.Trim().ToLowerInvariant();
                if (Digest.IsValid(digest))
                    digests.Add(digest);
                else
                    other |=
                        digest.IndexOf(':', StringComparison.Ordinal) is > 0 and int colon
                        && digest.Length - colon > 32;
            }

            return other;
        }

        private static JsonElement? Field(JsonElement json, string name)
        {
            if (json.ValueKind is not JsonValueKind.Object) return null;
            JsonElement? found = null;
            foreach (JsonProperty field in json.EnumerateObject())
                if (
                    field.Name.Equals(name, StringComparison.OrdinalIgnoreCase)
                    && field.Value.ValueKind is not JsonValueKind.Null
                )
                    found = field.Value;
            return found;
        }

        private static string? TextOf(JsonElement json, string name) =>
            Field(json, name) is JsonElement field ? TextOf(field) : null;

        private static string? TextOf(JsonElement json) =>
            json.ValueKind is JsonValueKind.String ? json.GetString() : null;
    }
}
