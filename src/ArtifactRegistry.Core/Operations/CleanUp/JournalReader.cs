using System.Text.Json;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>Finds the deletions for which a journal has no result.</summary>
internal static class JournalReader
{
    /// <summary>The status of a deletion that the run did not wait to finish.</summary>
    public const string Unknown = "Unknown";

    /// <summary>
    /// Gets the digests whose deletion has no result. Lines that are not valid, for example incomplete ones, are
    /// skipped.
    /// </summary>
    public static IReadOnlyList<ImageName> Unresolved(IEnumerable<string> lines)
    {
        Dictionary<string, ImageName> open = new(StringComparer.Ordinal);
        foreach (string line in lines)
        {
            if (Read(line) is not { } entry) continue;
            (string what, string uri, string? status) = entry;
            if (what == "result" && status != Unknown)
                open.Remove(uri);
            else if (
                what is "delete" or "result"
                && ImageName.TryParse(uri, out ImageName? name)
                && name.Digest is not null
            )
                open[uri] = name;
        }

        return [.. open.Values];
    }

    private static (string What, string Uri, string? Status)? Read(string line)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(line);
            JsonElement root = json.RootElement;
            return root.ValueKind is JsonValueKind.Object
                && Text(root, "event") is string what
                && Text(root, "uri") is string uri
                ? (what, uri, Text(root, "status"))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value) && value.ValueKind is JsonValueKind.String
            ? value.GetString()
            : null;
}
