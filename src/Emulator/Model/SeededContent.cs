using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Storage;

namespace ArtifactRegistry.Emulator.Model;

/// <summary>A blob that nobody uploaded.</summary>
/// <param name="Digest">The digest of the bytes.</param>
/// <param name="Content">The bytes.</param>
internal sealed record SeededBlob(string Digest, BlobContent Content)
{
    public SeededBlob(byte[] bytes) : this(Manifests.DigestOf(bytes), new BlobContent(bytes))
    {
    }

    /// <summary>Makes a blob of so many zeros.</summary>
    public static SeededBlob Zeros(int length)
    {
        BlobContent zeros = BlobContent.Zeros(length);
        using Stream bytes = zeros.Open();
        return new(Manifests.DigestFromHash(SHA256.HashData(bytes)), zeros);
    }
}

/// <summary>The configuration and the layers of a seeded image that can be pulled, archived and copied.</summary>
/// <remarks>
/// A large image consists of layers that it shares with others, as images with the same base do, and a small one of its
/// own. So hundreds of images of 80 MB take little memory, and are hashed in a fraction of a second.
/// </remarks>
internal sealed record SeededContent(SeededBlob Config, IReadOnlyList<SeededBlob> Layers)
{
    private const int LargeImage = 1 << 20;
    private const int SmallestShared = 1 << 16;
    private const int LargestShared = 1 << 30;

    private static readonly ConcurrentDictionary<int, SeededBlob> Shared = new();

    /// <summary>Gets all blobs.</summary>
    public IEnumerable<SeededBlob> Blobs => [Config, .. Layers];

    /// <summary>Makes the content of an image.</summary>
    /// <param name="seed">A text that no other image has.</param>
    /// <param name="size">The size of the image in bytes; the layers make it up.</param>
    public static SeededContent Make(string seed, long size)
    {
        byte[] config = Manifests.Write(
            new JsonObject { ["architecture"] = "amd64", ["os"] = "linux", ["of"] = seed });
        byte[] start = Encoding.UTF8.GetBytes(seed + " layer");
        long rest = size - config.Length;
        List<SeededBlob> layers = [];
        for (int length = LargestShared; size >= LargeImage && length >= SmallestShared; length >>= 1)
        {
            for (; rest >= length + start.Length; rest -= length)
                layers.Add(Shared.GetOrAdd(length, SeededBlob.Zeros));
        }

        byte[] own = new byte[Math.Max(start.Length, rest)];
        start.CopyTo(own, 0);
        layers.Add(new SeededBlob(own));
        return new SeededContent(new SeededBlob(config), layers);
    }
}
