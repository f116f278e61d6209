using System.Globalization;
using System.Net.Http.Json;

namespace ArtifactRegistry.Benchmarks;

/// <summary>200 repositories in 4 projects and 3 locations, and the floor of listing them.</summary>
internal static class Fleet
{
    private static readonly string[] Locations = ["us", "europe", "asia"];

    /// <summary>The names of so many repositories.</summary>
    public static IEnumerable<string> Names(int count) => Enumerable.Range(0, count).Select(i => string.Create(
        CultureInfo.InvariantCulture, $"{LocationOf(i)}-docker.pkg.dev/shop{i % 4}/apps{i}"));

    /// <summary>Lists them, so many at once; returns the number of digests.</summary>
    public static async Task<int> ListAsync(HttpClient http, int count, int atOnce, CancellationToken stop)
    {
        int digests = 0;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = stop },
            async (i, token) =>
            {
                string path = string.Create(
                    CultureInfo.InvariantCulture,
                    $"v1/projects/shop{i % 4}/locations/{LocationOf(i)}/repositories/apps{i}/dockerImages")
                    + "?pageSize=1000";
                Page page = (await http.GetFromJsonAsync(
                    new Uri(path, UriKind.Relative), FloorJson.Default.Page, token))!;
                Interlocked.Add(ref digests, page.DockerImages!.Count);
            });
        return digests;
    }

    private static string LocationOf(int i) => Locations[i % 3];
}
