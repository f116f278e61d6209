using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Examples;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.StaleRules;

/// <summary>
/// The translations on docs/from-gcr-cleaner.md leave over what gcr-cleaner's documented rules leave, and besides only
/// what the page says.
/// </summary>
public sealed class GcrCleanerTests
{
    private const int Images = 20;

    private static readonly string[] Names = ["web", "team/api"];
    private static readonly TimeSpan Month = TimeSpan.FromHours(720), TwoDays = TimeSpan.FromHours(48);

    /// <summary>Registries that differ.</summary>
    public static TheoryData<int> Seeds => [1, 2, 3, 4, 5, 6];

    [Theory, MemberData(nameof(Seeds))]
    public async Task Untagged_images_go(int seed)
    {
        await using RuleFiles files = await RuleFiles.OpenAsync();
        List<SampleImage> images = Fill(files.Shop, seed, untagged: true);

        Run(files, "Untagged images");

        MustBeLeft(files.Shop, images, Web(images, new GcrCleaner()));
    }

    [Theory, MemberData(nameof(Seeds))]
    public async Task Untagged_images_go_after_the_grace_period(int seed)
    {
        await using RuleFiles files = await RuleFiles.OpenAsync();
        List<SampleImage> images = Fill(files.Shop, seed, untagged: true);

        Run(files, "Untagged images after two days");

        MustBeLeft(files.Shop, images, Web(images, new GcrCleaner { Grace = TwoDays }));
    }

    [Theory, MemberData(nameof(Seeds))]
    public async Task The_newest_three_stay(int seed)
    {
        await using RuleFiles files = await RuleFiles.OpenAsync();
        List<SampleImage> images = Fill(files.Shop, seed, untagged: false);

        Run(files, "All but three");

        MustBeLeft(files.Shop, images, Web(images, new GcrCleaner { Keep = 3, TagFilterAny = ".*" }));
    }

    [Theory, MemberData(nameof(Seeds))]
    public async Task Three_tagged_images_stay_though_newer_untagged_ones_would_take_their_places_there(int seed)
    {
        await using RuleFiles files = await RuleFiles.OpenAsync();
        List<SampleImage> images = Fill(files.Shop, seed, untagged: true);

        Run(files, "All but three");

        IEnumerable<SampleImage> tagged = images.Where(image => image.Tags.Length > 0);
        MustBeLeft(
            files.Shop, images, Web([.. tagged], new GcrCleaner { Keep = 3, TagFilterAny = ".*" })
                .Concat(images.Where(image => image is { Name: not "web", Tags: [] })));
    }

    [Theory, MemberData(nameof(Seeds))]
    public async Task What_keep_holds_there_is_held_here_with_KeepNewest_for_both(int seed)
    {
        await using RuleFiles files = await RuleFiles.OpenAsync();
        List<SampleImage> images = Fill(files.Shop, seed, untagged: true);

        files.Shop.Run(Block("All but three").Replace(
            "Remove-ArUntaggedImage", "Remove-ArUntaggedImage -KeepNewest 3", StringComparison.Ordinal)).MustSucceed();

        HashSet<SampleImage> left = [.. Left(files.Shop, images)];
        Assert.All(
            Web(images, new GcrCleaner { Keep = 3, TagFilterAny = ".*" }), image => Assert.Contains(image, left));
    }

    [Theory, MemberData(nameof(Seeds))]
    public async Task Everything_goes_after_30_days_except_the_newest_and_with_another_command_that_too(int seed)
    {
        await using RuleFiles files = await RuleFiles.OpenAsync();
        List<SampleImage> images = Fill(files.Shop, seed, untagged: true);
        // One name of which even the newest is old.
        for (int i = 0; i < 3; i++) images.Add(Add(files.Shop, "abandoned", [$"pr-{i}"], (80 + i) * 24 * 60));
        GcrCleaner cleaner = new() { Grace = Month, TagFilterAny = ".*" };
        SampleImage[] expected = [.. images.GroupBy(image => image.Name).SelectMany(each => cleaner.Left(each, Now))];
        IEnumerable<SampleImage> newest = images.Where(image => image.Tags.Length > 0).GroupBy(image => image.Name)
            .Select(each => each.MaxBy(image => image.Uploaded)!);

        Run(files, "Everything after 30 days");
        MustBeLeft(files.Shop, images, expected.Union(newest));

        Run(files, "The newest too");
        MustBeLeft(files.Shop, images, expected);
    }

    [Theory, MemberData(nameof(Seeds))]
    public async Task All_tags_must_match(int seed)
    {
        await using RuleFiles files = await RuleFiles.OpenAsync();
        List<SampleImage> images = Fill(files.Shop, seed, untagged: false);

        Run(files, "Images all of whose tags match");

        GcrCleaner cleaner = new() { Grace = TwoDays, Keep = 2, TagFilterAll = "^pr-" };
        MustBeLeft(files.Shop, images, Web(images, cleaner));
    }

    [Theory, MemberData(nameof(Seeds))]
    public async Task Any_tag_may_match(int seed)
    {
        await using RuleFiles files = await RuleFiles.OpenAsync();
        List<SampleImage> images = Fill(files.Shop, seed, untagged: false);
        // So that the newest of the name is too young for either.
        images.Add(Add(files.Shop, "web", ["newest"], 1));

        Run(files, "Images of which any tag matches");

        GcrCleaner cleaner = new() { Grace = TwoDays, Keep = 2, TagFilterAny = "^pr-" };
        MustBeLeft(files.Shop, images, Web(images, cleaner));
    }

    [Fact]
    public async Task An_index_goes_with_its_platforms_though_only_its_row_passes_the_filter()
    {
        await using RuleFiles files = await RuleFiles.OpenAsync();
        foreach (int days in new[] { 5, 6, 7, 8 })
            files.Shop.State.AddIndex(
                files.Shop.Repository, "web", ["linux/amd64", "linux/arm64"],
                new ImageOptions { Tags = [$"pr-{days}"], UploadTime = Now.AddDays(-days) });

        Run(files, "Images of which any tag matches");

        Assert.Equal("web:pr-5 web:pr-6 web:pr-7", files.Left("web"));
        Assert.Equal(9, files.Shop.State.Digests(files.Shop.Repository, "web").Count);
    }

    [Fact]
    public async Task Tags_of_a_prefix_go_as_acr_purge_deletes_them()
    {
        await using RuleFiles files = await RuleFiles.OpenAsync();
        int[] days = [1, 8, 9, 10, 11];
        foreach (int day in days) files.Add("web", day, $"hello-{day}");
        files.Add("web", 30, "other-1");
        files.Add("web", 30);
        string young = files.Add("web", 2);

        Run(files, "Tags of a prefix");

        // Of those that are old enough, the newest two stay.
        Assert.Equal("web:hello-1 web:hello-8 web:hello-9 web:other-1", files.Left("web"));
        Assert.Equal(5, files.Shop.State.Digests(files.Shop.Repository, "web").Count);
        Assert.True(files.Shop.State.HasDigest(files.Shop.Repository, "web", young));
    }

    [Theory]
    [InlineData("-Tag '/.*/'", "v1.2.3 latest newest")]
    [InlineData("-Tag '*'", "v1.2.3 latest newest")]
    [InlineData("-Tag 'v*', 'n*'", "latest newest old")]
    [InlineData("-Tag latest", "v1.2.3 newest old")]
    [InlineData("-Tag latest, '/^(?!latest$)/'", "newest")]
    [InlineData("-Tag latest, '/^(?!latest$)/', newest", "")]
    public async Task What_stays_on_purpose_goes_when_it_is_named(string tags, string left)
    {
        await using RuleFiles files = await RuleFiles.OpenAsync();
        files.Add("web", 10, "v1.2.3");
        files.Add("web", 9, "latest");
        files.Add("web", 8, "old");
        files.Add("web", 7, "newest");

        files.Shop.Run($"Remove-ArStaleImage $app -OlderThan 0s -WithoutInUse -Confirm:$false {tags}").MustSucceed();

        Assert.Equal(
            left.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(),
            files.Left("web").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(tag => tag["web:".Length..])
                .Order());
    }

    private static DateTimeOffset Now => DateTimeOffset.UtcNow;

    private static void Run(RuleFiles files, string heading) => files.Shop.Run(Block(heading)).MustSucceed();

    private static string Block(string heading) => Assert.Single(
        Transcript.In("docs/from-gcr-cleaner.md"),
        block => block.Place.StartsWith($"docs/from-gcr-cleaner.md: {heading} (", StringComparison.Ordinal)).Text;

    /// <summary>What is left if the cleaner is run on web alone.</summary>
    private static IEnumerable<SampleImage> Web(List<SampleImage> images, GcrCleaner cleaner) =>
        cleaner.Left(images.Where(image => image.Name == "web"), Now)
            .Concat(images.Where(image => image.Name != "web"));

    private static void MustBeLeft(Shop shop, List<SampleImage> images, IEnumerable<SampleImage> expected)
    {
        string[] left = [.. expected.Select(image => image.ToString()).Order(StringComparer.Ordinal)];
        Assert.InRange(left.Length, 1, images.Count - 1);
        Assert.Equal(left, Left(shop, images).Select(image => image.ToString()).Order(StringComparer.Ordinal));
    }

    private static IEnumerable<SampleImage> Left(Shop shop, IEnumerable<SampleImage> images) =>
        images.Where(image => shop.State.HasDigest(shop.Repository, image.Name, image.Digest));

    private static List<SampleImage> Fill(Shop shop, int seed, bool untagged)
    {
        Random random = new(seed);
        List<SampleImage> images = [];
        foreach (string name in Names)
        {
            for (int i = 0; i < Images; i++)
            {
                string[] tags =
                    random.Next(4) == 0 && untagged ? []
                    : random.Next(6) == 0 ? [$"v1.2.{i}"]
                    : random.Next(3) == 0 ? [$"main-{i}"]
                    : random.Next(4) == 0 ? [$"pr-{i}", $"sha-{i}"]
                    : [$"pr-{i}"];
                // No two at one time, and none at the edge of what is tried.
                images.Add(Add(shop, name, i == 5 ? [.. tags, "latest"] : tags, (random.Next(1000) * 100) + i + 2));
            }
        }

        return images;
    }

    private static SampleImage Add(Shop shop, string name, string[] tags, int minutes)
    {
        DateTimeOffset uploaded = Now.AddMinutes(-minutes);
        ImageOptions options = new() { Tags = tags, UploadTime = uploaded };
        return new SampleImage(name, shop.State.AddImage(shop.Repository, name, options), tags, uploaded);
    }
}
