using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ArtifactRegistry.Shell;

namespace ArtifactRegistry.Benchmarks;

/// <summary>An emulator in a process of its own.</summary>
internal sealed class EmulatorProcess : IAsyncDisposable
{
    public const string Apps = "us-docker.pkg.dev/shop/apps";

    private readonly Process _process;
    private readonly string _seed;

    private EmulatorProcess(Process process, string seed, Uri url) => (_process, _seed, Url) = (process, seed, url);

    public Uri Url { get; }

    /// <summary>Starts it with images, and waits until it listens.</summary>
    public static Task<EmulatorProcess> StartAsync(
        IEnumerable<SeededImage> images,
        CancellationToken stop,
        params string[] flags
    ) => StartAsync(images, [], stop, flags);

    /// <summary>Starts it with images, and projects that run some.</summary>
    public static async Task<EmulatorProcess> StartAsync(
        IEnumerable<SeededImage> images,
        IReadOnlyList<object> projects,
        CancellationToken stop,
        params string[] flags
    )
    {
        string seed = Path.GetTempFileName();
        await File.WriteAllTextAsync(
            seed,
            JsonSerializer.Serialize(
                new
                {
                    projects,
                    repositories = images
                        .Append(new SeededImage("none", 0))
                        .GroupBy(image => image.Repository)
                        .Select(each => new
                        {
                            name = each.Key,
                            images = each.SelectMany(image => image.Entries()).ToArray(),
                        })
                        .ToArray(),
                }
            ),
            stop
        );
        Process process = Process.Start(
            new ProcessStartInfo(
                PowerShellProgram.DotNet,
                [Processes.Assembly("Emulator"), "--urls", "http://127.0.0.1:0", "--seed", seed, .. flags]
            )
            {
                RedirectStandardOutput = true,
            }
        )!;
        // "Artifact Registry emulator on http://127.0.0.1:41233/: 1 repositories, …"
        string? line = await process.StandardOutput.ReadLineAsync(stop);
        string url = line?.Split(' ')
            .FirstOrDefault(word => word.StartsWith("http", StringComparison.Ordinal))
            ?.TrimEnd(':')
            ?? throw new InvalidOperationException($"The emulator did not start: {line}");
        _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None); // else it would block once the pipe is full
        return new EmulatorProcess(process, seed, new Uri(url));
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        File.Delete(_seed);
    }
}

/// <summary>An image of a seed: so many digests without a tag, and so many with one each.</summary>
internal sealed record SeededImage(
    string Package,
    int Untagged,
    int Tagged = 0,
    string Repository = EmulatorProcess.Apps
)
{
    public IEnumerable<object> Entries()
    {
        if (Untagged > 0) yield return new { package = Package, count = Untagged, age = "30d", every = "1m" };
        for (int i = 0; i < Tagged; i++)
            yield return new
            {
                package = Package,
                tags = new[] { string.Create(CultureInfo.InvariantCulture, $"v{i}") },
                age = "20d",
            };
    }
}
