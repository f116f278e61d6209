using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Reflection;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

public sealed partial class ExecutableTests
{
    private static readonly Dictionary<string, string> NoVariables = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("--nonsense", "'--nonsense' is not an option")]
    [InlineData("--page-size", "--page-size needs a value")]
    [InlineData("--page-size=none", "--page-size: 'none' is not a number")]
    [InlineData("--latency=soon", "--latency: 'soon' is not a duration")]
    [InlineData("--fault=418", "--fault: '418' is not a fault")]
    [InlineData("--fault=503:2", "The rate is a share")]
    [InlineData("--tagged-delete=maybe", "is not one of synchronous|in-operation")]
    [InlineData("--empty=yes", "--empty takes no value")]
    [InlineData("--empty --seed=x.json", "contradict each other")]
    [InlineData("--seed=not-there.json", "not-there.json")]
    [InlineData("--urls=http://0.0.0.0:8085", "is not a loopback address")]
    [InlineData("--urls=nonsense", "is not an HTTP address")]
    [InlineData("--urls=https://127.0.0.1:0", "belong together")]
    [InlineData("--certificate=x.pem", "belong together")]
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
    public async Task It_can_be_packed_and_installed_as_a_tool()
    {
        using TemporaryFolder folder = new();
        string packages = Path.Combine(folder.Path, "packages"), tools = Path.Combine(folder.Path, "tools");
        Dictionary<string, string> environment = new() { ["NUGET_PACKAGES"] = Path.Combine(folder.Path, "cache") };

        ToolRun packed = await ToolRun.RunAsync(
            "dotnet",
            ["pack", Project(), "--no-build", "-c", Configuration(), "-o", packages],
            environment,
            null,
            Stop
        );
        ToolRun installed = await ToolRun.RunAsync(
            "dotnet",
            ["tool", "install", "ArtifactRegistry.Emulator", "--tool-path", tools, "--source", packages],
            environment, folder.Path, Stop);
        ToolRun run = await ToolRun.RunAsync(
            Path.Combine(
                tools,
                OperatingSystem.IsWindows() ? "artifact-registry-emulator.exe" : "artifact-registry-emulator"
            ),
            ["--help"],
            NoVariables,
            null,
            Stop
        );

        Assert.True(packed.ExitCode == 0, packed.Output);
        Assert.True(installed.ExitCode == 0, installed.Output + installed.Error);
        Assert.Contains("--urls URL", run.Output, StringComparison.Ordinal);
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

    [Fact]
    public async Task With_a_certificate_it_serves_https_by_HTTP_2_to_who_trusts_it()
    {
        using TemporaryFolder folder = new();
        string file = Path.Combine(folder.Path, "certificate.pem");
        using Process process = new()
        {
            StartInfo = ToolRun.StartInfo(
                "dotnet", [Executable(), "--urls", "https://127.0.0.1:0", "--certificate", file], NoVariables, null),
        };
        process.Start();
        try
        {
            string printed = await ReadUntilAsync(process.StandardOutput, "export CLOUDSDK_CORE_DISABLE_PROMPTS");
            using X509Certificate2 certificate = X509CertificateLoader.LoadCertificateFromFile(file);
            using HttpClient client = new(new SocketsHttpHandler
            {
                SslOptions = new SslClientAuthenticationOptions
                {
                    CertificateChainPolicy = new X509ChainPolicy
                    {
                        TrustMode = X509ChainTrustMode.CustomRootTrust,
                        CustomTrustStore = { certificate },
                        RevocationMode = X509RevocationMode.NoCheck,
                    },
                },
            })
            {
                BaseAddress = new Uri(PowerShellLine().Match(printed).Groups[1].Value),
                DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrHigher,
            };

            using HttpResponseMessage page = await client.GetAsync(
                new Uri("v1/projects/shop/locations/us/repositories/apps/dockerImages", UriKind.Relative), Stop);

            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
            Assert.Equal(HttpVersion.Version20, page.Version);
        }
        finally
        {
            process.Kill();
        }
    }

    private static string Executable() => typeof(EmulatorServer).Assembly.Location;

    private static string Configuration() =>
        typeof(EmulatorServer).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    private static string Project()
    {
        DirectoryInfo folder = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ArtifactRegistry.slnx"))) folder = folder.Parent!;
        return Path.Combine(folder.FullName, "src", "Emulator");
    }

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

    [GeneratedRegex(@"\$env:CLOUDSDK_API_ENDPOINT_OVERRIDES_ARTIFACTREGISTRY = '(https?://127\.0\.0\.1:\d+/)'")]
    private static partial Regex PowerShellLine();
}
