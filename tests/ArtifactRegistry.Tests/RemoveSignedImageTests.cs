using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>
/// Remove-ArImage of an image whose signatures, attestations and SBOMs are under tags that name its digest: sha256-HEX,
/// an index of referrers, and cosign's sha256-HEX.sig, .att and .sbom.
/// </summary>
public sealed class RemoveSignedImageTests
{
    [Theory]
    [InlineData(".sig", "signature")]
    [InlineData(".att", "attestation")]
    [InlineData(".sbom", "SBOM")]
    public async Task What_a_cosign_tag_names_is_refused_with_the_parameter_that_helps_and_goes_with_it(
        string suffix,
        string kind
    )
    {
        ScriptedHost host = new("Yes");
        await using Shop shop = await Shop.OpenAsync(host: host);
        string image = shop.Add("v1"), other = shop.Add("v2"), referrer = shop.Add(Tag(image) + suffix);

        ScriptResult refused = shop.Run("Remove-ArImage \"${app}:v1\" -Force");

        Assert.Equal("ImageReferenced", refused.ErrorId);
        Assert.Contains(
            $"the {kind} {Short(referrer)} ({Tag(image)}{suffix}) refers to it",
            refused.ErrorText,
            StringComparison.Ordinal
        );
        Assert.Contains("Use -DeleteReferrer", refused.ErrorText, StringComparison.Ordinal);
        Assert.Empty(shop.Changes);

        ScriptResult result = shop.Run("Remove-ArImage \"${app}:v1\" -DeleteReferrer").MustSucceed();

        Assert.Contains(
            $"the {kind} {Short(referrer)} ({Tag(image)}{suffix}) (",
            Assert.Single(host.Questions).Message,
            StringComparison.Ordinal
        );
        Assert.Equal([image, referrer], result.Values("Digest"));
        Assert.Equal(["v1", Tag(image) + suffix], result.Values("Tags"));
        Assert.Equal(["Removed", "Removed"], result.Values("Status"));
        Assert.Equal([other], shop.State.Digests(shop.Repository, "web"));
        // Nothing holds the image, so it goes first: if it stays, so does its signature.
        Assert.Equal(["v1", image, Tag(image) + suffix, referrer], LastParts(shop));
    }

    [Fact]
    public async Task The_index_of_referrers_goes_with_its_tag_and_those_that_had_the_tag_before()
    {
        ScriptedHost host = new("Yes");
        await using Shop shop = await Shop.OpenAsync(host: host);
        string image = shop.Add("v1"), live = shop.Add("latest");
        string[] signatures = [Sign(shop, image), Sign(shop, image)];
        string old = shop.State.AddFallbackTag(shop.Repository, "web", image);
        string sbom = Sign(shop, image, "application/spdx+json");
        string index = shop.State.AddFallbackTag(shop.Repository, "web", image);
        string liveSignature = Sign(shop, live), liveIndex = shop.State.AddFallbackTag(shop.Repository, "web", live);

        ScriptResult result = shop.Run("Remove-ArImage \"${app}:v1\" -DeleteReferrer").MustSucceed();

        Assert.Contains(
            $"the index of referrers {Short(index)} ({Tag(image)})",
            Assert.Single(host.Questions).Message,
            StringComparison.Ordinal
        );
        Assert.Equal(Sorted([image, old, sbom, index, .. signatures]), Sorted(result.Values("Digest")));
        Assert.All(result.Values("Status"), status => Assert.Equal("Removed", status));
        Assert.Equal(Sorted([live, liveSignature, liveIndex]), shop.State.Digests(shop.Repository, "web"));
        Assert.Equal(["latest", Tag(live)], shop.State.Tags(shop.Repository, "web").Keys);
    }

    [Fact]
    public async Task Referrers_on_every_page_of_the_registry_s_list_are_counted()
    {
        await using Shop shop = await Shop.OpenAsync();
        string image = shop.Add("v1");
        for (int i = 0; i < 5; i++) Sign(shop, image, $"application/vnd.example.{i}");
        shop.Emulator.Behaviour.ReferrersPageSize = 2;

        ScriptResult refused = shop.Run("Remove-ArImage \"${app}:v1\" -Force");

        Assert.Equal("ImageReferenced", refused.ErrorId);
        Assert.Contains("and 2 more refer to it", refused.ErrorText, StringComparison.Ordinal);
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task Nothing_goes_and_no_tag_is_taken_away_if_a_later_page_of_referrers_cannot_be_read()
    {
        await using Shop shop = await Shop.OpenAsync();
        string image = shop.Add("v1");
        for (int i = 0; i < 5; i++) Sign(shop, image, $"application/vnd.example.{i}");
        shop.Emulator.Behaviour.ReferrersPageSize = 2;
        shop.Emulator.Behaviour.Faults.Add(new Fault(FaultKind.Forbidden)
        {
            When = request => request.Is("GET", "/referrers/") && request.Is("GET", "last="),
        });

        ScriptResult refused = shop.Run("Remove-ArImage \"${app}:v1\" -Force");

        Assert.Equal("AccessDenied", refused.ErrorId);
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task WhatIf_shows_everything_that_would_go()
    {
        await using Shop shop = await Shop.OpenAsync();
        string image = shop.Add("v1"), signature = Sign(shop, image), old = shop.Add(Tag(image) + ".sig");
        string index = shop.State.AddFallbackTag(shop.Repository, "web", image);

        ScriptResult result = shop.Run("Remove-ArImage \"${app}:v1\" -DeleteReferrer -WhatIf").MustSucceed();

        Assert.Equal(Sorted([image, signature, old, index]), Sorted(result.Values("Digest")));
        Assert.All(result.Values("Status"), status => Assert.Equal("WouldRemove", status));
        Assert.Empty(shop.Changes);
    }

    [Theory]
    [InlineData("tag")]
    [InlineData("index")]
    public async Task Nothing_of_the_signatures_goes_if_something_holds_the_image(string holder)
    {
        await using Shop shop = await Shop.OpenAsync();
        string image = shop.Add("v1"), signature = Sign(shop, image), old = shop.Add(Tag(image) + ".sig");
        string index = shop.State.AddFallbackTag(shop.Repository, "web", image);
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (!request.Is("DELETE", image)) return;
            if (holder == "tag") shop.State.MoveTag(shop.Repository, "web", "stable", image);
            else shop.Add(new ImageOptions { Tags = ["multi"], Children = [new ChildManifest(image)] });
        };

        ScriptResult result = shop.Run("Remove-ArImage \"${app}:v1\" -DeleteReferrer -Force");

        Assert.Contains("Kept", result.Values("Status"));
        Assert.NotEmpty(result.Errors);
        string[] left = [.. shop.State.Digests(shop.Repository, "web")];
        Assert.All((string[])[image, signature, old, index], digest => Assert.Contains(digest, left));
        IReadOnlyDictionary<string, string> tags = shop.State.Tags(shop.Repository, "web");
        Assert.All((string[])["v1", Tag(image), Tag(image) + ".sig"], tag => Assert.Contains(tag, tags.Keys));
    }

    [Fact]
    public async Task An_index_that_lists_a_signature_and_something_else_keeps_all_of_it()
    {
        await using Shop shop = await Shop.OpenAsync();
        string image = shop.Add("v1"),
            signature = Sign(shop, image),
            other = shop.Add();
        string index = shop.Add(
            new ImageOptions { Children = [new ChildManifest(signature), new ChildManifest(other)] }
        );

        ScriptResult result = shop.Run("Remove-ArImage \"${app}:v1\" -DeleteReferrer -Force");

        Assert.Equal("ImageReferenced", result.ErrorId);
        Assert.Contains(
            $"the index {Short(index)} lists what refers to it, and also {Short(other)}",
            result.ErrorText,
            StringComparison.Ordinal
        );
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task A_referrer_tag_beside_a_tag_of_its_own_needs_DeleteTags()
    {
        await using Shop shop = await Shop.OpenAsync();
        string image = shop.Add("v1"), signature = shop.Add(Tag(image) + ".sig", "mine");

        ScriptResult result = shop.Run("Remove-ArImage \"${app}:v1\" -DeleteReferrer -Force");

        Assert.Equal("ImageTagged", result.ErrorId);
        Assert.Contains(
            $"the signature {Short(signature)} that refers to it also has the tag mine",
            result.ErrorText,
            StringComparison.Ordinal
        );
        Assert.Empty(shop.Changes);
        shop.Run("Remove-ArImage \"${app}:v1\" -DeleteReferrer -DeleteTags -Force").MustSucceed();
        Assert.Empty(shop.State.Digests(shop.Repository, "web"));
    }

    [Fact]
    public async Task A_tag_that_looks_like_a_digest_on_an_image_is_no_referrer()
    {
        await using Shop shop = await Shop.OpenAsync();
        string image = shop.Add("v1"), cached = shop.Add(Tag(image));

        shop.Run("Remove-ArImage \"${app}:v1\" -Force").MustSucceed();

        Assert.Equal([cached], shop.State.Digests(shop.Repository, "web"));
    }

    [Theory]
    [InlineData(".sig", "signature")]
    [InlineData("", "index")]
    public async Task What_a_referrer_tag_puts_with_an_image_with_a_tag_stays_unless_that_is_said(
        string suffix,
        string kind
    )
    {
        await using Shop shop = await Shop.OpenAsync();
        string image = shop.Add("v1"), signature = Sign(shop, image);
        if (suffix.Length > 0) shop.Add(Tag(image) + suffix);
        else shop.State.AddFallbackTag(shop.Repository, "web", image);

        ScriptResult refused = shop.Run($"Remove-ArImage \"${{app}}:{Tag(image)}{suffix}\" -Force");

        Assert.Equal("ImageReferenced", refused.ErrorId);
        Assert.Contains(
            $"it is the {kind} of {Short(image)} (v1), which stays",
            refused.ErrorText,
            StringComparison.Ordinal
        );
        Assert.Empty(shop.Changes);
        shop.Run($"Remove-ArImage \"${{app}}:{Tag(image)}{suffix}\" -DeleteReferrer -Force").MustSucceed();
        Assert.Equal(Sorted([image, signature]), shop.State.Digests(shop.Repository, "web"));
    }

    [Fact]
    public async Task If_something_of_the_image_cannot_be_read_nothing_goes()
    {
        await using Shop shop = await Shop.OpenAsync();
        string image = shop.Add("v1"), broken = shop.Add();
        Sign(shop, image);
        shop.Emulator.Behaviour.ServedManifest = (_, digest, manifest) =>
            digest == broken ? "{}"u8.ToArray() : manifest;

        ScriptResult result = shop.Run("Remove-ArImage \"${app}:v1\" -DeleteReferrer -Force");

        Assert.Contains("what belongs to it is not known", result.ErrorText, StringComparison.Ordinal);
        Assert.Contains(broken, result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(shop.Changes);
    }

    private static string[] LastParts(Shop shop) => [.. shop.Changes.Select(change => change.Split('/')[^1])];

    private static string[] Sorted(IEnumerable<string?> digests) =>
        [.. digests.OfType<string>().Order(StringComparer.Ordinal)];

    private static string Short(string digest) => $"{digest[..11]}…{digest[^4..]}";

    private static string Tag(string digest) => digest.Replace(':', '-');

    private static string Sign(
        Shop shop,
        string subject,
        string type = "application/vnd.dev.cosign.artifact.sig.v1+json"
    ) =>
        shop.Add(
            new ImageOptions
            {
                ArtifactType = type,
                SubjectDigest = subject,
                Size = 2_000,
            }
        );
}
