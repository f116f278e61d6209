using System.Management.Automation.Language;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Examples;

/// <summary>The examples of README, of docs/ and of the help show what happens.</summary>
[Collection(nameof(ProcessEnvironment))]
public sealed class ExampleTests : IDisposable
{
    // Whoever signs in by what is found finds nobody, on a developer's machine too.
    private static readonly Dictionary<string, string?> NobodyIsSignedIn = new()
    {
        ["CLOUDSDK_AUTH_ACCESS_TOKEN_FILE"] = null,
        ["CLOUDSDK_AUTH_DISABLE_CREDENTIALS"] = "true",
        ["CLOUDSDK_CORE_PROJECT"] = null,
        ["GOOGLE_CLOUD_PROJECT"] = null,
        ["CLOUDSDK_CONFIG"] = Path.Combine(Path.GetTempPath(), "no-gcloud-configuration"),
    };

    private readonly Dictionary<string, string?> _before =
        NobodyIsSignedIn.Keys.ToDictionary(name => name, Environment.GetEnvironmentVariable);

    // Set to 1, it has the pages rewritten with what the examples show by now. The tests fail nevertheless: somebody
    // has to look at the difference.
    private const string Rewrite = "ARTIFACTREGISTRY_REWRITE_EXAMPLES";

    private static readonly string[] Folders = ["src/ArtifactRegistry/Help", "docs"];

    private static readonly Lazy<IReadOnlyList<Transcript>> All = new(() => [.. Files().SelectMany(Transcript.In)]);

    // The beginnings of blocks that are not run here, and why.
    private static readonly Dictionary<string, string> RunElsewhere = new()
    {
        ["./build.ps1"] = "builds the very module; tests/Module runs it",
    };

    public ExampleTests() => Set(NobodyIsSignedIn);

    public static TheoryData<string> Places =>
        [.. All.Value.Where(block => !IsRunElsewhere(block)).Select(block => block.Place)];

    [Theory, MemberData(nameof(Places))]
    public async Task An_example_shows_what_it_says(string place)
    {
        Transcript written = All.Value.Single(transcript => transcript.Place == place);

        IReadOnlyList<Step> shown = await ExampleRun.RunAsync(written);

        Step[] right = [.. written.Steps.Zip(shown, (said, seen) =>
            said.Output is null || Transcript.Fits(said.Output, seen.Output!) ? said : seen)];
        if (right.SequenceEqual(written.Steps)) return;
        if (Environment.GetEnvironmentVariable(Rewrite) == "1") written.Rewrite(right);
        Assert.Fail($"{place}\n\nIt says:\n\n{written.Text}\nIt shows:\n\n{Transcript.Show(right)}\n"
            + $"Set {Rewrite}=1 to have it rewritten.");
    }

    [Fact]
    public void A_block_that_is_not_run_here_exists_and_is_PowerShell()
    {
        foreach (string start in RunElsewhere.Keys)
        {
            Transcript block = Assert.Single(All.Value, each => each.Text.StartsWith(start, StringComparison.Ordinal));
            Parser.ParseInput(block.Text, out _, out ParseError[] errors);
            Assert.Empty(errors.Select(error => error.Message));
        }
    }

    public void Dispose() => Set(_before);

    private static void Set(Dictionary<string, string?> variables)
    {
        foreach ((string name, string? value) in variables) Environment.SetEnvironmentVariable(name, value);
    }

    private static bool IsRunElsewhere(Transcript block) =>
        RunElsewhere.Keys.Any(start => block.Text.StartsWith(start, StringComparison.Ordinal));

    private static IEnumerable<string> Files() =>
        Folders
            .SelectMany(folder => Directory.GetFiles(Path.Combine(Checkout.Root, folder), "*.md"))
            .Select(file => Path.GetRelativePath(Checkout.Root, file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal).Append("README.md");
}
