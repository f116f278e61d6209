using System.Globalization;

namespace ArtifactRegistry.Benchmarks;

internal sealed partial class Benchmark
{
    // A line of -Verbose for each request: "GET http://… -> 200 in 12 ms".
    private const string CountRequests =
        "-Verbose 4>&1 | Where-Object { $_ -is [Management.Automation.VerboseRecord] -and $_ -match ' -> \\d' } | "
            + "Measure-Object | ForEach-Object { \"requests=$($_.Count)\" }";

    /// <summary>How many requests safety costs, and a repository that cannot be filtered.</summary>
    private async IAsyncEnumerable<Line> RequestsAsync()
    {
        await using (EmulatorProcess emulator = await EmulatorAsync(
            [new("ours", 1000, 1000), new("trusting", 1000, 1000)], "--operation-polls", "2", "--operation-time", "1h"))
        {
            double ours = await RequestsOfAsync($"Remove-ArUntaggedImage {Apps}/ours {Fast}", emulator.Url);
            double trusting = (await FloorNumbersAsync(emulator.Url, "clean", "trusting", $"{AtOnce}"))["requests"];
            yield return Counted(
                "requests to clean up 1,000 untagged of 2,000 digests", ours, "a client that trusts each answer",
                trusting, 1.3);
        }

        const int Images = 120,
            Digests = 50;
        double[] counts = new double[2];
        foreach ((int i, string filter) in new[] { (0, "rejected"), (1, "supported") })
        {
            await using EmulatorProcess emulator = await EmulatorAsync(
                [
                    .. Enumerable.Range(0, Images).Select(image => new SeededImage(
                        string.Create(CultureInfo.InvariantCulture, $"web{image}"), Digests, 0, FilterRepository)),
                ],
                "--docker-image-filter",
                filter
            );
            counts[i] = await RequestsOfAsync($"Get-ArUntaggedImage {FilterRepository}", emulator.Url);
        }

        yield return Counted(
            $"requests for the plans of {Images} images of {Digests} digests, no filter on the service", counts[0],
            "the same with it", counts[1], 1.1);

        async Task<double> RequestsOfAsync(string command, Uri url) =>
            (await Engine.RunAsync($"{command} {CountRequests}", url, stop))["requests"];
    }

    private const string FilterRepository = "us-docker.pkg.dev/shop/filter";

    private static Line Counted(string work, double ours, string name, double theirs, double wanted) =>
        new(
            work,
            string.Create(CultureInfo.InvariantCulture, $"{ours:N0}"),
            string.Create(CultureInfo.InvariantCulture, $"{name} {theirs:N0}"),
            Report.Number(ours / theirs),
            string.Create(CultureInfo.InvariantCulture, $"at most {wanted}"),
            ours / theirs <= wanted
        );
}
