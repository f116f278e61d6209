using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Copy;

/// <summary>
/// Signatures under cosign's tag, sha256-HEX.sig: the tag moves only to a manifest that has all that the present one
/// has.
/// </summary>
public sealed class ReferrerTagCopyTests
{
    private const string Copy = "Copy-ArImage ${app}:v1 $prod";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_signature_by_another_key_over_the_same_payload_is_not_lost()
    {
        await using Shop shop = await CopyShop.OpenAsync();
        CosignTag tag = new(shop, shop.AddBuild("v1"));
        string first = tag.Put("key 1");
        shop.Run(Copy).MustSucceed();
        tag.Put("key 2");

        ScriptResult result = shop.Run(Copy);

        Assert.Equal("TagExists", result.ErrorId);
        Assert.Equal([$"{tag.Name}={first}"], shop.CopiedTags());
    }

    [Fact]
    public async Task One_of_two_equal_signatures_is_not_lost()
    {
        await using Shop shop = await CopyShop.OpenAsync();
        CosignTag tag = new(shop, shop.AddBuild("v1"));
        string twice = tag.Put("key 1", "key 1");
        shop.Run(Copy).MustSucceed();
        tag.Put("key 1", "key 2");

        Assert.Equal("TagExists", shop.Run(Copy).ErrorId);

        Assert.Equal([$"{tag.Name}={twice}"], shop.CopiedTags());
    }

    [Fact]
    public async Task The_tag_follows_when_another_key_was_added()
    {
        await using Shop shop = await CopyShop.OpenAsync();
        CosignTag tag = new(shop, shop.AddBuild("v1"));
        tag.Put("key 1");
        shop.Run(Copy).MustSucceed();
        string both = tag.Put("key 2", "key 1");

        shop.Run(Copy).MustSucceed();

        Assert.Equal([$"{tag.Name}={both}"], shop.CopiedTags());
    }

    [Fact]
    public async Task A_tag_that_somebody_moves_after_it_was_compared_stays_there()
    {
        await using Shop shop = await CopyShop.OpenAsync();
        CosignTag tag = new(shop, shop.AddBuild("v1"));
        tag.Put("key 1");
        shop.Run(Copy).MustSucceed();
        tag.Put("key 1", "key 2");
        using RequestHold hold = shop.Hold("GET", $"/prod/packages/web/tags/{tag.Name}");
        using RunningScript script = shop.Start(Copy);
        await hold.WaitForArrivalAsync(1, Stop);

        string theirs = shop.State.AddImage(CopyShop.Prod, "web", tag.Name);
        hold.Release();
        ScriptResult result = await script.EndAsync(Stop);

        Assert.Equal("TagMoved", result.ErrorId);
        Assert.Equal([$"{tag.Name}={theirs}"], shop.CopiedTags());
    }

    /// <summary>
    /// The tag of an image's signatures. As cosign has it, all keys sign the same payload, so that the layers have one
    /// digest and differ in their annotations
    /// (https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md).
    /// </summary>
    private sealed class CosignTag(Shop shop, string image)
    {
        private const string Layers = "\"layers\":[";

        private readonly string _payload = shop.State.Manifest(shop.Repository, "web", shop.AddBuild(1_000));

        public string Name { get; } = $"{image.Replace(':', '-')}.sig";

        /// <summary>Puts the tag on a manifest with a signature by each of the keys.</summary>
        public string Put(params string[] keys)
        {
            int start = _payload.IndexOf(Layers, StringComparison.Ordinal) + Layers.Length;
            int end = _payload.IndexOf(']', start);
            string layer = _payload[start..end];
            return shop.Add(new ImageOptions
            {
                Manifest =
                    _payload[..start] + string.Join(',', keys.Select(key => Signed(layer, key))) + _payload[end..],
                Tags = [Name],
            });
        }

        private static string Signed(string layer, string key) =>
            layer.Insert(1, $"\"annotations\":{{\"dev.cosignproject.cosign/signature\":\"{key}\"}},");
    }
}
