using System.Formats.Tar;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace ArtifactRegistry.Shell.Demo;

/// <summary>Real images for the walk-through: pushed as docker does it, each build over one base layer.</summary>
internal static class DemoImages
{
    private const string Name = "v2/us/shop/apps/hello";
    private const string Layer = "application/vnd.oci.image.layer.v1.tar+gzip";
    private const string Manifest = "application/vnd.oci.image.manifest.v1+json";
    private const int Builds = 20;

    /// <summary>
    /// Pushes twenty builds as <c>latest</c>, one after the other, and the tag <c>stable</c> with the seventh.
    /// </summary>
    public static async Task PushAsync(Uri registry, CancellationToken stop)
    {
        using HttpClient client = new() { BaseAddress = registry };
        byte[] shared = Tar("base", RandomNumberGenerator.GetBytes(300_000));
        await PushBlobAsync(client, shared, stop);
        for (int build = 1; build <= Builds; build++)
        {
            byte[] own = Tar("hello", Encoding.UTF8.GetBytes($"build {build}"));
            byte[] config = Encoding.UTF8.GetBytes(
                $$"""{"os":"linux","architecture":"amd64","author":"build {{build}}","rootfs":{"type":"layers"} }""");
            await PushBlobAsync(client, own, stop);
            await PushBlobAsync(client, config, stop);
            string manifest =
                $$"""
                {"schemaVersion":2,"mediaType":"{{Manifest}}",
                 "config":{{Describe("application/vnd.oci.image.config.v1+json", config)}},
                 "layers":[{{Describe(Layer, shared)}},{{Describe(Layer, own)}}]}
                """;
            foreach (string tag in build == 7 ? (string[])["latest", "stable"] : ["latest"])
            {
                using StringContent content = new(manifest, new MediaTypeHeaderValue(Manifest));
                using HttpResponseMessage put = await client.PutAsync(
                    new Uri($"{Name}/manifests/{tag}", UriKind.Relative), content, stop);
                put.EnsureSuccessStatusCode();
            }
        }
    }

    private static async Task PushBlobAsync(HttpClient client, byte[] bytes, CancellationToken stop)
    {
        using ByteArrayContent content = new(bytes);
        using HttpResponseMessage post = await client.PostAsync(
            new Uri($"{Name}/blobs/uploads/?digest={DigestOf(bytes)}", UriKind.Relative), content, stop);
        post.EnsureSuccessStatusCode();
    }

    private static string Describe(string mediaType, byte[] content) =>
        $$"""{"mediaType":"{{mediaType}}","digest":"{{DigestOf(content)}}","size":{{content.Length}}}""";

    private static string DigestOf(byte[] content) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}";

    private static byte[] Tar(string name, byte[] content)
    {
        using MemoryStream bytes = new();
        using (GZipStream gzip = new(bytes, CompressionLevel.Fastest))
        using (TarWriter tar = new(gzip, TarEntryFormat.Ustar))
            tar.WriteEntry(
                new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) }
            );
        return bytes.ToArray();
    }
}
