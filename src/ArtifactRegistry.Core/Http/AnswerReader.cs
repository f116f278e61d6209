using System.Text;
using System.Text.Json;

namespace ArtifactRegistry.Http;

/// <summary>Reads what the service answers, of whatever it is made.</summary>
internal static class AnswerReader
{
    private const int LongestErrorBody = 64 * 1024;

    /// <summary>Reads a success.</summary>
    /// <exception cref="RegistryException">It is not the JSON that was expected.</exception>
    public static async Task<T> ReadAsync<T>(
        HttpResponseMessage response, Func<JsonElement, T> read, string line, CancellationToken stop)
    {
        try
        {
            await using Stream stream = await response.Content.ReadAsStreamAsync(stop);
            using JsonDocument document = await JsonDocument.ParseAsync(stream, default, stop);
            return document.Read(read);
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            throw new RegistryException(
                RegistryErrorKind.UnexpectedAnswer, "The answer is not the JSON that the API documents.", e)
            {
                Status = response.StatusCode,
                Request = line,
            };
        }
    }

    /// <summary>Reads a success as bytes.</summary>
    /// <exception cref="RegistryException">There are more than <paramref name="most"/>, or they are not encoded as they should be.</exception>
    public static async Task<byte[]> ReadBytesAsync(HttpResponseMessage response, int most, string line, CancellationToken stop)
    {
        try
        {
            await using Stream stream = await response.Content.ReadAsStreamAsync(stop);
            using var bytes = new MemoryStream();
            byte[] buffer = new byte[16 * 1024];
            for (int read = await stream.ReadAsync(buffer, stop); read > 0; read = await stream.ReadAsync(buffer, stop))
            {
                if (bytes.Length + read > most) throw new InvalidDataException();
                bytes.Write(buffer, 0, read);
            }

            return bytes.ToArray();
        }
        catch (InvalidDataException e)
        {
            throw new RegistryException(
                RegistryErrorKind.UnexpectedAnswer, "The answer is too large, or is not encoded as it says.", e)
            {
                Status = response.StatusCode,
                Request = line,
            };
        }
    }

    /// <summary>Reads a refusal.</summary>
    /// <remarks>
    /// The status says what went wrong, and the body only why: so a body that is endless, broken or in an encoding that
    /// nobody knows is read as far as it is of use.
    /// </remarks>
    public static async Task<string> ReadErrorAsync(HttpContent content, CancellationToken stop)
    {
        byte[] buffer = new byte[LongestErrorBody];
        int length = 0;
        try
        {
            await using Stream stream = await content.ReadAsStreamAsync(stop);
            for (int read = -1; read != 0 && length < buffer.Length; length += read)
                read = await stream.ReadAsync(buffer.AsMemory(length), stop);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException)
        {
            // What has come so far is what there is to tell.
        }

        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    /// <summary>How long the service asks to wait before another try; null if it does not say.</summary>
    public static TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: TimeSpan delta } => delta,
        { Date: DateTimeOffset date } => date - DateTimeOffset.UtcNow is { Ticks: > 0 } left ? left : TimeSpan.Zero,
        _ => null,
    };
}
