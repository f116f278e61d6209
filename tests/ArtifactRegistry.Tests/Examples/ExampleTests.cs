using System.Management.Automation.Language;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Examples;

/// <summary>What README and the help show is what happens.</summary>
public sealed class ExampleTests
{
    // Set to 1, it has the pages rewritten with what the examples show by now. The tests fail nevertheless: somebody has
    // to look at the difference.
    private const string Rewrite = "ARTIFACTREGISTRY_REWRITE_EXAMPLES";

    private static readonly Lazy<IReadOnlyList<Transcript>> All = new(() => [.. Files().SelectMany(Transcript.In)]);

    // How a block of README begins that is not run here, and why.
    private static readonly Dictionary<string, string> RunElsewhere = new()
    {
        ["./build.ps1"] = "builds the very module; tests/Module runs it",
        ["# clean-up.ps1"] = "takes arguments and exits; UnattendedScriptTests runs it",
        ["$arguments = '-NoProfile"] = "needs Task Scheduler, and so Windows",
    };

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
    public void What_is_not_run_here_is_in_README_and_is_PowerShell()
    {
        foreach (string start in RunElsewhere.Keys)
        {
            Transcript block = Assert.Single(All.Value, each => each.Text.StartsWith(start, StringComparison.Ordinal));
            Parser.ParseInput(block.Text, out _, out ParseError[] errors);
            Assert.Empty(errors.Select(error => error.Message));
        }
    }

    private static bool IsRunElsewhere(Transcript block) =>
        RunElsewhere.Keys.Any(start => block.Text.StartsWith(start, StringComparison.Ordinal));

    private static IEnumerable<string> Files() =>
        Directory.GetFiles(Path.Combine(Checkout.Root, "src/ArtifactRegistry/Help"), "*.md").Order(StringComparer.Ordinal)
            .Select(file => Path.GetRelativePath(Checkout.Root, file)).Append("README.md");
}
