using System.Net;
using System.Security.Cryptography;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

/// <summary>For tests that measure what the process does: no others run beside them.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class Alone;

/// <summary>
/// Blobs that are larger than what may sit in memory, made as they are sent and hashed as they come back.
/// </summary>
[Collection(nameof(Alone))]
public sealed class LargeBlobTests : RegistryTest
{
    private const long Size = 256L << 20;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_large_blob_goes_in_and_out_without_sitting_in_memory(bool kept)
    {
        using TemporaryFolder folder = new();
        using RegistryState state = kept ? new(TimeProvider.System, folder.Path) : new(TimeProvider.System);
        await using EmulatorServer emulator = await EmulatorServer.StartAsync(
            new EmulatorOptions { State = state },
            Stop
        );
        state.AddRepository(Apps);
        string digest = DigestOf(Size);
        LiveMemory memory = new();

        using (HttpResponseMessage started = await Client.PostAsync(new Uri(emulator.Url, Uploads), null, Stop))
        using (StreamContent content = new(new Watched(new Filler(Size), memory)))
        using (HttpResponseMessage put = await Client.PutAsync(
            new Uri(emulator.Url, $"{started.Headers.Location}?digest={digest}"), content, Stop))
        {
            Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        }
        using HttpResponseMessage got = await Client.GetAsync(
            new Uri(emulator.Url, $"{Web}/blobs/{digest}"), HttpCompletionOption.ResponseHeadersRead, Stop);
        Assert.Equal(Size, got.Content.Headers.ContentLength);
        await using Watched stream = new(await got.Content.ReadAsStreamAsync(Stop), memory);
        string received = await Oci.DigestOfAsync(stream, Stop);

        Assert.Equal(digest, received);
        Assert.InRange(memory.Looks, 2 * (Size / Watched.Step), long.MaxValue);
        // Client and server together: buffers that are used again and again.
        Assert.InRange(memory.Most, 0, Size / 8);
    }

    [Fact]
    public async Task A_large_blob_in_memory_mode_is_in_a_temporary_folder_that_goes_with_the_state()
    {
        string[] Folders() => Directory.GetDirectories(Path.GetTempPath(), "ar-emulator-*");
        string[] before = Folders();
        RegistryState state = new(TimeProvider.System);
        await using EmulatorServer emulator = await EmulatorServer.StartAsync(
            new EmulatorOptions { State = state },
            Stop
        );
        state.AddRepository(Apps);
        using StreamContent content = new(new Filler(5 << 20));
        using HttpResponseMessage put = await Client.PostAsync(
            new Uri(emulator.Url, $"{Uploads}?digest={DigestOf(5 << 20)}"), content, Stop);
        Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        string[] mine = [.. Folders().Except(before).Where(folder => Directory
            .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Any(file => DigestOf(5 << 20).EndsWith(Path.GetFileName(file), StringComparison.Ordinal)))];

        state.Dispose();

        Assert.All(mine, folder => Assert.False(Directory.Exists(folder)));
        Assert.NotEmpty(mine);
    }

    [Fact]
    public async Task A_download_goes_on_though_the_blob_is_deleted_meanwhile()
    {
        const int Length = 64 << 20;
        string digest = DigestOf(Length);
        using (StreamContent content = new(new Filler(Length)))
            await Client.PostAsync(new Uri(Emulator.Url, $"{Uploads}?digest={digest}"), content, Stop);
        using HttpResponseMessage got = await Client.GetAsync(
            new Uri(Emulator.Url, $"{Web}/blobs/{digest}"), HttpCompletionOption.ResponseHeadersRead, Stop);

        await FinishAsync(await SendAsync("DELETE", AppsPath));
        Assert.Empty(State.BlobDigests);

        await using Stream stream = await got.Content.ReadAsStreamAsync(Stop);
        Assert.Equal(digest, await Oci.DigestOfAsync(stream, Stop));
    }

    private static string DigestOf(long size) =>
        $"sha256:{Convert.ToHexStringLower(SHA256.HashData(new Filler(size)))}";

    /// <summary>
    /// The most memory that was in use at once. What was allocated and is not needed any more does not count.
    /// </summary>
    private sealed class LiveMemory
    {
        private readonly long _before = GC.GetTotalMemory(forceFullCollection: true);

        public long Most { get; private set; }

        public long Looks { get; private set; }

        public void Look()
        {
            Most = Math.Max(Most, GC.GetTotalMemory(forceFullCollection: true) - _before);
            Looks++;
        }
    }

    /// <summary>Looks at the memory each time that so many bytes have gone through.</summary>
    private sealed class Watched(Stream inner, LiveMemory memory) : ReadOnlyStream
    {
        public const long Step = 8L << 20;

        private long _position;

        public override int Read(Span<byte> buffer) => Count(inner.Read(buffer));

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer,
            CancellationToken cancellationToken = default
        ) => Count(await inner.ReadAsync(buffer, cancellationToken));

        private int Count(int read)
        {
            long before = _position / Step;
            _position += read;
            if (_position / Step > before) memory.Look();
            return read;
        }
    }

    /// <summary>So many bytes, made when they are read.</summary>
    private sealed class Filler(long size) : ReadOnlyStream
    {
        private long _position;

        public override int Read(Span<byte> buffer)
        {
            int count = (int)Math.Min(buffer.Length, size - _position);
            // Not all alike, so that a part in the wrong place would show.
            for (int i = 0; i < count; i++) buffer[i] = (byte)((_position + i) >> 10);
            _position += count;
            return count;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(Read(buffer.Span));
    }

    /// <summary>What is the same in each stream that is read from the beginning to the end.</summary>
    private abstract class ReadOnlyStream : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
