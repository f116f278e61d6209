using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

public sealed class RepositoryTests : EmulatorTest
{
    private const string Location = "v1/projects/shop/locations/us/repositories";

    [Fact]
    public async Task A_repository_is_created_listed_and_deleted()
    {
        JsonObject body = new() { ["format"] = "DOCKER", ["description"] = "new" };

        JsonObject created = await FinishAsync(await SendAsync("POST", $"{Location}?repositoryId=more", body));
        JsonObject response = created["response"]!.AsObject();
        Assert.Equal("new", (string?)response["description"]);
        Assert.Equal(["@type", "name", "format", "description", "mode"], response.Select(field => field.Key));
        Assert.Equal("us-docker.pkg.dev/shop/more", (string?)(await GetAsync($"{Location}/more")).Body["registryUri"]);
        Assert.Equal(HttpStatusCode.Conflict, (await SendAsync("POST", $"{Location}?repositoryId=more", body)).Status);
        Assert.Equal(["apps", "more"], (await ListAsync(Location, "repositories")).Select(Digest));

        await FinishAsync(await SendAsync("DELETE", $"{Location}/more"));
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync($"{Location}/more")).Status);
    }

    [Fact]
    public async Task Only_the_repositories_of_a_location_are_listed()
    {
        State.AddRepository("shop", "europe-west1", "other");
        State.AddRepository("games", "us", "apps");

        Assert.Equal(["apps"], (await ListAsync(Location, "repositories")).Select(Digest));
    }

    [Fact]
    public async Task A_patch_changes_what_its_mask_names()
    {
        JsonObject body = new()
        {
            ["description"] = "not in the mask",
            ["dockerConfig"] = new JsonObject { ["immutableTags"] = true },
        };

        Reply reply = await SendAsync("PATCH", $"{AppsPath}?updateMask=docker_config.immutable_tags", body);

        Assert.True((bool)reply.Body["dockerConfig"]!["immutableTags"]!);
        Assert.Null(reply.Body["description"]);
    }

    [Fact]
    public async Task Cleanup_policies_come_as_gcloud_sends_them_and_look_as_the_api_says()
    {
        JsonObject body = JsonNode.Parse(
            """
            {
              "name": "projects/shop/locations/us/repositories/apps",
              "sizeBytes": "5",
              "cleanupPolicies": {
                "old": {
                  "id": "old", "action": "Delete",
                  "condition": { "tagState": "untagged", "olderThan": "2592000.0s" }
                }
              }
            }
            """)!.AsObject();

        Reply reply = await SendAsync("PATCH", $"{AppsPath}?updateMask=cleanupPolicies", body);

        JsonNode policy = reply.Body["cleanupPolicies"]!["old"]!;
        Assert.Equal("DELETE", (string?)policy["action"]);
        Assert.Equal("UNTAGGED", (string?)policy["condition"]!["tagState"]);
        Assert.Equal("2592000s", (string?)policy["condition"]!["olderThan"]);
        // Nothing is there, so there is no size, whatever the client has sent.
        Assert.False(reply.Body.ContainsKey("sizeBytes"));
        Assert.False(reply.Body.ContainsKey("registryUri"));
    }

    [Fact]
    public async Task Packages_have_their_names_escaped()
    {
        State.AddImage(Apps, "a/b/c", "v1");
        State.AddImage(Apps, "web", "v1");

        Assert.Equal(
            ["a%2Fb%2Fc", "web"], (await ListAsync($"{AppsPath}/packages?pageSize=1", "packages")).Select(Digest));
    }
}
