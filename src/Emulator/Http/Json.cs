using System.Globalization;
using System.Text.Json.Nodes;

namespace ArtifactRegistry.Emulator.Http;

/// <summary>Protocol Buffers' habits in JSON.</summary>
internal static class Json
{
    /// <summary>Writes a time with 0, 3, 6 or 9 digits of the second, as few as it takes.</summary>
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

    /// <summary>64-bit integers travel as strings.</summary>
    public static string Long(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Adds a field unless it has its default, which Protocol Buffers leave out.</summary>
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

    public static string? Text(this JsonObject json, string name)
        => json[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    /// <summary>Field masks come as <c>dockerConfig</c> or <c>docker_config</c>; both are in use.</summary>
    public static string CamelCase(string name)
    {
        string[] words = name.Split('_', StringSplitOptions.RemoveEmptyEntries);
        return string.Concat(words.Select((word, i) => i == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]));
    }
}
