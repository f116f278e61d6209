using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace ArtifactRegistry.Benchmarks;

/// <summary>Images with content that share four layers of 16 MB each, and have one of 256 KB of their own.</summary>
internal static class SharedLayers
{
    public const int Images = 50;

    private const int Shared = 4;
    private const int SharedSize = 16 << 20;
    private const int OwnSize = 256 << 10;

    /// <summary>Pushes them as <c>shared0:v1</c> and so on to the repository of all benchmarks.</summary>
    public static async Task PushAsync(Uri emulator, CancellationToken stop)
    {
        using HttpClient http = new() { BaseAddress = new Uri(emulator, "v2/us/shop/apps/") };
        string[] shared = new string[Shared];
        for (int i = 0; i < Shared; i++)
            shared[i] = await PushBlobAsync(0, "layer", Bytes(i, SharedSize));
        for (int image = 0; image < Images; image++)
        {
            string own = await PushBlobAsync(image, "layer", Bytes(Shared + image, OwnSize));
            string config = await PushBlobAsync(
                image,
                "config",
                Encoding.UTF8.GetBytes(string.Create(
                    CultureInfo.InvariantCulture,
                    $$"""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]},"v":{{image}}}""")));
            string manifest = $$"""
                {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{{config}},
                "layers":[{{string.Join(',', [.. shared, own])}}]}
                """;
            await SendAsync(HttpMethod.Put, $"shared{image}/manifests/v1", new StringContent(manifest)
            {
                Headers = { ContentType = new("application/vnd.oci.image.manifest.v1+json") },
            });
        }

        async Task<string> PushBlobAsync(int image, string kind, byte[] bytes)
        {
            string digest = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";
            await SendAsync(
                HttpMethod.Post,
                string.Create(CultureInfo.InvariantCulture, $"shared{image}/blobs/uploads/?digest={digest}"),
                new ByteArrayContent(bytes));
            string type = kind == "config" ? "config.v1+json" : "layer.v1.tar+gzip";
            return string.Create(
                CultureInfo.InvariantCulture,
                $$"""{"mediaType":"application/vnd.oci.image.{{type}}","digest":"{{digest}}","size":{{bytes.Length}}}""");
        }

        async Task SendAsync(HttpMethod method, string path, HttpContent content)
        {
            using HttpRequestMessage request = new(method, path) { Content = content };
            using HttpResponseMessage response = await http.SendAsync(request, stop);
            response.EnsureSuccessStatusCode();
        }
    }

    // Incompressible, the same in every run, and gzip as skopeo looks for it: it would compress anything else anew.
    private static byte[] Bytes(int seed, int size)
    {
        byte[] bytes = new byte[size];
        new Random(seed).NextBytes(bytes);
        using MemoryStream compressed = new();
        using (GZipStream gzip = new(compressed, CompressionLevel.NoCompression)) gzip.Write(bytes);
        return compressed.ToArray();
    }
}
