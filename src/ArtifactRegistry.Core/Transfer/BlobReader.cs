using System.Security.Cryptography;

namespace ArtifactRegistry.Transfer;

/// <summary>
/// Reads a blob in order, goes on where the source broke off, and checks its digest before it hands out the last bytes:
/// whoever writes them elsewhere never completes a false blob.
/// </summary>
/// <param name="source">The source.</param>
/// <param name="blob">The blob.</param>
internal sealed class BlobReader(IContentSource source, Descriptor blob) : IAsyncDisposable
{
    // In a row; each of them is already the last of several attempts.
    private const int MaxBreaks = 5;
    private const long BytesThatResetBreaks = 1 << 20;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private Stream? _stream;
    private long _at, _brokeAt;
    private int _breaks;
    private bool _isChecked;

    /// <summary>Reads the next bytes; returns zero at the end of the blob.</summary>
    /// <exception cref="RegistryException">It cannot be read, or has another digest or size.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken stop)
    {
        if (_at == blob.Size)
        {
            if (!_isChecked) Check();
            return 0;
        }

        int read = await ReadSomeAsync(buffer[..(int)Math.Min(buffer.Length, blob.Size - _at)], stop);
        _hash.AppendData(buffer.Span[..read]);
        _at += read;
        if (_at == blob.Size) Check();
        return read;
    }

    /// <summary>Reads the whole blob, and throws if it is not what was asked for.</summary>
    public async Task CopyToAsync(Func<ReadOnlyMemory<byte>, ValueTask> write, CancellationToken stop)
    {
        byte[] buffer = new byte[128 * 1024];
        for (int read; (read = await ReadAsync(buffer, stop)) > 0;)
            await write(buffer.AsMemory(0, read));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _hash.Dispose();
        if (_stream is not null) await _stream.DisposeAsync();
    }

    private async Task<int> ReadSomeAsync(Memory<byte> buffer, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                _stream ??= await source.OpenBlobAsync(blob, _at, stop);
                int read = await _stream.ReadAsync(buffer, stop);
                if (read > 0) return read;
                throw new EndOfStreamException($"The source ended after {_at} of {blob.Size} bytes.");
            }
            catch (Exception e)
                when (e is IOException or HttpRequestException or RegistryException { OutcomeUnknown: true }
                    && !stop.IsCancellationRequested)
            {
                if (_stream is not null) await _stream.DisposeAsync();
                _stream = null;
                _breaks = _at - _brokeAt >= BytesThatResetBreaks ? 1 : _breaks + 1;
                _brokeAt = _at;
                if (_breaks < MaxBreaks) continue;
                throw e as RegistryException
                    ?? new RegistryException(
                        RegistryErrorKind.Unreachable, $"The blob {blob.Digest} cannot be read: {e.Message}", e);
            }
        }
    }

    private void Check()
    {
        _isChecked = true;
        string actual = Digest.FromHash(_hash.GetHashAndReset());
        if (actual != blob.Digest)
            throw new RegistryException(
                RegistryErrorKind.UnexpectedAnswer,
                $"The source answers with a blob whose digest is {actual}, so it is not {blob.Digest}, which was "
                    + $"asked for.")
            {
                IsFinal = true,
            };
    }
}
