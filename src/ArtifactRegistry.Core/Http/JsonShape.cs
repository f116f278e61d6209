using System.Text;
using System.Text.Json;

namespace ArtifactRegistry.Http;

/// <summary>
/// Checks a JSON document before it is read: no object contains a name twice, because of two <c>tags</c> either could
/// be meant, and there are not more values than memory should hold.
/// </summary>
internal static class JsonShape
{
    private const int MaxValues = 1_000_000;
    private const int MaxNames = 20_000; // of one object
    private const int MaxDepth = 64;

    /// <summary>Checks a document.</summary>
    /// <exception cref="JsonShapeException">It is JSON, but not in a form that any API documents.</exception>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static void Require(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        ulong[] names = new ulong[64];
        Span<int> starts = stackalloc int[MaxDepth + 1];
        int count = 0, objects = 0, values = 0;
        while (reader.Read())
        {
            if (++values > MaxValues) throw new JsonShapeException("It has too many values.");
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    starts[objects++] = count;
                    break;
                case JsonTokenType.EndObject:
                    count = starts[--objects];
                    break;
                case JsonTokenType.PropertyName:
                    ulong name = Hash(ref reader);
                    Span<ulong> own = names.AsSpan(starts[objects - 1], count - starts[objects - 1]);
                    if (own.Contains(name)) throw new JsonShapeException("It has a name twice in one object.");
                    if (own.Length == MaxNames) throw new JsonShapeException("It has too many names in one object.");
                    if (count == names.Length) Array.Resize(ref names, count * 2);
                    names[count++] = name;
                    break;
            }
        }
    }

    // FNV-1a. The probability of a collision by chance is about 1 in 10^17.
    private static ulong Hash(ref Utf8JsonReader reader)
    {
        ReadOnlySpan<byte> text = reader.ValueIsEscaped ? Unescaped(ref reader) : reader.ValueSpan;
        ulong hash = 14695981039346656037;
        foreach (byte each in text) hash = (hash ^ each) * 1099511628211;
        return hash;
    }

    private static byte[] Unescaped(ref Utf8JsonReader reader)
    {
        try
        {
            return Encoding.UTF8.GetBytes(reader.GetString()!);
        }
        catch (InvalidOperationException)
        {
            throw new JsonShapeException("A name is not valid Unicode.");
        }
    }
}

/// <summary>The exception for a document that is JSON, but not in a form that any API documents.</summary>
internal sealed class JsonShapeException(string message) : JsonException(message);
