using FsCheck.Fluent;
using Xunit;

namespace ArtifactRegistry.Core.Tests;

/// <summary>What holds for every pattern, tried with random ones.</summary>
public sealed class ImagePatternProperties
{
    [Fact]
    public void Parse_throws_nothing_but_its_own_exception_and_TryParse_agrees() =>
        ImageNameProperties.Check(ImageNameGenerators.AnyText, text =>
        {
            ImagePattern? parsed = null;
            try { parsed = ImagePattern.Parse(text!); }
            catch (ImageNameException)
            {
                // The documented refusal; any other exception fails the property, and TryParse has to refuse as well.
            }

            Assert.Equal(parsed is not null, ImagePattern.TryParse(text, out ImagePattern? tried));
            Assert.Equal(parsed?.ToString(), tried?.ToString());
        });

    [Fact]
    public void A_name_is_a_pattern_of_itself_and_nothing_without_wildcards_is_more() =>
        ImageNameProperties.Check(ImageNameGenerators.HostileText, text =>
        {
            if (text.Contains('*', StringComparison.Ordinal) || text.Contains('?', StringComparison.Ordinal)) return;

            bool isName = ImageName.TryParse(text, out ImageName? name);
            Assert.Equal(isName, ImagePattern.TryParse(text, out ImagePattern? pattern));
            Assert.Equal(name, pattern?.Name);
            Assert.NotEqual(true, pattern?.HasWildcards);
        });

    [Fact]
    public void A_wildcard_put_anywhere_into_a_name_never_leads_out_of_its_repository() =>
        ImageNameProperties.Check(
            from parts in ImageNameGenerators.Parts
            from spelling in Gen.Elements(parts.Spellings())
            from position in Gen.Choose(0, spelling.Length - 1)
            from cut in Gen.Choose(0, 1)
            from wildcard in Gen.Elements("*", "?")
            select (parts, spelling.Remove(position, cut).Insert(position, wildcard)),
            input =>
            {
                (NamedParts parts, string text) = input;
                if (!ImagePattern.TryParse(text, out ImagePattern? pattern)) return;

                Assert.True(pattern.HasWildcards);
                Assert.Equal(
                    (parts.Location, parts.Project, parts.Repository),
                    (pattern.Name.Location, pattern.Name.Project, pattern.Name.Repository));
                Assert.Equal(pattern.ToString(), ImagePattern.Parse(pattern.ToString()).ToString());
            });

    [Fact]
    public void A_name_in_which_parts_became_wildcards_is_accepted_and_matches_the_name() =>
        ImageNameProperties.Check(
            from parts in ImageNameGenerators.Parts.Where(parts => parts.Tag is not null)
            from start in Gen.Choose(0, parts.Package!.Length - 1)
            from length in Gen.Choose(1, parts.Package!.Length - start)
            from one in Gen.Choose(0, parts.Tag!.Length - 1)
            let package = parts.Package!.Remove(start, length).Insert(start, "*")
            let tag = parts.Tag!.Remove(one, 1).Insert(one, "?")
            select (parts, package, tag),
            input =>
            {
                (NamedParts parts, string package, string tag) = input;

                ImagePattern pattern = ImagePattern.Parse(
                    $"{parts.Location}-docker.pkg.dev/{parts.Project}/{parts.Repository}/{package}:{tag}");

                Assert.Equal((package, tag), (pattern.PackagePattern, pattern.TagPattern));
                Assert.True(pattern.MatchesPackage(parts.Package!) && pattern.MatchesTag(parts.Tag!));
            });

    [Fact]
    public void The_matcher_agrees_with_the_definition() =>
        ImageNameProperties.Check(
            from pattern in Gen.Elements("ab/A**?".ToCharArray()).ArrayOf()
            from text in Gen.Elements("ab/A".ToCharArray()).ArrayOf()
            select (new string([.. pattern.Take(9)]), new string([.. text.Take(9)])),
            input => Assert.Equal(
                Defined(input.Item1, input.Item2), ImagePatternGlob.IsMatch(input.Item1, input.Item2)));

    [Fact]
    public void The_matcher_agrees_with_the_definition_where_texts_are_made_to_match() =>
        ImageNameProperties.Check(
            from pattern in Gen.Elements("ab**?".ToCharArray()).ArrayOf()
            from runs in Gen.Elements("", "a", "b", "ab", "ba").ArrayOf(9)
            let text = string.Concat(pattern.Take(9).Select((c, i) => c switch
            {
                '*' => runs[i],
                '?' => "a",
                _ => c.ToString(),
            }))
            select (new string([.. pattern.Take(9)]), text),
            input =>
            {
                Assert.True(ImagePatternGlob.IsMatch(input.Item1, input.Item2));
                string longer = input.Item2 + "a";
                Assert.Equal(Defined(input.Item1, longer), ImagePatternGlob.IsMatch(input.Item1, longer));
            });

    [Fact]
    public void No_pattern_takes_long()
    {
        string pattern = string.Concat(Enumerable.Repeat("*a", 127)) + "b";

        // A matcher that backtracks through all stars would not be done in a lifetime.
        Assert.False(ImagePatternGlob.IsMatch(pattern, new string('a', 255)));
    }

    private static bool Defined(string pattern, string text) => pattern switch
    {
        "" => text.Length == 0,
        ['*', ..] => Enumerable.Range(0, text.Length + 1).Any(taken => Defined(pattern[1..], text[taken..])),
        ['?', ..] => text.Length > 0 && Defined(pattern[1..], text[1..]),
        _ => text.Length > 0 && text[0] == pattern[0] && Defined(pattern[1..], text[1..]),
    };
}
