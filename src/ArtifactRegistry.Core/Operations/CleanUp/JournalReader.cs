using System.Text.Json;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>A deletion that began, and of which the journal does not say how it ended.</summary>
/// <param name="Digest">The digest.</param>
/// <param name="Tags">The tags that it had, which are removed before the digest is deleted.</param>
internal sealed record UnresolvedDeletion(ImageName Digest, IReadOnlyList<string> Tags);

/// <summary>Finds the deletions for which a journal has no result.</summary>
internal static class JournalReader
{
    /// <summary>The status of a deletion that the run did not wait to finish.</summary>
    public const string Unknown = "Unknown";

    /// <summary>
    /// Gets the deletions that have no result. Lines that are not valid, for example incomplete ones, are
    /// skipped.
    /// </summary>
    public static IReadOnlyList<UnresolvedDeletion> Unresolved(IEnumerable<string> lines)
    {
        Dictionary<string, UnresolvedDeletion> open = new(StringComparer.Ordinal);
        foreach (string line in lines)
        {
            if (Read(line) is not { } entry) continue;
            (string what, string uri, string? status, IReadOnlyList<string> tags) = entry;
            if (what == "result" && status != Unknown)
                open.Remove(uri);
            else if (
                what is "delete" or "result"
                && ImageName.TryParse(uri, out ImageName? name)
                && name.Digest is not null
            )
                open[uri] = new UnresolvedDeletion(name, tags);
        }

        return [.. open.Values];
    }

    private static (string What, string Uri, string? Status, IReadOnlyList<string> Tags)? Read(string line)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(line);
            JsonElement root = json.RootElement;
            return root.ValueKind is JsonValueKind.Object
                && Text(root, "event") is string what
                && Text(root, "uri") is string uri
                ? (what, uri, Text(root, "status"), Tags(root))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IReadOnlyList<string> Tags(JsonElement json) =>
        json.TryGetProperty("tags", out JsonElement tags) && tags.ValueKind is JsonValueKind.Array
            ? [
                .. tags.EnumerateArray().Where(tag => tag.ValueKind is JsonValueKind.String)
                    .Select(tag => tag.GetString()!).Where(tag => ImageNameGrammar.TagProblem(tag) is null),
            ]
            : [];

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value) && value.ValueKind is JsonValueKind.String
            ? value.GetString()
            : null;
}
