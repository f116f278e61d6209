using System.Globalization;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Emulator.Seeding;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Examples;

/// <summary>Runs a transcript against the sample registry, in the engine inside this process.</summary>
internal static class ExampleRun
{
    private const string Default = "http://127.0.0.1:8085/", Google = "https://artifactregistry.googleapis.com/";

    // Other programs, and what needs a desktop, are played: one image of the sample runs in the cluster and in Cloud
    // Run.
    private const string StandIns = """
        $running = 'us-docker.pkg.dev/shop/apps/web@sha256:b08c37454cb46c56255025251649ab91cf5fbc07e6788cfcab2e4e6e0c55c9ee'
        function gcloud {
            switch -Wildcard ("$args") {
                'auth print-access-token*' { 'ya29.token-of-gcloud' }
                'run regions list*' { 'us-central1', 'europe-west1' }
                'run revisions list --region *' { "[{""status"":{""imageDigest"":""$running""},""spec"":{""containers"":[]}}]" }
                'run jobs list*' { '[]' }
                default { throw "gcloud $args is not played." }
            }
        }
        function Get-Credential { [pscredential]::new('ada', (ConvertTo-SecureString 'secret' -AsPlainText -Force)) }
        function docker { if (@($input).Count -eq 1 -and "$args" -match '--password-stdin') { 'Login Succeeded' } }
        function kubectl { "{""items"":[{""status"":{""containerStatuses"":[{""imageID"":""$running""}]}}]}" }
        # Somebody who marks the first two rows and presses Enter.
        function Out-GridView { param([string] $Title, [switch] $PassThru, [string] $OutputMode) @($input)[0, 1] }
        function Out-ConsoleGridView { param([string] $Title, [string] $OutputMode) @($input)[0, 1] }
        """;

    // What -RulePath reads where a page does not write the file itself.
    private const string Rules =
        "@{ InUseFrom = 'games'; Rules = @{ Image = 'us-docker.pkg.dev/shop/apps/*'; OlderThan = '60d' } }";

    private static readonly string[] Keys = ["account.json", "deployer.json"];

    // Registries that the pages name, and the repositories that stand for them.
    private static readonly Dictionary<string, string> Others = new()
    {
        ["docker.io"] = "docker",
        ["ghcr.io"] = "ghcr"
    };

    /// <summary>The steps with the output that they really had.</summary>
    public static async Task<IReadOnlyList<Step>> RunAsync(Transcript transcript)
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        await using EmulatorServer emulator = await EmulatorServer.StartAsync(
            new EmulatorOptions { State = new RegistryState(TimeProvider.System).AddSample() }, stop);
        if (transcript.Text.Contains("shop/preview", StringComparison.Ordinal)) emulator.State.AddPreview();
        AddElsewhere(emulator.State);
        using TemporaryFolder folder = new();
        // Only where it is read, since not every system of the tests can make a key.
        foreach (string name in Keys.Where(name => transcript.Text.Contains(name, StringComparison.Ordinal)))
            await File.WriteAllTextAsync(
                Path.Combine(folder.Path, name),
                emulator.State.SignIn.AddServiceAccountKey("cleaner@shop.iam.gserviceaccount.com").ToJsonString(),
                stop);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "rules.psd1"), Rules, stop);
        // Where the emulator would listen by default, as the pages say; and it plays the registries elsewhere.
        Step[] steps = [.. transcript.Steps.Select(step => step with
        {
            Command = Others.Aggregate(
                step.Command.Replace(Default, emulator.Url.ToString(), StringComparison.Ordinal),
                (command, other) => command.Replace(
                    $"{other.Key}/",
                    $"{emulator.Url.Authority}/us/elsewhere/{other.Value}/",
                    StringComparison.Ordinal)),
        })];
        // PowerShell breaks long lines between words only where the culture is one of a few.
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("en-US");
        string[] shown = Run(emulator, steps, folder.Path);
        return [.. transcript.Steps.Zip(shown, (step, output) => step with
        {
            Output = output.Replace(
                emulator.Url.ToString(),
                step.Command.Contains(Default, StringComparison.Ordinal) ? Default : Google,
                StringComparison.Ordinal),
        })];
    }

    private static void AddElsewhere(RegistryState state)
    {
        ImageOptions image = new() { HasContent = true, Size = 3_600_000, BuildTime = DateTimeOffset.UnixEpoch };
        foreach (string repository in Others.Values) state.AddRepository("elsewhere", "us", repository);
        state.AddIndex(
            "us-docker.pkg.dev/elsewhere/docker", "library/alpine", ["linux/amd64", "linux/arm64"],
            image with { Tags = ["3.20"] });
        state.AddImage("us-docker.pkg.dev/elsewhere/ghcr", "example/app", image with { Tags = ["v1"] });
    }

    private static string[] Run(EmulatorServer emulator, Step[] steps, string folder)
    {
        ScriptedHost host = new("Yes to All");
        using PowerShellSession session = new(emulator, host);
        session.Run($$"""
            {{StandIns}}
            $PSDefaultParameterValues = @{ 'Connect-ArRegistry:Endpoint' = '{{emulator.Url}}' }
            Set-Location '{{folder}}'
            """).MustSucceed();
        List<string> shown = new();
        foreach (Step step in steps)
        {
            int before = host.Screen.Count;
            if (step.Output is null) session.Run(step.Command).MustSucceed();
            else session.Show(step.Command);
            // The last line of a screen is the one that is still empty.
            shown.Add(string.Join('\n', host.Screen.Skip(before - 1)));
        }

        return [.. shown];
    }
}
