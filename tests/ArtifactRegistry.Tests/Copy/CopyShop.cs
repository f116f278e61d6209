using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;

namespace ArtifactRegistry.Tests.Copy;

/// <summary>What tests of copying add to a shop: a repository to copy to.</summary>
internal static class CopyShop
{
    public const string Prod = "us-docker.pkg.dev/shop/prod";

    /// <summary>Opens a shop with both repositories; scripts know the second one as $prod.</summary>
    public static async Task<Shop> OpenAsync(Behaviour? behaviour = null, RepositoryOptions? prod = null)
    {
        Shop shop = await Shop.OpenAsync(behaviour);
        shop.State.AddRepository(Prod, prod ?? new RepositoryOptions());
        shop.Session.Set("prod", Prod);
        return shop;
    }

    /// <summary>The digests of the copy.</summary>
    public static IReadOnlyList<string> Copied(this Shop shop) => shop.State.Digests(Prod, "web");

    /// <summary>The tags of the copy, as TAG=DIGEST.</summary>
    public static IReadOnlyList<string> CopiedTags(this Shop shop) =>
        [.. shop.State.Tags(Prod, "web").Select(tag => $"{tag.Key}={tag.Value}")];
}
