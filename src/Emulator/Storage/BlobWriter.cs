using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace ArtifactRegistry.Emulator.Storage;

/// <summary>An upload on its way: takes bytes as they come and knows their digest so far.</summary>
/// <param name="file">Where the bytes go once they are more than <paramref name="memory"/>; not there yet.</param>
/// <param name="memory">How many bytes may be held in memory instead of the file.</param>
internal sealed class BlobWriter(Func<string> file, int memory) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private SafeFileHandle? _handle;
    private string? _path;

    /// <summary>How many bytes have been taken.</summary>
    public long Length { get; private set; }

    /// <summary>The digest of the bytes taken so far.</summary>
    public string Digest => $"sha256:{Convert.ToHexStringLower(_hash.GetCurrentHash())}";

    /// <summary>Takes all that a request's body has. What came before the client went away stays taken.</summary>
    public async Task AppendAsync(PipeReader body, CancellationToken stop)
    {
        while (true)
        {
            ReadResult read = await body.ReadAsync(stop);
            foreach (ReadOnlyMemory<byte> part in read.Buffer) await AppendAsync(part, stop);
            body.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) return;
        }
    }

    /// <summary>Makes the bytes safe from a loss of power. Takes its time, so it comes before <see cref="Finish"/>.</summary>
    public void Flush()
    {
        if (memory == 0) RandomAccess.FlushToDisk(_handle ?? Create());
    }

    /// <summary>Ends the upload: puts the bytes where they stay.</summary>
    /// <param name="target">Gives the path of the file that they stay in, if they are in a file.</param>
    public BlobContent Finish(Func<string> target)
    {
        if (_handle is null) return new BlobContent(_bytes.WrittenSpan.ToArray());

        _handle.Dispose();
        string path = target();
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // The name appears at once and with all of the bytes behind it, or not at all.
        File.Move(_path!, path, overwrite: true);
        _path = null;
        return new BlobContent(path, Length);
    }

    /// <summary>Gives the upload up, unless it was finished.</summary>
    public void Dispose()
    {
        _hash.Dispose();
        _handle?.Dispose();
        if (_path is not null) File.Delete(_path);
        _path = null;
    }

    private async ValueTask AppendAsync(ReadOnlyMemory<byte> part, CancellationToken stop)
    {
        if (_handle is null && Length + part.Length <= memory)
        {
            _bytes.Write(part.Span);
        }
        else
        {
            SafeFileHandle handle = _handle ?? Create();
            await RandomAccess.WriteAsync(handle, part, Length, stop);
        }
        _hash.AppendData(part.Span);
        Length += part.Length;
    }

    private SafeFileHandle Create()
    {
        _path = file();
        _handle = File.OpenHandle(_path, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.Asynchronous);
        if (_bytes.WrittenCount > 0) RandomAccess.Write(_handle, _bytes.WrittenSpan, 0);
        _bytes.Clear();
        return _handle;
    }
}
