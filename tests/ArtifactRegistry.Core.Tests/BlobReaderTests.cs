using System.Globalization;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Core.Tests.Support;
using ArtifactRegistry.Http;
using ArtifactRegistry.Transfer;
using Xunit;

namespace ArtifactRegistry.Core.Tests;

/// <summary>Blobs whose bytes stop coming while the connection stays open.</summary>
public sealed class BlobReaderTests : CoreTest
{
    private const string Type = "application/octet-stream";

    private static readonly byte[] Blob = [.. Enumerable.Range(0, 300_000).Select(number => (byte)(number * 7))];

    [Fact]
    public async Task A_blob_that_stalls_is_read_on_from_where_it_was()
    {
        await using RawServer server = RawServer.Start(request => RangeOf(request) is int from
            ? RawReply.Of(
                206, Blob[from..], Type, $"Content-Range: bytes {from}-{Blob.Length - 1}/{Blob.Length}")
            : new RawReply(RawReply.Of(200, Blob, Type).Bytes[..^100_000], Stalls: true));

        byte[] read = await ReadAsync(server, TimeSpan.FromSeconds(2));

        Assert.Equal(Blob, read);
        Assert.Null(RangeOf(server.Requests[0]));
        Assert.InRange(RangeOf(server.Requests[^1])!.Value, 1, Blob.Length - 100_000);
    }

    [Fact]
    public async Task A_blob_that_stalls_again_and_again_is_given_up_as_a_time_out()
    {
        await using RawServer server = RawServer.Start(
            _ => new RawReply(RawReply.Of(200, Blob, Type).Bytes[..^Blob.Length], Stalls: true));

        RegistryException error = await RefusedAsync(() => ReadAsync(server, TimeSpan.FromMilliseconds(300)));

        Assert.Equal(RegistryErrorKind.TimedOut, error.Kind);
        Assert.InRange(server.Requests.Count, 2, 20);
    }

    private static int? RangeOf(RawRequest request) =>
        request.Head.Split("\r\n").SingleOrDefault(
            line => line.StartsWith("Range: bytes=", StringComparison.OrdinalIgnoreCase)) is string line
            ? int.Parse(line.Split('=')[1].TrimEnd('-'), CultureInfo.InvariantCulture)
            : null;

    private async Task<byte[]> ReadAsync(RawServer server, TimeSpan timeout)
    {
        RestTransport transport = new(
            SharedHttp, SignIns.Choose(Secret, _ => null), Quick with { RequestTimeout = timeout }, null);
        OciRegistryClient registry = new(transport, Endpoints.Choose(server.Url, _ => null));
        await using BlobReader reader = new(
            registry.Open(Web), new Descriptor(Oci.DigestOf(Blob), Blob.Length, Type));
        using MemoryStream read = new();
        await reader.CopyToAsync(
            bytes =>
            {
                read.Write(bytes.Span);
                return ValueTask.CompletedTask;
            },
            Stop);
        return read.ToArray();
    }
}
