using System.Buffers;
using System.Globalization;

namespace ArtifactRegistry.Http;

/// <summary>Reads response bodies into memory, within limits whatever a server sends.</summary>
internal static class AnswerBody
{
    /// <summary>
    /// The maximum size of a decompressed response in bytes: many times a full page of a thousand images. A manifest
    /// has at most 4 MiB (https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-manifests).
    /// </summary>
    public const int MaxLength = 8 * 1024 * 1024;

    // Any number of responses up to this size is read at once; larger ones are read one after the other.
    private const int MaxShared = 1024 * 1024;
    private const int FirstLength = 16 * 1024;

    private static readonly SemaphoreSlim Large = new(1);

    /// <summary>Reads a body and uses it while it is in memory.</summary>
    /// <param name="content">The body.</param>
    /// <param name="use">Uses the bytes, which are not available afterwards.</param>
    /// <param name="waited">Called after a wait for other large responses.</param>
    /// <param name="stop">Cancelled when the command ends, or the time limit is reached.</param>
    /// <exception cref="AnswerTooLargeException">It has more than <see cref="MaxLength"/> bytes.</exception>
    public static async Task<T> ReadAsync<T>(
        HttpContent content, Func<ReadOnlyMemory<byte>, T> use, Action? waited, CancellationToken stop)
    {
        if (content.Headers.ContentLength > MaxLength) throw new AnswerTooLargeException();
        byte[] buffer = ArrayPool<byte>.Shared.Rent(FirstLength);
        bool isLarge = false;
        try
        {
            await using Stream stream = await content.ReadAsStreamAsync(stop);
            for (int length = 0; ;)
            {
                int read = await stream.ReadAsync(buffer.AsMemory(length), stop);
                if (read == 0) return use(buffer.AsMemory(0, length));
                length += read;
                if (length < buffer.Length) continue;

                if (length >= MaxLength) throw new AnswerTooLargeException();
                if (length >= MaxShared && !isLarge)
                {
                    await Large.WaitAsync(stop);
                    isLarge = true;
                    waited?.Invoke();
                }

                byte[] larger = ArrayPool<byte>.Shared.Rent(length * 2);
                buffer.AsSpan().CopyTo(larger);
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = larger;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            if (isLarge) Large.Release();
        }
    }
}

/// <summary>The exception for a response that is larger than any that the services document.</summary>
internal sealed class AnswerTooLargeException() : IOException(string.Create(
    CultureInfo.InvariantCulture,
    $"The answer is larger than {AnswerBody.MaxLength / 1024 / 1024} MB, which no answer of the service should be."));
