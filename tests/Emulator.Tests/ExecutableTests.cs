using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

public sealed partial class ExecutableTests
{
    private static readonly Dictionary<string, string> NoVariables = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("--nonsense", "'--nonsense' is no flag")]
    [InlineData("--page-size", "--page-size needs a value")]
    [InlineData("--page-size=none", "--page-size: 'none' is no number")]
    [InlineData("--latency=soon", "--latency: 'soon' is no duration")]
    [InlineData("--fault=418", "--fault: '418' is no fault")]
    [InlineData("--fault=503:2", "The rate is a share")]
    [InlineData("--tagged-delete=maybe", "is not one of synchronous|in-operation")]
    [InlineData("--empty=yes", "--empty takes no value")]
    [InlineData("--empty --seed=x.json", "contradict each other")]
    [InlineData("--seed=not-there.json", "not-there.json")]
    [InlineData("--urls=http://0.0.0.0:8085", "is not a loopback address")]
    [InlineData("--urls=nonsense", "is no http address")]
    public async Task A_wrong_flag_is_told_with_exit_code_2(string arguments, string told)
    {
        ToolRun run = await ToolRun.RunAsync(
            "dotnet", [Executable(), .. arguments.Split(' ')], NoVariables, null, Stop);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(told, run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task A_wrong_seed_is_told_with_exit_code_2()
    {
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, """{ "repositories": [ { "nam": "x" } ] }""", Stop);

            ToolRun run = await ToolRun.RunAsync("dotnet", [Executable(), "--seed", file], NoVariables, null, Stop);

            Assert.Equal(2, run.ExitCode);
            Assert.Contains("$.repositories[0]", run.Error, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Help_lists_the_flags()
    {
        ToolRun run = await ToolRun.RunAsync("dotnet", [Executable(), "--help"], NoVariables, null, Stop);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("--urls URL", run.Output, StringComparison.Ordinal);
        Assert.Contains("--settle-attempts N", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_serves_the_sample_behaves_as_told_and_says_how_to_use_it()
    {
        using Process process = new()
        {
            StartInfo = ToolRun.StartInfo(
                "dotnet", [Executable(), "--urls", "http://127.0.0.1:0", "--page-size", "7"], NoVariables, null),
        };
        process.Start();
        try
        {
            string printed = await ReadUntilAsync(process.StandardOutput, "export CLOUDSDK_CORE_DISABLE_PROMPTS");
            string url = PowerShellLine().Match(printed).Groups[1].Value;
            Assert.Contains($"export CLOUDSDK_API_ENDPOINT_OVERRIDES_IAM='{url}'", printed, StringComparison.Ordinal);
            Assert.Contains("us-docker.pkg.dev/shop/apps", printed, StringComparison.Ordinal);

            using HttpClient client = new() { BaseAddress = new Uri(url) };
            string page = await client.GetStringAsync(
                "v1/projects/shop/locations/us/repositories/apps/dockerImages", Stop);
            Assert.Equal(7, JsonNode.Parse(page)!["dockerImages"]!.AsArray().Count);
        }
        finally
        {
            process.Kill();
        }
    }

    private static string Executable() => typeof(EmulatorServer).Assembly.Location;

    private static async Task<string> ReadUntilAsync(StreamReader reader, string last)
    {
        List<string> lines = [];
        while (await reader.ReadLineAsync(Stop) is string line)
        {
            lines.Add(line);
            if (line.StartsWith(last, StringComparison.Ordinal)) break;
        }
        return string.Join('\n', lines);
    }

    [GeneratedRegex(@"\$env:CLOUDSDK_API_ENDPOINT_OVERRIDES_ARTIFACTREGISTRY = '(http://127\.0\.0\.1:\d+/)'")]
    private static partial Regex PowerShellLine();
}
