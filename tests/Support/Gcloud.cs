using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator;
using Xunit;

namespace ArtifactRegistry.TestSupport;

/// <summary>The real gcloud, told to talk to an emulator and to nothing else.</summary>
internal sealed class Gcloud(Uri emulator)
{
    private readonly string _settings = Directory.CreateTempSubdirectory("gcloud-").FullName;

    public static bool IsInstalled => ToolRun.Find("gcloud") is not null;

    /// <summary>Runs a command that has to succeed, and returns what it printed, line by line.</summary>
    public async Task<string[]> LinesAsync(string command, string[] arguments, CancellationToken stop)
    {
        ToolRun run = await RunAsync(command, arguments, stop);
        Assert.True(run.ExitCode == 0, run.Error);
        return run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Runs a command that has to succeed, and reads what it prints.</summary>
    public async Task<JsonNode> JsonAsync(string command, CancellationToken stop) =>
        JsonNode.Parse(string.Concat(await LinesAsync(command, ["--format=json"], stop)))!;

    public Task<ToolRun> RunAsync(string command, string[] arguments, CancellationToken stop)
    {
        Dictionary<string, string> environment = new(ClientEnvironment.For(emulator))
        {
            ["CLOUDSDK_CONFIG"] = _settings,
            ["CLOUDSDK_CORE_PROJECT"] = "shop",
            ["CLOUDSDK_CORE_DISABLE_USAGE_REPORTING"] = "true",
            ["CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK"] = "true",
        };
        return ToolRun.RunAsync(
            ToolRun.Find("gcloud")!,
            [.. command.Split(' '), .. arguments],
            environment,
            null,
            stop
        );
    }
}
