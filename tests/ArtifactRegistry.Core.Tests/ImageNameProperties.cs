using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace ArtifactRegistry.Core.Tests;

/// <summary>What holds for every text, tried with random ones.</summary>
public sealed partial class ImageNameProperties
{
    private const int Inputs = 10_000;

    [Fact]
    public void Parse_throws_nothing_but_its_own_exception_and_TryParse_agrees() =>
        Check(ImageNameGenerators.AnyText, text =>
        {
            ImageName? parsed = null;
            try { parsed = ImageName.Parse(text!); }
            catch (ImageNameException e)
            {
                Assert.DoesNotContain(e.Message, c => c is < ' ' or (> '~' and not '…'));
                Assert.NotEmpty(e.Problem);
            }

            Assert.Equal(parsed is not null, ImageName.TryParse(text, out ImageName? tried));
            Assert.Equal(parsed, tried);
        });

    [Fact]
    public void Every_spelling_of_a_name_is_the_same_value_and_its_text_reads_back() =>
        Check(ImageNameGenerators.Parts, parts =>
        {
            ImageName created = ImageName.Create(
                parts.Location, parts.Project, parts.Repository, parts.Package, parts.Tag, parts.Digest);
            Assert.Equal(parts, NamedParts.Of(created));

            foreach (string spelling in parts.Spellings())
            {
                ImageName read = ImageName.Parse(spelling);
                Assert.Equal(created, read);
                Assert.Equal(created.GetHashCode(), read.GetHashCode());
            }

            Assert.Equal(created, ImageName.Parse(created.ToString()));
        });

    [Fact]
    public void Nothing_is_accepted_but_the_spellings_of_the_name_that_it_becomes() =>
        Check(ImageNameGenerators.HostileText, text =>
        {
            if (!ImageName.TryParse(text, out ImageName? name)) return;
            Assert.Contains(text.Replace("%2f", "%2F", StringComparison.Ordinal), NamedParts.Of(name).Spellings());
        });

    [Fact]
    public void Package_and_tag_are_accepted_exactly_when_the_specification_has_them() =>
        Check(
            from package in Gen.Elements("aaab0z..__--//A:".ToCharArray()).ArrayOf()
            from tag in Gen.Elements("aZ9._-:/@".ToCharArray()).ArrayOf()
            select (new string([.. package.Take(9)]), new string([.. tag.Take(4)])),
            input =>
            {
                (string package, string tag) = input;
                Assert.Equal(SpecifiedName().IsMatch(package), TryCreate(package, null));
                Assert.Equal(SpecifiedTag().IsMatch(tag), TryCreate("a", tag));
            });

    [Fact]
    public void No_accepted_text_reaches_beyond_its_repository() =>
        Check(ImageNameGenerators.HostileText, text =>
        {
            if (!ImageName.TryParse(text, out ImageName? name)) return;

            string repository = $"projects/{name.Project}/locations/{name.Location}/repositories/{name.Repository}";
            AssertResource(name.RepositoryResource, repository, 6);
            if (name.IsRepository) return;
            AssertResource(name.PackageResource, $"{repository}/packages/", 8);
            if (name.Tag is not null) AssertResource(name.TagResource, $"{name.PackageResource}/tags/", 10);
            if (name.Digest is null) return;
            AssertResource(name.VersionResource, $"{name.PackageResource}/versions/sha256:", 10);
            AssertResource(name.DockerImageResource, $"{repository}/dockerImages/", 8);
        });

    [Fact]
    public void A_character_that_no_name_has_is_never_overlooked() =>
        Check(
            from text in ImageNameGenerators.ValidText
            from position in Gen.Choose(0, text.Length)
            from stranger in Gen.Frequency(
                (1, Gen.Elements("?*#\\ \t\r\n\0&+;~$=\"'<>|,!()[]{}^`".ToCharArray())),
                (1, Gen.Choose(0x80, 0xffff).Select(code => (char)code)))
            select text.Insert(position, stranger.ToString()),
            text => Assert.False(ImageName.TryParse(text, out _)));

    [Fact]
    public void The_generators_make_both_accepted_and_refused_names()
    {
        List<string> texts = [.. ImageNameGenerators.HostileText.Sample(2_000)];

        int accepted = texts.Count(text => ImageName.TryParse(text, out _));

        Assert.InRange(accepted, texts.Count / 40, texts.Count / 2);
    }

    internal static void Check<T>(Gen<T> inputs, Action<T> property) =>
        Prop.ForAll(inputs.ToArbitrary(), property)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Inputs).WithQuietOnSuccess(true));

    private static bool TryCreate(string package, string? tag)
    {
        try { return ImageName.Create("us", "p", "r", package, tag, null).Package == package; }
        catch (ImageNameException) { return false; }
    }

    private static void AssertResource(string resource, string prefix, int segments)
    {
        Assert.StartsWith(prefix, resource, StringComparison.Ordinal);
        Assert.Equal(segments, resource.Split('/').Length);
        Assert.Matches(SafeCharacters(), resource);
        Assert.All(
            resource.Replace("%2F", "/", StringComparison.Ordinal).Split('/'),
            segment => Assert.False(segment.Length == 0 || segment[0] == '.', resource));

        // What a client that normalizes paths would send is what was meant; the percent sign is escaped once more.
        string path = resource.Replace("%", "%25", StringComparison.Ordinal);
        Assert.Equal($"/v1/{path}", new Uri($"https://artifactregistry.googleapis.com/v1/{path}").AbsolutePath);
    }

    // Both as https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests has them.
    [GeneratedRegex(@"\A[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*\z")]
    private static partial Regex SpecifiedName();

    [GeneratedRegex(@"\A[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}\z")]
    private static partial Regex SpecifiedTag();

    [GeneratedRegex(@"\A(?:[A-Za-z0-9._:@/-]|%2F)+\z")]
    private static partial Regex SafeCharacters();
}
