using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Examples;

/// <summary>What README and the help show is what happens.</summary>
public sealed class ExampleTests
{
    private static readonly Lazy<IReadOnlyList<Transcript>> All = new(() => [.. Files().SelectMany(Transcript.In)]);

    public static TheoryData<string> Places => [.. All.Value.Select(transcript => transcript.Place)];

    [Theory, MemberData(nameof(Places))]
    public async Task An_example_shows_what_it_says(string place)
    {
        Transcript written = All.Value.Single(transcript => transcript.Place == place);

        IReadOnlyList<Step> shown = await ExampleRun.RunAsync(written);

        if (!written.Steps.Zip(shown).All(pair => pair.First.Output is null || Transcript.Fits(pair.First.Output, pair.Second.Output!)))
            Assert.Fail($"{place}\n\nIt says:\n\n{Transcript.Show(written.Steps)}\nIt shows:\n\n{Transcript.Show(shown)}");
    }

    private static IEnumerable<string> Files() =>
        Directory.GetFiles(Path.Combine(Checkout.Root, "src/ArtifactRegistry/Help"), "*.md").Order(StringComparer.Ordinal)
            .Select(file => Path.GetRelativePath(Checkout.Root, file));
}
