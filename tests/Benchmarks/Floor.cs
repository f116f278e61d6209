using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ArtifactRegistry.Benchmarks;

/// <summary>
/// The floor: the same requests with the same concurrency and the same JSON parsed, by HttpClient and nothing else.
/// </summary>
/// <remarks>It knows no errors, no retries and no safety; nothing that does can be faster.</remarks>
internal static class Floor
{
    /// <summary>How often the work is done before it is timed.</summary>
    public const int TimesBefore = 5;

    private const string Repository = "projects/shop/locations/us/repositories/apps";

    /// <summary>
    /// Writes ms=NUMBER, and the number of requests. The work is done before, so that nothing is compiled in the time:
    /// on a small image where it changes something.
    /// </summary>
    public static async Task<int> RunAsync(string what, Uri url, string[] rest, CancellationToken stop)
    {
        using CountingHandler counting = new(new() { AutomaticDecompression = DecompressionMethods.GZip });
        using HttpClient http = new(counting) { BaseAddress = url };
        foreach (
            string kind in (string[])
                ["vnd.oci.image.manifest.v1", "vnd.oci.image.index.v1", "vnd.docker.distribution.manifest.v2"]
        )
            http.DefaultRequestHeaders.Accept.ParseAdd($"application/{kind}+json");
        Func<string, Task<int>> work = what switch
        {
            "list" => package => ListAsync(http, package, stop),
            "inuse" => project => KubernetesFloor.ReadAsync(
                http, project, int.Parse(rest[1], CultureInfo.InvariantCulture), stop),
            "fleet" => count => Fleet.ListAsync(
                http, int.Parse(count, CultureInfo.InvariantCulture), int.Parse(rest[1], CultureInfo.InvariantCulture),
                stop),
            "clean" => package => CleanAsync(http, package, int.Parse(rest[1], CultureInfo.InvariantCulture), stop),
            _ => throw new ArgumentException($"'{what}' is not a known kind of work."),
        };
        // What changes nothing is done whole.
        for (int i = 0; i < TimesBefore; i++) await work(what == "clean" ? "warm-floor" : rest[0]);
        int before = counting.Requests;
        long began = Stopwatch.GetTimestamp();
        int count = await work(rest[0]);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"ms={Stopwatch.GetElapsedTime(began).TotalMilliseconds}\ncount={count}\n"
                    + $"requests={counting.Requests - before}"
            )
        );
        return 0;
    }

    private sealed class CountingHandler(SocketsHttpHandler handler) : DelegatingHandler(handler)
    {
        private int _requests;

        public int Requests => _requests;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken stop)
        {
            Interlocked.Increment(ref _requests);
            return base.SendAsync(request, stop);
        }
    }

    /// <summary>Lists a repository ("*") or an image, page by page.</summary>
    private static async Task<int> ListAsync(HttpClient http, string package, CancellationToken stop)
    {
        int count = 0;
        await foreach (Image _ in ImagesAsync(http, package, stop)) count++;
        return count;
    }

    /// <summary>
    /// Lists an image, reads every manifest, deletes what has no tag, and asks for each operation until it is done.
    /// </summary>
    private static async Task<int> CleanAsync(HttpClient http, string package, int atOnce, CancellationToken stop)
    {
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = atOnce, CancellationToken = stop };
        await GetAsync(http, $"v1/{Repository}", FloorJson.Default.Anything, stop);
        List<Image> images = [];
        await foreach (Image image in ImagesAsync(http, package, stop)) images.Add(image);
        await Parallel.ForEachAsync(images, parallel, async (image, token) =>
            await GetAsync(
                http,
                $"v2/us/shop/apps/{package}/manifests/{DigestOf(image)}",
                FloorJson.Default.Anything,
                token
            )
        );
        int count = 0;
        await Parallel.ForEachAsync(images.Where(image => image.Tags is null), parallel, async (image, token) =>
        {
            using HttpResponseMessage response = await http.DeleteAsync(
                new Uri($"v1/{Repository}/packages/{package}/versions/{DigestOf(image)}", UriKind.Relative),
                token
            );
            Operation operation = (
                await JsonSerializer.DeserializeAsync(
                    await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync(token),
                    FloorJson.Default.Operation,
                    token
                )
            )!;
            while (!operation.Done)
                operation = await GetAsync(http, $"v1/{operation.Name}", FloorJson.Default.Operation, token);
            Interlocked.Increment(ref count);
        });
        return count;
    }

    private static async IAsyncEnumerable<Image> ImagesAsync(
        HttpClient http,
        string package,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop
    )
    {
        string query = $"v1/{Repository}/dockerImages?pageSize=1000";
        string start = package == "*" ? "" : $"{Repository}/dockerImages/{Uri.EscapeDataString(package)}@";
        string? token = null;
        do
        {
            Page page = await GetAsync(
                http,
                token is null ? query : $"{query}&pageToken={token}",
                FloorJson.Default.Page,
                stop
            );
            foreach (Image image in page.DockerImages ?? [])
                if (image.Name.StartsWith(start, StringComparison.Ordinal)) yield return image;
            token = page.NextPageToken;
        }
        while (token is not null);
    }

    private static async Task<T> GetAsync<T>(
        HttpClient http,
        string path,
        System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type,
        CancellationToken stop
    )
    {
        using HttpResponseMessage response =
            await http.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, stop);
        return (await JsonSerializer.DeserializeAsync(
            await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync(stop), type, stop))!;
    }

    private static string DigestOf(Image image) =>
        image.Name[(image.Name.IndexOf('@', StringComparison.Ordinal) + 1)..];
}

internal sealed record Page(IReadOnlyList<Image>? DockerImages, string? NextPageToken);

internal sealed record Image(
    string Name,
    IReadOnlyList<string>? Tags,
    long? ImageSizeBytes,
    DateTimeOffset? UploadTime,
    string? MediaType,
    DateTimeOffset? BuildTime,
    DateTimeOffset? UpdateTime,
    string? ArtifactType,
    string? SubjectDigest);

internal sealed record Operation(string Name, bool Done);

internal sealed record Anything(string? Name, string? MediaType);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(Page))]
[JsonSerializable(typeof(Operation))]
[JsonSerializable(typeof(Anything))]
internal sealed partial class FloorJson : JsonSerializerContext;
