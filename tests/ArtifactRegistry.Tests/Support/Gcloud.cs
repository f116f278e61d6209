using System.Diagnostics;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator;
using Xunit;

namespace ArtifactRegistry.Tests.Support;

/// <summary>Google's own client, turned towards an emulator.</summary>
internal static class Gcloud
{
    private static readonly string? Path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator)
        .Select(folder => System.IO.Path.Combine(folder, OperatingSystem.IsWindows() ? "gcloud.cmd" : "gcloud"))
        .FirstOrDefault(File.Exists);

    /// <summary>Runs a command and reads what it prints as JSON; skips the test where gcloud is not installed.</summary>
    public static async Task<JsonNode> JsonAsync(EmulatorServer emulator, string command)
    {
        Assert.SkipWhen(Path is null, "gcloud is not on the PATH.");
        CancellationToken stop = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo(Path, [.. command.Split(' '), "--format=json"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("CLOUDSDK_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        foreach ((string name, string value) in ClientEnvironment.For(emulator.Url)) start.Environment[name] = value;
        start.Environment["CLOUDSDK_CONFIG"] = Directory.CreateTempSubdirectory("gcloud-").FullName;
        start.Environment["CLOUDSDK_CORE_DISABLE_USAGE_REPORTING"] = "true";
        start.Environment["CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK"] = "true";

        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(stop), error = process.StandardError.ReadToEndAsync(stop);
        await process.WaitForExitAsync(stop);
        Assert.True(process.ExitCode == 0, await error);
        return JsonNode.Parse(await output)!;
    }
}
