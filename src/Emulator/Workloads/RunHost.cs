using ArtifactRegistry.Emulator.Http;

namespace ArtifactRegistry.Emulator.Workloads;

/// <summary>The region in the host of a request, as in <c>us-central1-run.googleapis.com</c>.</summary>
/// <remarks>
/// On this machine, the region comes first in the path: <c>127.0.0.1:8085/us-central1/apis/…</c>. gcloud puts the
/// region before the host of its override; it reaches the emulator as a proxy, with the host of Google's.
/// </remarks>
internal static class RunHost
{
    private const string Suffix = "-run.googleapis.com";

    /// <summary>Gets whether the host is one of Cloud Run.</summary>
    public static bool IsRun(ApiCall call) =>
        Host(call) is string host && (host == Suffix[1..] || host.EndsWith(Suffix, StringComparison.Ordinal));

    /// <summary>Takes the region from the host, or from the path.</summary>
    /// <returns>The region, null for the global host; and the path without it.</returns>
    public static (string? Region, string[] Path) Split(ApiCall call)
    {
        string[] path = [.. call.Target.Segments];
        if (Host(call) is string host && host.EndsWith(Suffix, StringComparison.Ordinal))
            return (host[..^Suffix.Length], path);
        return path is [string region, "apis" or "v1" or "v2", ..] && region.Contains('-', StringComparison.Ordinal)
            ? (region, path[1..])
            : (null, path);
    }

    private static string? Host(ApiCall call) => call.Request.Headers.GetValueOrDefault("Host")?.Split(':')[0];
}
