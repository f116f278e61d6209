using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

public sealed class DiscoveryTests : RegistryTest
{
    [Fact, Trait(Spec, "#listing-tags")]
    public async Task Tags_are_listed_in_order_with_the_name_that_was_asked_for()
    {
        Pushed image = await PushImageAsync("layer", "v2");
        foreach (string tag in (string[])["v10", "latest", "V3"])
            await AskAsync("PUT", $"{Web}/manifests/{tag}", image.Manifest, Oci.Manifest);

        Got got = await AskAsync("GET", $"{Web}/tags/list");

        Assert.Equal(HttpStatusCode.OK, got.Status);
        Assert.Equal("us/shop/apps/web", (string?)got.Json["name"]);
        Assert.Equal(["V3", "latest", "v10", "v2"], Tags(got));
        Assert.False(got.Headers.ContainsKey("Link"));
    }

    [Fact, Trait(Spec, "#listing-tags")]
    public async Task Tags_are_listed_by_pages_that_name_the_next()
    {
        State.AddImage(Apps, "web", "a", "b", "c", "d", "e");

        Got first = await AskAsync("GET", $"{Web}/tags/list?n=2");
        Got second = await AskAsync("GET", first.Headers["Link"].Split('<', '>')[1]);
        Got last = await AskAsync("GET", second.Headers["Link"].Split('<', '>')[1]);

        Assert.EndsWith("; rel=\"next\"", first.Headers["Link"], StringComparison.Ordinal);
        Assert.Equal(["a", "b"], Tags(first));
        Assert.Equal(["c", "d"], Tags(second));
        Assert.Equal(["e"], Tags(last));
        Assert.False(last.Headers.ContainsKey("Link"));
    }

    [Theory, Trait(Spec, "#listing-tags")]
    [InlineData("?n=0", "")]
    [InlineData("?last=b", "c")]
    [InlineData("?n=1&last=aa", "b")]
    [InlineData("?n=9", "a b c")]
    public async Task A_part_of_the_tags_is_listed(string query, string tags)
    {
        State.AddImage(Apps, "web", "a", "b", "c");

        Got got = await AskAsync("GET", $"{Web}/tags/list{query}");

        Assert.Equal(tags, string.Join(' ', Tags(got)));
        Assert.Equal(query.Contains("n=1&", StringComparison.Ordinal), got.Headers.ContainsKey("Link"));
    }

    [Theory, Trait(Spec, "#listing-tags")]
    [InlineData("v2/us/shop/apps/nothing/tags/list", HttpStatusCode.NotFound, "NAME_UNKNOWN")]
    [InlineData(Web + "/tags/list?n=many", HttpStatusCode.BadRequest, "PAGINATION_NUMBER_INVALID")]
    public async Task A_list_of_nothing_or_of_a_wrong_size_is_refused(string path, HttpStatusCode status, string code)
    {
        State.AddImage(Apps, "web", "v1");

        Got got = await AskAsync("GET", path);

        Assert.Equal((status, code), (got.Status, got.Code));
    }

    [Fact]
    public async Task The_list_has_googles_map_of_digests_with_untagged_ones_and_the_names_below()
    {
        Pushed old = await PushImageAsync("one", "v1");
        Pushed image = await PushImageAsync("two", "v1");
        State.AddImage(Apps, "web/admin", "v1");

        JsonObject list = (await AskAsync("GET", $"{Web}/tags/list")).Json;

        Assert.Equal(["admin"], list["child"]!.AsArray().Select(child => (string?)child));
        JsonObject manifests = list["manifest"]!.AsObject();
        Assert.Equal(2, manifests.Count);
        Assert.Empty(manifests[old.Digest]!["tag"]!.AsArray());
        JsonNode entry = manifests[image.Digest]!;
        Assert.Equal(["v1"], entry["tag"]!.AsArray().Select(tag => (string?)tag));
        Assert.Equal(Oci.Manifest, (string?)entry["mediaType"]);
        Assert.Equal("1767323045000", (string?)entry["timeCreatedMs"]);
        Assert.True(
            long.Parse((string)entry["timeUploadedMs"]!, System.Globalization.CultureInfo.InvariantCulture)
                > 1767323045000
        );
    }

    [Fact, Trait(Spec, "#listing-referrers")]
    public async Task Referrers_are_described_with_type_and_annotations()
    {
        Pushed subject = await PushImageAsync("subject", "v1");
        Pushed typed = await PushImageAsync("typed", change: manifest =>
        {
            Refer(manifest, subject);
            manifest["artifactType"] = "application/vnd.example.sbom";
            manifest["annotations"] = new JsonObject { ["org.example.by"] = "scanner" };
        });
        Pushed plain = await PushImageAsync("plain", change: manifest => Refer(manifest, subject));

        Got got = await AskAsync("GET", $"{Web}/referrers/{subject.Digest}");

        Assert.Equal((HttpStatusCode.OK, Oci.Index), (got.Status, got.Headers["Content-Type"]));
        JsonArray manifests = got.Json["manifests"]!.AsArray();
        JsonNode sbom = manifests.Single(entry => (string?)entry!["digest"] == typed.Digest)!;
        Assert.Equal("application/vnd.example.sbom", (string?)sbom["artifactType"]);
        Assert.Equal("scanner", (string?)sbom["annotations"]!["org.example.by"]);
        Assert.Equal(typed.Manifest.Length, (int)sbom["size"]!);
        // Without a type of its own an image is of the type of its configuration.
        JsonNode other = manifests.Single(entry => (string?)entry!["digest"] == plain.Digest)!;
        Assert.Equal(Oci.Config, (string?)other["artifactType"]);
    }

    [Fact, Trait(Spec, "#listing-referrers")]
    public async Task Referrers_are_filtered_by_type_and_the_answer_says_so()
    {
        Pushed subject = await PushImageAsync("subject");
        Pushed sbom = await PushImageAsync("sbom", change: manifest =>
        {
            Refer(manifest, subject);
            manifest["artifactType"] = "application/vnd.example.sbom";
        });
        await PushImageAsync("other", change: manifest => Refer(manifest, subject));

        Got got = await AskAsync("GET", $"{Web}/referrers/{subject.Digest}?artifactType=application/vnd.example.sbom");

        Assert.Equal("artifactType", got.Headers["OCI-Filters-Applied"]);
        Assert.Equal([sbom.Digest], got.Json["manifests"]!.AsArray().Select(entry => (string?)entry!["digest"]));
    }

    [Theory, Trait(Spec, "#listing-referrers")]
    [InlineData("")]
    [InlineData("?artifactType=application/vnd.example.sbom")]
    public async Task Referrers_come_in_pages_if_that_is_set(string query)
    {
        Behaviour.ReferrersPageSize = 2;
        Pushed subject = await PushImageAsync("subject");
        List<string> all = [];
        for (int i = 0; i < 5; i++)
            all.Add((await PushImageAsync($"sbom {i}", change: manifest =>
            {
                Refer(manifest, subject);
                manifest["artifactType"] = "application/vnd.example.sbom";
            })).Digest);

        List<string> listed = [];
        int pages = 0;
        for (string? next = $"{Web}/referrers/{subject.Digest}{query}"; next is not null; pages++)
        {
            Got got = await AskAsync("GET", next);
            listed.AddRange(got.Json["manifests"]!.AsArray().Select(entry => (string)entry!["digest"]!));
            next = got.Headers.GetValueOrDefault("Link")?.Split('<', '>')[1];
        }

        Assert.Equal(all.Order(StringComparer.Ordinal), listed);
        Assert.Equal(3, pages);
    }

    [Fact, Trait(Spec, "#listing-referrers")]
    public async Task Nothing_refers_to_what_is_not_there_and_that_is_no_404()
    {
        Got got = await AskAsync("GET", $"{Web}/referrers/{Missing}");

        Assert.Equal((HttpStatusCode.OK, Oci.Index), (got.Status, got.Headers["Content-Type"]));
        Assert.True(got.Json.ContainsKey("manifests"));
        Assert.Null(got.Json["manifests"]);
    }

    [Fact, Trait(Spec, "#listing-referrers")]
    public async Task Referrers_of_what_is_no_digest_are_refused() =>
        Assert.Equal(HttpStatusCode.BadRequest, (await AskAsync("GET", $"{Web}/referrers/sha256:1")).Status);

    private static void Refer(JsonObject manifest, Pushed subject) =>
        manifest["subject"] = Oci.Descriptor(Oci.Manifest, subject.Manifest);

    private static string[] Tags(Got got) => [.. got.Json["tags"]!.AsArray().Select(tag => (string)tag!)];
}
