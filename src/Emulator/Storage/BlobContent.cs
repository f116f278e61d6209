namespace ArtifactRegistry.Emulator.Storage;

/// <summary>The bytes of a blob: in memory, in a file, or zeros.</summary>
internal sealed class BlobContent
{
    private readonly byte[]? _bytes;
    private readonly string? _path;

    public BlobContent(byte[] bytes) => (_bytes, Length) = (bytes, bytes.Length);

    public BlobContent(string path, long length) => (_path, Length) = (path, length);

    private BlobContent(long length) => Length = length;

    public long Length { get; }

    /// <summary>So many zeros, which take no memory.</summary>
    public static BlobContent Zeros(long length) => new(length);

    /// <summary>
    /// Opens the bytes for reading. They can be read to the end even if the blob is deleted in the meantime.
    /// </summary>
    public Stream Open() => _bytes is not null
        ? new MemoryStream(_bytes, writable: false)
        : _path is null ? new ZeroStream(Length)
        : new FileStream(_path, new FileStreamOptions
        {
            Share = FileShare.Read | FileShare.Delete,
            Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
            BufferSize = 0,
        });

    public byte[] ToArray()
    {
        using Stream stream = Open();
        byte[] bytes = new byte[Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    public void Delete()
    {
        if (_path is not null) File.Delete(_path);
    }
}
