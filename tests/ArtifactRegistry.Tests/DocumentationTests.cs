using System.Text.RegularExpressions;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Emulator.Seeding;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>
/// README and the pages below docs/: short enough, with links that lead somewhere and tests that exist.
/// </summary>
public sealed partial class DocumentationTests
{
    public static TheoryData<string> Pages =>
        [
            "README.md",
            "CHANGELOG.md",
            ".github/CONTRIBUTING.md",
            ".github/SECURITY.md",
            .. Directory
                .GetFiles(Path.Combine(Checkout.Root, "docs"), "*.md")
                .Select(file => "docs/" + Path.GetFileName(file)),
        ];

    private static IReadOnlyList<string> Sources { get; } = [.. Directory
        .GetFiles(Full("tests"), "*Tests.cs", SearchOption.AllDirectories).Select(File.ReadAllText)];

    [Fact]
    public void README_has_at_most_150_lines() => Assert.InRange(File.ReadAllLines(Full("README.md")).Length, 1, 150);

    [Theory, MemberData(nameof(Pages))]
    public void A_link_leads_to_a_file_and_a_heading_that_exist(string page)
    {
        foreach (string target in Link().Matches(File.ReadAllText(Full(page))).Select(match => match.Groups[1].Value))
        {
            if (target.StartsWith("https://", StringComparison.Ordinal)) continue;
            string[] parts = target.Split('#');
            string file =
                parts[0].Length == 0
                    ? Full(page)
                    : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Full(page))!, parts[0]));
            Assert.True(File.Exists(file), $"{page}: there is no '{target}'.");
            if (parts.Length == 1)
                continue;
            Assert.Contains(
                parts[1],
                Heading().Matches(File.ReadAllText(file)).Select(match => Anchor(match.Groups[1].Value))
            );
        }
    }

    [Fact]
    public void The_seed_that_a_page_shows_is_one()
    {
        Match json = Json().Match(File.ReadAllText(Full("docs/emulator.md")));

        Seed seed = Seed.Parse(json.Groups[1].Value);

        Assert.Equal(
            ("games", "us-docker.pkg.dev/shop/apps"),
            (Assert.Single(seed.Projects).Id, Assert.Single(seed.Repositories).Name)
        );
        seed.AddTo(new RegistryState(TimeProvider.System));
    }

    [Fact]
    public void The_seed_of_what_runs_that_a_page_shows_is_one()
    {
        Seed seed = Seed.Parse(Json().Matches(File.ReadAllText(Full("docs/emulator.md")))[1].Groups[1].Value);
        RegistryState state = new(TimeProvider.System);

        seed.AddTo(state);
        seed.AddWorkloadsTo(state);

        Assert.True(state.Workloads.Cluster("games", "arena").Remove("Pod", "shop", "web-1"));
    }

    [Theory, MemberData(nameof(Pages))]
    public void A_test_that_a_page_names_exists(string page)
    {
        string text = File.ReadAllText(Full(page));

        Assert.All(NamedTest().Matches(text), match =>
            Assert.Contains(Sources, source =>
                Has(source, match.Groups[1].Value)
                && source.Contains($" {match.Groups[2].Value}(", StringComparison.Ordinal)
            )
        );
        Assert.All(NamedClass().Matches(text), match =>
            Assert.Contains(Sources, source => Has(source, match.Groups[1].Value))
        );

        static bool Has(string source, string type) => Regex.IsMatch(source, $@" class {type}\b");
    }

    [Theory]
    [InlineData("docs/clean-up.md")]
    [InlineData("docs/reliability.md")]
    public void Each_line_of_a_table_of_what_is_checked_names_a_test(string page)
    {
        string[] tables = File.ReadAllText(Full(page))
            .Split("\n\n")
            .Where(part => part.Contains("| shown by |", StringComparison.Ordinal))
            .ToArray();

        Assert.NotEmpty(tables);
        Assert.All(tables.SelectMany(table => table.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(2)), line =>
            Assert.Matches(NamedTest(), line)
        );
    }

    private static string Full(string page) => Path.Combine(Checkout.Root, page);

    // As GitHub makes the anchors of headings.
    private static string Anchor(string heading) =>
        NoAnchor().Replace(heading.ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex(@"\[[^\]\n]+\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("```json\n(.+?)```", RegexOptions.Singleline)]
    private static partial Regex Json();

    [GeneratedRegex("^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"`(\w+Tests)\.(\w+)`")]
    private static partial Regex NamedTest();

    [GeneratedRegex(@"`(\w+Tests)`")]
    private static partial Regex NamedClass();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NoAnchor();
}
