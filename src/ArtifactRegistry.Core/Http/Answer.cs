using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace ArtifactRegistry.Http;

/// <summary>A response whose body has not been read yet.</summary>
/// <param name="response">The response.</param>
/// <param name="request">Method and address of the request.</param>
/// <param name="exchange">Called with the response for -Debug.</param>
internal sealed class Answer(HttpResponseMessage response, string request, Action<string>? exchange)
{
    private const int MaxErrorBody = 64 * 1024;

    /// <summary>Gets the status.</summary>
    public HttpStatusCode Status => response.StatusCode;

    /// <summary>Gets the headers.</summary>
    public HttpResponseHeaders Headers => response.Headers;

    /// <summary>Gets the headers of the body, including its media type.</summary>
    public HttpContentHeaders ContentHeaders => response.Content.Headers;

    /// <summary>
    /// Gets whether the request changes nothing. A response that is not as documented is then an error at once, because
    /// another request would get the same.
    /// </summary>
    public bool IsOfRead { get; init; }

    /// <summary>
    /// Gets the action to call when reading had to wait for other responses, to restart the time limit.
    /// </summary>
    public Action? Waited { get; init; }

    /// <summary>Gets the longest pause between two parts of a body that was taken.</summary>
    public TimeSpan MaxPause { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>Gets whether the body was taken, so that it stays open after the call.</summary>
    public bool IsTaken { get; private set; }

    /// <summary>Gets the address that the service redirects to; null if it does not.</summary>
    public Uri? Redirect => (int)Status is 301 or 302 or 303 or 307 or 308 ? Headers.Location : null;

    /// <summary>
    /// Takes the body, to read it after the call for as long as that takes; <see cref="MaxPause"/> applies to each
    /// part. Disposing of the stream ends the response.
    /// </summary>
    public async Task<Stream> TakeAsync(CancellationToken stop)
    {
        AnswerStream taken = new(response, await OpenAsync(stop), request, MaxPause);
        IsTaken = true;
        return taken;
    }

    /// <summary>Opens the body for copying. The caller decides how much of it to read.</summary>
    public Task<Stream> OpenAsync(CancellationToken stop)
    {
        exchange?.Invoke(ExchangeTrace.Describe(response, [], response.Content.Headers.ContentLength));
        return response.Content.ReadAsStreamAsync(stop);
    }

    /// <summary>Reads the body.</summary>
    /// <exception cref="RegistryException">It is larger than any answer that the services document.</exception>
    public Task<byte[]> ReadBytesAsync(CancellationToken stop) => ReadAsync(body => body.ToArray(), stop);

    /// <summary>Reads the body as JSON.</summary>
    /// <exception cref="RegistryException">It is too large, or not the JSON that was expected.</exception>
    public Task<T> ReadJsonAsync<T>(Func<JsonElement, T> read, CancellationToken stop) =>
        ReadAsync(
            body =>
            {
                JsonDocument document;
                if (body.Span.StartsWith("\uFEFF"u8))
                    body = body[3..];
                try
                {
                    JsonShape.Require(body.Span);
                    document = JsonDocument.Parse(body);
                }
                catch (JsonException e)
                {
                    // The body may have been truncated in transit.
                    throw Unexpected(
                        "The answer is not the JSON that the API documents.",
                        isFinal: e is JsonShapeException,
                        e
                    );
                }

                using (document)
                {
                    try
                    {
                        return document.Read(read);
                    }
                    catch (JsonException e)
                    {
                        throw Unexpected(
                            $"The answer is not the JSON that the API documents: {e.Message}",
                            isFinal: true,
                            e
                        );
                    }
                }
            },
            stop
        );

    /// <summary>Reads the body as JSON while it arrives, for bodies of any size.</summary>
    /// <param name="read">Reads the body; may throw a JsonException.</param>
    /// <param name="stop">Cancelled when the command ends, or the time limit is reached.</param>
    /// <exception cref="RegistryException">It is not the JSON that was expected.</exception>
    public async Task<T> ReadStreamAsync<T>(Func<Stream, CancellationToken, Task<T>> read, CancellationToken stop)
    {
        await using Stream body = await OpenAsync(stop);
        try
        {
            return await read(body, stop);
        }
        catch (JsonException e)
        {
            throw Unexpected(
                $"The answer is not the JSON that the API documents: {e.Message}",
                isFinal: e is JsonShapeException,
                e
            );
        }
        catch (InvalidDataException e)
        {
            throw Unexpected("The answer is not compressed as it says.", isFinal: false, e);
        }
    }

    /// <summary>Reads an error response.</summary>
    /// <remarks>
    /// The status says what went wrong, and the body only says why. So a body that is endless, broken or in an unknown
    /// encoding is read as far as it is useful.
    /// </remarks>
    /// <param name="needs">The permission that the method needs, for services that do not name it.</param>
    /// <param name="stop">Cancelled when the command ends, or the time limit is reached.</param>
    public async Task<RegistryException> ReadErrorAsync(string? needs, CancellationToken stop)
    {
        byte[] body = new byte[MaxErrorBody];
        int length = 0;
        try
        {
            await using Stream stream = await response.Content.ReadAsStreamAsync(stop);
            for (int read = -1; read != 0 && length < body.Length; length += read)
                read = await stream.ReadAsync(body.AsMemory(length), stop);
        }
        catch (Exception e)
            when (e is InvalidDataException || (!IsOfRead && e is HttpRequestException or IOException))
        {
            // Use what has been received so far. A request that only reads is sent again instead: a part of an error
            // may read like another one.
        }

        exchange?.Invoke(ExchangeTrace.Describe(response, body.AsSpan(0, length), length));
        RegistryException error =
            ErrorEnvelope.Translate(request, Status, Encoding.UTF8.GetString(body, 0, length), RetryAfter, needs);
        error.Challenges = [.. Headers.WwwAuthenticate];
        return error;
    }

    // The time that the service asks to wait before another attempt; null if it does not say.
    private TimeSpan? RetryAfter => Headers.RetryAfter switch
    {
        { Delta: TimeSpan delta } => delta,
        { Date: DateTimeOffset date } => date - DateTimeOffset.UtcNow is { Ticks: > 0 } left ? left : TimeSpan.Zero,
        _ => null,
    };

    /// <summary>Reads the body and uses its bytes, which are not available afterwards.</summary>
    /// <exception cref="RegistryException">It is larger than any answer that the services document.</exception>
    public async Task<T> ReadAsync<T>(Func<ReadOnlyMemory<byte>, T> use, CancellationToken stop)
    {
        try
        {
            return await AnswerBody.ReadAsync(
                response.Content,
                body =>
                {
                    exchange?.Invoke(ExchangeTrace.Describe(response, body.Span, body.Length));
                    return use(body);
                },
                Waited, stop);
        }
        catch (AnswerTooLargeException e)
        {
            throw Unexpected(e.Message, isFinal: true, e, isTooLarge: true);
        }
        catch (InvalidDataException e)
        {
            throw Unexpected("The answer is not compressed as it says.", isFinal: false, e);
        }
    }

    private RegistryException Unexpected(string message, bool isFinal, Exception cause, bool isTooLarge = false) =>
        new(RegistryErrorKind.UnexpectedAnswer, message, cause)
        {
            Status = Status,
            Request = request,
            IsFinal = isFinal && IsOfRead,
            IsTooLarge = isTooLarge,
        };
}
