using System.Globalization;
using System.Text;
using System.Text.Json;
using ArtifactRegistry.Text;

namespace ArtifactRegistry.Http;

/// <summary>
/// Reads the fields of an object in proto3 JSON, the format of Google's APIs: a missing or null field has its default.
/// https://protobuf.dev/programming-guides/json
/// </summary>
/// <remarks>
/// JsonSerializer is not used, because its code, even if source-generated, is JIT-compiled for each type of message and
/// field, which takes a sixth of the time of a session's first listing. Anything that is not as documented is a
/// JsonException. Text is cleaned: see <see cref="SafeText.CleanData"/>.
/// </remarks>
internal static class JsonFields
{
    private const long MaxSize = 1L << 46; // 64 TiB
    private const long MaxTotalSize = 1L << 60;

    /// <summary>Reads a complete document.</summary>
    /// <exception cref="JsonException">It is not what was expected, or has text that is not valid Unicode.</exception>
    public static T Read<T>(this JsonDocument document, Func<JsonElement, T> read)
    {
        try
        {
            return read(document.RootElement);
        }
        catch (InvalidOperationException e)
        {
            // JsonElement throws this for half a surrogate pair, in a value or in the name of a field.
            throw new JsonException("The text is not valid Unicode.", e);
        }
    }

    public static string? Text(this JsonElement json, ReadOnlySpan<byte> name) =>
        Has(json, name, out JsonElement field) ? TextOf(field) : null;

    /// <summary>
    /// Reads text without cleaning it, for values that are sent back or are secret, and are never shown: page tokens,
    /// access tokens.
    /// </summary>
    public static string? Verbatim(this JsonElement json, ReadOnlySpan<byte> name) =>
        !Has(json, name, out JsonElement field) ? null
            : field.ValueKind is JsonValueKind.String ? field.GetString() : throw Unexpected(field, "text");

    public static string Needed(this JsonElement json, ReadOnlySpan<byte> name) =>
        json.Text(name) ?? throw new JsonException($"'{Encoding.UTF8.GetString(name)}' is missing.");

    public static bool Flag(this JsonElement json, ReadOnlySpan<byte> name) =>
        Has(json, name, out JsonElement field)
        && field.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Unexpected(field, "true or false"),
        };

    /// <summary>Reads an integer. If it has 64 bits it is sent as text; readers must accept both forms.</summary>
    public static long? Integer(this JsonElement json, ReadOnlySpan<byte> name)
    {
        if (!Has(json, name, out JsonElement field)) return null;
        return field.ValueKind switch
        {
            JsonValueKind.Number when field.TryGetInt64(out long number) => number,
            JsonValueKind.String when long.TryParse(
                TextOf(field), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) => number,
            _ => throw Unexpected(field, "an integer"),
        };
    }

    /// <summary>
    /// Reads the size of a blob or an image in bytes. Impossible sizes are rejected, so that sums stay within 64 bits.
    /// </summary>
    public static long? Size(this JsonElement json, ReadOnlySpan<byte> name) => json.Size(name, MaxSize);

    /// <summary>Reads the size of a repository in bytes.</summary>
    public static long? TotalSize(this JsonElement json, ReadOnlySpan<byte> name) => json.Size(name, MaxTotalSize);

    private static long? Size(this JsonElement json, ReadOnlySpan<byte> name, long most) => json.Integer(name) switch
    {
        long size when size < 0 || size > most =>
            throw new JsonException($"'{Encoding.UTF8.GetString(name)}' is not a size in bytes."),
        long size => size,
        null => null,
    };

    public static DateTimeOffset? Time(this JsonElement json, ReadOnlySpan<byte> name)
    {
        if (!Has(json, name, out JsonElement field)) return null;
        return field.ValueKind is JsonValueKind.String && field.TryGetDateTimeOffset(out DateTimeOffset time)
            ? time
            : throw Unexpected(field, "a point in time");
    }

    public static T? Object<T>(this JsonElement json, ReadOnlySpan<byte> name, Func<JsonElement, T> read)
        where T : class => Has(json, name, out JsonElement field) ? read(field) : null;

    public static IReadOnlyList<string>? Texts(this JsonElement json, ReadOnlySpan<byte> name) =>
        json.List(name, TextOf);

    public static IReadOnlyList<T>? List<T>(this JsonElement json, ReadOnlySpan<byte> name, Func<JsonElement, T> read)
    {
        if (!Has(json, name, out JsonElement field)) return null;
        if (field.ValueKind is not JsonValueKind.Array) throw Unexpected(field, "a list");
        List<T> items = new(field.GetArrayLength());
        foreach (JsonElement each in field.EnumerateArray()) items.Add(read(each));
        return items;
    }

    public static IReadOnlyDictionary<string, T>? Map<T>(
        this JsonElement json,
        ReadOnlySpan<byte> name,
        Func<JsonElement, T> read
    )
    {
        if (!Has(json, name, out JsonElement field)) return null;
        RequireObject(field);
        Dictionary<string, T> entries = new(StringComparer.Ordinal);
        foreach (JsonProperty each in field.EnumerateObject())
            entries[SafeText.CleanData(each.Name)] = read(each.Value);
        return entries;
    }

    public static void RequireObject(this JsonElement json)
    {
        if (json.ValueKind is not JsonValueKind.Object) throw Unexpected(json, "an object");
    }

    private static bool Has(JsonElement json, ReadOnlySpan<byte> name, out JsonElement field)
    {
        RequireObject(json);
        return json.TryGetProperty(name, out field) && field.ValueKind is not JsonValueKind.Null;
    }

    private static string TextOf(JsonElement field) =>
        field.ValueKind is JsonValueKind.String
            ? SafeText.CleanData(field.GetString()!)
            : throw Unexpected(field, "text");

    private static JsonException Unexpected(JsonElement found, string wanted) =>
        new($"{found.ValueKind} instead of {wanted}.");
}
