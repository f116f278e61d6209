using System.Globalization;
using System.Text.Json.Nodes;

namespace ArtifactRegistry.Emulator.Http;

/// <summary>The conventions of Protocol Buffers in JSON.</summary>
internal static class Json
{
    /// <summary>Writes a time with 0, 3, 6 or 9 fractional digits, as few as possible.</summary>
    public static string Time(DateTimeOffset time)
    {
        string fraction = (time.Ticks % TimeSpan.TicksPerSecond) switch
        {
            0 => "",
            long ticks when ticks % TimeSpan.TicksPerMillisecond == 0 => ".fff",
            long ticks when ticks % TimeSpan.TicksPerMicrosecond == 0 => ".ffffff",
            _ => ".fffffff'00'",
        };
        return time.UtcDateTime.ToString($"yyyy-MM-dd'T'HH:mm:ss{fraction}'Z'", CultureInfo.InvariantCulture);
    }

    /// <summary>Writes a 64-bit integer as a string.</summary>
    public static string Long(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Adds a field unless it has its default value, which Protocol Buffers omit.</summary>
    public static JsonObject AddUnlessEmpty(this JsonObject json, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value)) json[name] = value;
        return json;
    }

    public static JsonObject AddUnlessEmpty(this JsonObject json, string name, JsonArray values)
    {
        if (values.Count > 0) json[name] = values;
        return json;
    }

    /// <summary>Reads an object or an array of objects, as a test or a seed gives them.</summary>
    /// <exception cref="ArgumentException">The text is something else.</exception>
    /// <exception cref="System.Text.Json.JsonException">The text is not valid JSON.</exception>
    public static IEnumerable<JsonObject> Objects(string text)
    {
        JsonNode? parsed = JsonNode.Parse(text);
        return [
            .. (parsed is JsonArray items ? items : Enumerable.Repeat(parsed, 1)).Select(item =>
                item as JsonObject ?? throw new ArgumentException("Expected an object, or an array of them.")
            ),
        ];
    }

    public static string? Text(this JsonObject json, string name) =>
        json[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    /// <summary>
    /// Converts a name in a field mask, which may be <c>dockerConfig</c> or <c>docker_config</c>, to camel case.
    /// </summary>
    public static string CamelCase(string name)
    {
        string[] words = name.Split('_', StringSplitOptions.RemoveEmptyEntries);
        return string.Concat(words.Select((word, i) => i == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]));
    }
}
