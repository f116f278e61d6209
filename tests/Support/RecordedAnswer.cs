using System.Text.Json.Nodes;

namespace ArtifactRegistry.TestSupport;

/// <summary>Bodies of Google's services, as they were recorded; README.md beside them says where.</summary>
internal static class RecordedAnswer
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Recorded");

    /// <summary>The names of all recordings.</summary>
    public static IReadOnlyList<string> Names =>
        [
            .. Directory
                .GetFiles(Folder, "*.json")
                .Select(Path.GetFileNameWithoutExtension)
                .OfType<string>()
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>The text of a recording.</summary>
    public static string Text(string name) => File.ReadAllText(Path.Combine(Folder, $"{name}.json"));

    /// <summary>A recording as an object.</summary>
    public static JsonObject Read(string name) => JsonNode.Parse(Text(name))!.AsObject();
}
