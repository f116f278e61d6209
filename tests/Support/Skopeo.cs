using System.Text.Json.Nodes;
using Xunit;

namespace ArtifactRegistry.TestSupport;

/// <summary>The real skopeo, towards an emulator.</summary>
/// <param name="emulator">The emulator.</param>
/// <param name="token">The access token to sign in with; none is sent if absent.</param>
internal sealed class Skopeo(Uri emulator, string? token = null)
{
    /// <summary>Skips the test, or fails it in continuous integration, where skopeo is not installed.</summary>
    public static void Need() => Needs.That(
        ToolRun.Find("skopeo") is not null, "skopeo is not on the PATH (Debian package skopeo).");

    /// <summary>What skopeo calls <c>us-docker.pkg.dev/shop/apps/web:v1</c>.</summary>
    public string Name(string image) => $"docker://{emulator.Authority}/us/shop/apps/{image}";

    /// <summary>Copies into the registry.</summary>
    public Task PushAsync(string from, string image, CancellationToken stop) => SucceedAsync(
        [
            "copy", "--all", "--preserve-digests", "--dest-tls-verify=false", .. Credentials("--dest-creds"), from,
            Name(image),
        ],
        stop);

    /// <summary>Copies out of the registry.</summary>
    public Task PullAsync(string image, string to, CancellationToken stop) => SucceedAsync(
        [
            "copy", "--all", "--preserve-digests", "--src-tls-verify=false", .. Credentials("--src-creds"), Name(image),
            to,
        ],
        stop);

    public async Task<JsonNode> JsonAsync(string[] arguments, CancellationToken stop) =>
        JsonNode.Parse(await SucceedAsync([.. arguments, "--tls-verify=false", .. Credentials("--creds")], stop))!;

    public async Task<string> SucceedAsync(string[] arguments, CancellationToken stop)
    {
        ToolRun run = await RunAsync(arguments, stop);
        Assert.True(run.ExitCode == 0, run.Error);
        return run.Output;
    }

    /// <summary>Runs skopeo, with no policy file and no account of this machine.</summary>
    public static Task<ToolRun> RunAsync(string[] arguments, CancellationToken stop) =>
        ToolRun.RunAsync(
            ToolRun.Find("skopeo")!,
            ["--insecure-policy", .. arguments],
            new Dictionary<string, string>
            {
                ["REGISTRY_AUTH_FILE"] = Path.Combine(Path.GetTempPath(), "no-such-auth.json"),
            },
            null,
            stop
        );

    private string[] Credentials(string flag) => token is null ? [] : [flag, $"_token:{token}"];
}
