using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace ArtifactRegistry.Emulator.Http;

/// <summary>A request's target, split in the same way as Google's servers do.</summary>
/// <remarks>
/// The path is first split at its slashes. Then each segment is decoded once, except that an escaped slash stays
/// escaped (google/api/http.proto on multi-segment variables). So <c>a%2Fb</c> and <c>a%252Fb</c> are the same package,
/// and a third level of escaping names something that does not exist.
/// </remarks>
internal sealed class RawTarget
{
    private RawTarget(
        string path,
        IReadOnlyList<string> segments,
        string? verb,
        Dictionary<string, StringValues> query
    ) => (Path, Segments, Verb, Query) = (path, segments, verb, query);

    public string Path { get; }

    /// <summary>The decoded segments, without the custom verb.</summary>
    public IReadOnlyList<string> Segments { get; }

    /// <summary>A custom verb such as <c>getIamPolicy</c>.</summary>
    public string? Verb { get; }

    public Dictionary<string, StringValues> Query { get; }

    public static RawTarget Parse(string target)
    {
        // A proxy's client sends the absolute form.
        if (target.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
        {
            int slash = target.IndexOf('/', "http://".Length);
            target = slash < 0 ? "/" : target[slash..];
        }
        string[] halves = target.Split('?', 2);
        string[] segments = halves[0].TrimStart('/').Split('/');
        (segments[^1], string? verb) = TakeVerb(segments[^1]);
        return new RawTarget(
            halves[0],
            [.. segments.Select(DecodeSegment)],
            verb,
            QueryHelpers.ParseQuery(halves.Length > 1 ? halves[1] : ""));
    }

    /// <summary>Decodes a segment once, but keeps escaped slashes.</summary>
    public static string DecodeSegment(string segment)
    {
        if (!segment.Contains('%', StringComparison.Ordinal)) return segment;

        return string.Join("%2F", segment
            .Replace("%2f", "%2F", StringComparison.Ordinal)
            .Split("%2F")
            .Select(Uri.UnescapeDataString));
    }

    // Only a known word is a verb: projects/example.com:p1 has a colon too.
    private static (string Segment, string? Verb) TakeVerb(string segment)
    {
        int colon = segment.LastIndexOf(':');
        return colon >= 0 && segment[(colon + 1)..] is
            ("getIamPolicy" or "setIamPolicy" or "testIamPermissions" or "batchDelete") and string verb
            ? (segment[..colon], verb)
            : (segment, null);
    }
}
