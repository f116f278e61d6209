using System.Text.RegularExpressions;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>README and the pages below docs/: short enough, with links that lead somewhere and tests that exist.</summary>
public sealed partial class DocumentationTests
{
    public static TheoryData<string> Pages =>
    [
        "README.md", "CHANGELOG.md", ".github/CONTRIBUTING.md", ".github/SECURITY.md",
        .. Directory.GetFiles(Path.Combine(Checkout.Root, "docs"), "*.md").Select(file => "docs/" + Path.GetFileName(file)),
    ];

    [Fact]
    public void README_has_at_most_150_lines() => Assert.InRange(File.ReadAllLines(Full("README.md")).Length, 1, 150);

    [Theory, MemberData(nameof(Pages))]
    public void A_link_leads_to_a_file_and_a_heading_that_exist(string page)
    {
        foreach (string target in Link().Matches(File.ReadAllText(Full(page))).Select(match => match.Groups[1].Value))
        {
            if (target.StartsWith("https://", StringComparison.Ordinal)) continue;
            string[] parts = target.Split('#');
            string file = parts[0].Length == 0 ? Full(page) : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Full(page))!, parts[0]));
            Assert.True(File.Exists(file), $"{page}: there is no '{target}'.");
            if (parts.Length == 1) continue;
            Assert.Contains(parts[1], Heading().Matches(File.ReadAllText(file)).Select(match => Anchor(match.Groups[1].Value)));
        }
    }

    [Fact]
    public void A_test_that_a_page_names_exists()
    {
        string sources = string.Concat(Directory.GetFiles(Full("tests/ArtifactRegistry.Tests"), "*Tests.cs", SearchOption.AllDirectories)
            .Select(File.ReadAllText));
        MatchCollection named = NamedTest().Matches(File.ReadAllText(Full("docs/clean-up.md")));

        Assert.NotEmpty(named);
        Assert.All(named, match =>
        {
            Assert.Contains($"class {match.Groups[1].Value}", sources, StringComparison.Ordinal);
            Assert.Contains($" {match.Groups[2].Value}(", sources, StringComparison.Ordinal);
        });
    }

    private static string Full(string page) => Path.Combine(Checkout.Root, page);

    // As GitHub makes the anchors of headings.
    private static string Anchor(string heading) => NoAnchor().Replace(heading.ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex(@"\[[^\]\n]+\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"`(\w+Tests)\.(\w+)`")]
    private static partial Regex NamedTest();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NoAnchor();
}
