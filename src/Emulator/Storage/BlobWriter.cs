using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using ArtifactRegistry.Emulator.Model;
using Microsoft.Win32.SafeHandles;

namespace ArtifactRegistry.Emulator.Storage;

/// <summary>An upload under way: accepts bytes as they arrive and computes their digest.</summary>
/// <param name="file">Gets the file for more than <paramref name="memory"/> bytes; it does not exist yet.</param>
/// <param name="memory">The number of bytes that may be held in memory instead of the file.</param>
internal sealed class BlobWriter(Func<string> file, int memory) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private SafeFileHandle? _handle;
    private string? _path;

    /// <summary>The number of bytes received.</summary>
    public long Length { get; private set; }

    /// <summary>The digest of the bytes received so far.</summary>
    public string Digest => Manifests.DigestFromHash(_hash.GetCurrentHash());

    /// <summary>Appends a request's body. Bytes that arrived before the client disconnected are kept.</summary>
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

    /// <summary>Flushes the bytes to the disk. This takes time, so it is done before <see cref="Finish"/>.</summary>
    public void Flush()
    {
        if (memory == 0) RandomAccess.FlushToDisk(_handle ?? Create());
    }

    /// <summary>Completes the upload: moves the bytes to their final place.</summary>
    /// <param name="target">Gets the final path, if the bytes are in a file.</param>
    public BlobContent Finish(Func<string> target)
    {
        if (_handle is null) return new BlobContent(_bytes.WrittenSpan.ToArray());

        _handle.Dispose();
        string path = target();
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // The file appears atomically with all of its bytes, or not at all.
        File.Move(_path!, path, overwrite: true);
        _path = null;
        return new BlobContent(path, Length);
    }

    /// <summary>Abandons the upload, unless it was completed.</summary>
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
        _handle = File.OpenHandle(
            _path,
            FileMode.CreateNew,
            FileAccess.Write,
            FileShare.None,
            FileOptions.Asynchronous
        );
        if (_bytes.WrittenCount > 0)
            RandomAccess.Write(_handle, _bytes.WrittenSpan, 0);
        _bytes.Clear();
        return _handle;
    }
}
