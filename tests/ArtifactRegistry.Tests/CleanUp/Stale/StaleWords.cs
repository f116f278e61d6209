using System.Globalization;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;

namespace ArtifactRegistry.Tests.CleanUp.Stale;

/// <summary>How the tests of stale images speak of a repository.</summary>
internal static class StaleWords
{
    /// <summary>
    /// Adds images, written as their age in days and their tags: <c>90 pr-1,main|80 pr-2</c>. Returns their digests.
    /// </summary>
    public static string[] AddTagged(this Shop shop, string images, string package = "web") =>
    [
        .. images.Split('|').Select(image => image.Split(' ')).Select(parts => shop.State.AddImage(
            shop.Repository, package, new ImageOptions
            {
                Size = 80_000_000,
                Tags = parts[1].Split(','),
                UploadTime = DateTimeOffset.UtcNow.AddDays(-int.Parse(parts[0], CultureInfo.InvariantCulture)),
            })),
    ];

    /// <summary>The tags that are there, in order.</summary>
    public static IReadOnlyList<string> TagsLeft(this Shop shop, string package = "web") =>
        [.. shop.State.Tags(shop.Repository, package).Keys.Order(StringComparer.Ordinal)];
}
