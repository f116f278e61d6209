using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.CleanUp;

/// <summary>
/// Nothing is deleted on belief: manifests are checked, listings are compared, and what cannot be known protects. Most
/// of these happened to people; the remarks say to whom.
/// </summary>
public sealed class EvidenceTests
{
    private const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    private const string OciIndex = "application/vnd.oci.image.index.v1+json";
    private static readonly DateTimeOffset Long = DateTimeOffset.UtcNow.AddDays(-100);

    // GoogleCloudPlatform/gcr-cleaner#113: Google answers 404 to a type that Accept does not name.
    [Theory]
    [InlineData("application/vnd.docker.distribution.manifest.v1+json")]
    [InlineData("application/vnd.docker.distribution.manifest.v1+prettyjws")]
    [InlineData("application/vnd.docker.distribution.manifest.v2+json")]
    [InlineData("application/vnd.docker.distribution.manifest.list.v2+json")]
    [InlineData(OciManifest)]
    [InlineData(OciIndex)]
    [InlineData("application/vnd.oci.artifact.manifest.v1+json")]
    [InlineData("application/vnd.example.of.tomorrow+json")]
    public async Task What_nothing_refers_to_goes_whatever_its_type(string type)
    {
        await using Shop shop = await Shop.OpenAsync();
        string old = Add(shop, type, """{"schemaVersion": 1, "name": "web", "fsLayers": []}""");

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -Confirm:$false").MustSucceed();

        Assert.Equal([old], Row.Digests(result, "Removed"));
        Assert.Empty(result.Warnings);
    }

    // oras-project/oras#728
    [Theory]
    [InlineData("""{"manifests": null}""")]
    [InlineData("""{"manifests": []}""")]
    [InlineData("{}")]
    public async Task An_index_that_lists_nothing_goes_and_locks_nothing(string manifest)
    {
        await using Shop shop = await Shop.OpenAsync();
        string empty = Add(shop, OciIndex, manifest), garbage = shop.Add();

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -Confirm:$false").MustSucceed();

        Assert.Equal(CleanUpWords.Sorted(empty, garbage), Row.Digests(result, "Removed"));
    }

    // moby/buildkit#2068: a build cache is an index over layers.
    [Fact]
    public async Task A_build_cache_whose_entries_are_no_manifests_goes_without_asking_for_them()
    {
        await using Shop shop = await Shop.OpenAsync();
        string layer = CleanUpWords.Nothing(7);
        string cache = Add(shop, OciIndex, $$"""
            {"manifests": [{"mediaType": "application/vnd.oci.image.layer.v1.tar+zstd", "digest": "{{layer}}",
              "size": 1},
             {"mediaType": "application/vnd.buildkit.cacheconfig.v0", "digest": "{{layer}}", "size": 1}]}
            """);

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -Confirm:$false").MustSucceed();

        Assert.Equal([cache], Row.Digests(result, "Removed"));
        Assert.Empty(shop.Emulator.Requests.Snapshot(request => request.Is("GET", layer)));
    }

    [Theory]
    [InlineData("""{"manifests": [{"digest": "CHILD", "mediaType": "m"}], "manifests": []}""")]
    [InlineData("""{"manifests": [{"digest": "CHILD", "digest": "sha256:0"}]}""")]
    [InlineData("""{"Manifests": [{"Digest": "CHILD"}]}""")]
    [InlineData("""{"manifests": "CHILD"}""")]
    [InlineData("""{"subject": {"digest": "CHILD"}}""")]
    [InlineData("""{"subject": null, "subject": {"digest": "CHILD"}}""")]
    [InlineData("not JSON, with CHILD in it")]
    public async Task What_a_tagged_manifest_names_in_any_way_stays_whatever_its_type(string manifest)
    {
        foreach (string type in new[] { OciManifest, OciIndex, "application/vnd.example.unknown+json" })
        {
            await using Shop shop = await Shop.OpenAsync();
            string child = shop.Add(), garbage = shop.Add();
            Add(shop, type, manifest.Replace("CHILD", child, StringComparison.Ordinal), "v1");

            ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -Confirm:$false").MustSucceed();

            Assert.Equal([child], Row.Digests(result, "Kept"));
            Assert.Equal([garbage], Row.Digests(result, "Removed"));
        }
    }

    [Fact]
    public async Task A_listing_that_calls_an_index_an_image_does_not_cost_its_platforms()
    {
        await using Shop shop = await Shop.OpenAsync();
        string child = shop.Add(), garbage = shop.Add();
        Add(shop, OciManifest, $$"""{"mediaType": "{{OciIndex}}", "manifests": [{"digest": "{{child}}"}]}""", "v1");

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -Confirm:$false").MustSucceed();

        Assert.Equal([child], Row.Digests(result, "Kept"));
        Assert.Equal([garbage], Row.Digests(result, "Removed"));
    }

    [Theory]
    [InlineData("""{"manifests": [{"digest": "OTHER"}]}""")]
    [InlineData("""{"subject": {"digest": "OTHER"}}""")]
    public async Task A_tagged_manifest_that_refers_by_another_kind_of_digest_keeps_all_of_its_image(string manifest)
    {
        await using Shop shop = await Shop.OpenAsync();
        string other = shop.Add();
        Add(
            shop,
            OciIndex,
            manifest.Replace("OTHER", $"sha512:{new string('a', 128)}", StringComparison.Ordinal),
            "v1"
        );

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -Confirm:$false").MustSucceed();

        Assert.Equal([other], Row.Digests(result, "Kept"));
        Assert.Contains(
            "refers to a digest that is not SHA-256",
            Assert.Single(result.Values("Reason")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Bytes_that_do_not_have_the_digest_are_no_manifest_and_are_asked_for_again()
    {
        await using Shop shop = await Shop.OpenAsync();
        AddedIndex index = shop.AddIndex(TimeSpan.FromDays(9), "v1");
        string garbage = shop.Add();
        int damaged = 1;
        shop.Emulator.Behaviour.ServedManifest = (_, digest, bytes) =>
            digest == index.Digest && Interlocked.Decrement(ref damaged) >= 0 ? "{}"u8.ToArray() : bytes;

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -Confirm:$false").MustSucceed();

        Assert.Equal([garbage], Row.Digests(result, "Removed"));
        Assert.Equal(CleanUpWords.Sorted(index.Children), Row.Digests(result, "Kept"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"manifests": []}""")]
    [InlineData("")]
    public async Task A_server_that_always_answers_with_other_bytes_costs_nothing_and_nothing_is_kept_in_mind(
        string other
    )
    {
        await using Shop shop = await Shop.OpenAsync();
        AddedIndex index = shop.AddIndex(TimeSpan.FromDays(9), "v1");
        string garbage = shop.Add();
        shop.Emulator.Behaviour.ServedManifest = (_, digest, bytes) =>
            digest == index.Digest ? System.Text.Encoding.UTF8.GetBytes(other) : bytes;

        ScriptResult lied = shop.Run("Remove-ArUntaggedImage $app -Confirm:$false");

        Assert.Contains(index.Digest, lied.ErrorText, StringComparison.Ordinal);
        Assert.Empty(shop.Changes);
        shop.Emulator.Behaviour.ServedManifest = null;
        Assert.Equal(
            [garbage],
            Row.Digests(shop.Run("Remove-ArUntaggedImage $app -Confirm:$false").MustSucceed(), "Removed")
        );
    }

    [Theory]
    [InlineData("/dockerImages")]
    [InlineData("/versions")]
    public async Task A_digest_that_one_listing_lacks_protects_what_it_holds(string listing)
    {
        await using Shop shop = await Shop.OpenAsync();
        AddedIndex index = shop.AddIndex(TimeSpan.FromDays(9), "v1");
        string signature = shop.AddSignature(index.Children[0]), garbage = shop.Add();
        shop.Emulator.Behaviour.ListingGap = (request, digest) =>
            digest == index.Digest && request.Path.EndsWith(listing, StringComparison.Ordinal);

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -Confirm:$false").MustSucceed();

        Assert.Equal([garbage], Row.Digests(result, "Removed"));
        Assert.Equal(CleanUpWords.Sorted([.. index.Children, signature]), Row.Digests(result, "Kept"));
    }

    [Fact]
    public async Task A_digest_that_both_listings_lack_is_found_by_the_manifest_that_refers_to_it()
    {
        await using Shop shop = await Shop.OpenAsync();
        AddedIndex inner = shop.AddIndex(TimeSpan.FromDays(9));
        shop.Add(new ImageOptions { Tags = ["v1"], UploadTime = Long, Children = [new ChildManifest(inner.Digest)] });
        string garbage = shop.Add();
        shop.Emulator.Behaviour.ListingGap = (_, digest) => digest == inner.Digest;

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -Confirm:$false").MustSucceed();

        Assert.Equal([garbage], Row.Digests(result, "Removed"));
        Assert.Equal(CleanUpWords.Sorted([.. inner.Children, inner.Digest]), Row.Digests(result, "Kept"));
    }

    [Fact]
    public async Task A_digest_that_cannot_be_asked_for_while_the_listings_differ_keeps_all_of_its_image()
    {
        await using Shop shop = await Shop.OpenAsync();
        AddedIndex index = shop.AddIndex(TimeSpan.FromDays(9), "v1");
        shop.Add();
        shop.Emulator.Behaviour.ListingGap = (request, digest) =>
            digest == index.Digest && request.Path.EndsWith("/dockerImages", StringComparison.Ordinal);
        shop.Emulator.Behaviour.Faults.Add(new Fault(FaultKind.MalformedJson)
        {
            When = request => request.Is("GET", $"/dockerImages/web@{index.Digest}"),
        });

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -Confirm:$false");

        Assert.Contains("The listings of", result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(shop.Changes);
        Assert.Empty(Row.Digests(result, "Removed"));
    }

    [Fact]
    public async Task Without_the_second_listing_nothing_is_deleted_and_the_error_names_the_permission()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add();
        shop.Emulator.Behaviour.Denials = [new Denial("artifactregistry.versions.list")];

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -Confirm:$false");

        Assert.Equal("AccessDenied", result.ErrorId);
        Assert.Contains("artifactregistry.versions.list", result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(shop.Changes);
    }

    // moby/moby#16393: names that today's grammar refuses.
    [Fact]
    public async Task An_image_under_an_odd_name_is_passed_over_with_a_word_and_hides_no_other()
    {
        await using Shop shop = await Shop.OpenAsync();
        string garbage = shop.Add(), live = shop.Add("v1");
        shop.State.AddImage(shop.Repository, "abc_-_gh", new ImageOptions { UploadTime = Long });

        ScriptResult listed = shop.Run("Get-ArImage us-docker.pkg.dev/shop/apps").MustSucceed();
        ScriptResult cleaned = shop.Run("Remove-ArUntaggedImage us-docker.pkg.dev/shop/apps -Confirm:$false")
            .MustSucceed();

        Assert.Equal(CleanUpWords.Sorted(garbage, live), CleanUpWords.Sorted([.. listed.Values("Digest")!]));
        Assert.Contains("abc_-_gh", Assert.Single(listed.Warnings), StringComparison.Ordinal);
        Assert.Equal([garbage], Row.Digests(cleaned, "Removed"));
        Assert.Contains("abc_-_gh", Assert.Single(cleaned.Warnings), StringComparison.Ordinal);
    }

    // Azure/acr-cli#72
    [Fact]
    public async Task Pages_that_overlap_give_each_digest_and_tag_once()
    {
        await using Shop shop = await Shop.OpenAsync();
        string[] tags = ["v1", "v2", "v3", "v4", "v5", "v6", "v7"];
        foreach (string tag in tags) shop.Add(tag);
        (shop.Emulator.Behaviour.PageSizeCap, shop.Emulator.Behaviour.PageOverlap) = (3, 1);

        Assert.Equal(7, shop.Run("Get-ArImage $app").MustSucceed().Output.Count);
        Assert.Equal(tags, shop.Run("Get-ArImageTag $app | Sort-Object Tag").MustSucceed().Values("Tag"));
    }

    [Fact]
    public async Task Many_images_without_a_filter_are_listed_once_for_all()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Emulator.Behaviour.DockerImageFilter = FilterSupport.Rejected;
        for (int i = 0; i < 30; i++)
        {
            shop.State.AddImage(shop.Repository, $"svc{i}", "latest");
            shop.State.AddImage(
                shop.Repository,
                $"svc{i}",
                new ImageOptions
                {
                    UploadTime = Long,
                    MediaType = "application/vnd.docker.distribution.manifest.v2+json",
                }
            );
        }

        Assert.Equal(
            30,
            shop.Run("$plan = @(Get-ArUntaggedImage us-docker.pkg.dev/shop/apps -OlderThan 0s); $plan")
                .MustSucceed()
                .Output.Count
        );

        // A few are asked with the filter at once before the first refusal is known.
        Assert.InRange(shop.Emulator.Requests.Snapshot(request => request.Is("GET", "/dockerImages?")).Count, 2, 5);
        Assert.Equal(30, shop.Emulator.Requests.Snapshot(request => request.Is("GET", "/versions?")).Count);
        // The session remembers, also for rows of many images.
        shop.Run("$plan | Remove-ArUntaggedImage -WhatIf").MustSucceed();
        Assert.Single(shop.Emulator.Requests.Snapshot(request => request.Is("GET", "/dockerImages?")));
    }

    // jit-groups#49: one location that the organization forbids.
    [Theory]
    [InlineData("artifactregistry.repositories.list", "AccessDenied")]
    public async Task One_location_that_is_denied_does_not_hide_the_others(string permission, string id)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.State.AddRepository("europe-docker.pkg.dev/shop/other");
        shop.State.AddRepository("asia-docker.pkg.dev/shop/third");
        shop.Emulator.Behaviour.Denials = [new Denial(permission, "projects/shop/locations/europe")];

        ScriptResult result = shop.Run("Get-ArRepository shop");

        Assert.Equal(
            ["asia-docker.pkg.dev/shop/third", "us-docker.pkg.dev/shop/apps"],
            result.Values("Uri").Order(StringComparer.Ordinal)
        );
        Assert.Equal(id, result.ErrorId);
        Assert.Contains(
            "The location 'europe' of project 'shop' cannot be listed",
            result.ErrorText,
            StringComparison.Ordinal
        );
    }

    // project-zot/zui#475 and others: entries without a platform are not attestations.
    [Fact]
    public async Task Entries_of_an_index_are_told_as_what_they_are()
    {
        await using Shop shop = await Shop.OpenAsync();
        string wasm = Add(shop, OciManifest, """{"config": {"mediaType": "application/vnd.wasm.config.v0+json"}}""");
        string image = shop.Add(),
            marked = shop.Add();
        string nested = Add(
            shop,
            OciIndex,
            $$"""{"manifests": [{"digest": "{{image}}", "platform": {"os": "linux", "architecture": "amd64"} }]}"""
        );
        Add(
            shop,
            OciIndex,
            $$"""
            {"manifests": [{"digest": "{{wasm}}"}, {"digest": "{{nested}}"},
             {"digest": "{{marked}}", "platform": {"os": "unknown", "architecture": "unknown"},
              "annotations": {"vnd.docker.reference.type": "attestation-manifest"} }]}
            """, "v1");

        Dictionary<string, Row> rows = Row.ByDigest(shop.Run("Get-ArUntaggedImage $app").MustSucceed());

        Assert.Equal("Artifact", rows[wasm].Kind);
        Assert.StartsWith("artifact in sha256:", rows[wasm].Reason, StringComparison.Ordinal);
        Assert.StartsWith("index in sha256:", rows[nested].Reason, StringComparison.Ordinal);
        Assert.StartsWith("linux/amd64 of sha256:", rows[image].Reason, StringComparison.Ordinal);
        Assert.Equal("Attestation", rows[marked].Kind);
        Assert.StartsWith("attestation in sha256:", rows[marked].Reason, StringComparison.Ordinal);
    }

    private static string Add(Shop shop, string type, string manifest, params string[] tags) =>
        shop.Add(new ImageOptions { MediaType = type, Manifest = manifest, UploadTime = Long, Tags = tags });
}
