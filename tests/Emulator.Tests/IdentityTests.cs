using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

public sealed class IdentityTests : EmulatorTest
{
    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData("wrong", HttpStatusCode.Unauthorized)]
    [InlineData("right", HttpStatusCode.OK)]
    public async Task A_token_is_asked_for_if_the_switch_says_so(string? token, HttpStatusCode status)
    {
        Behaviour.RequireToken = true;
        Behaviour.AcceptedTokens = ["right"];

        Reply reply = await SendAsync("GET", AppsPath, token: token);

        Assert.Equal(status, reply.Status);
        Assert.Equal(status == HttpStatusCode.OK ? "" : "UNAUTHENTICATED", reply.ErrorStatus);
    }

    [Fact]
    public async Task A_denied_permission_is_named_with_its_resource()
    {
        State.AddImage(Apps, "web", "v1");
        Behaviour.Denials = [new Denial("artifactregistry.tags.delete", Apps.Resource)];

        Reply denied = await SendAsync("DELETE", $"{AppsPath}/packages/web/tags/v1");
        Reply allowed = await GetAsync($"{AppsPath}/packages/web/tags/v1");

        Assert.Equal(HttpStatusCode.Forbidden, denied.Status);
        Assert.Equal("PERMISSION_DENIED", denied.ErrorStatus);
        Assert.Equal(
            "Permission 'artifactregistry.tags.delete' denied on resource "
            + "'//artifactregistry.googleapis.com/projects/shop/locations/us/repositories/apps' (or it may not exist).",
            denied.Message);
        JsonNode detail = denied.Body["error"]!["details"]![0]!;
        Assert.Equal("IAM_PERMISSION_DENIED", (string?)detail["reason"]);
        Assert.Equal("artifactregistry.tags.delete", (string?)detail["metadata"]!["permission"]);
        Assert.Equal("projects/shop/locations/us/repositories/apps", (string?)detail["metadata"]!["resource"]);
        Assert.Equal(HttpStatusCode.OK, allowed.Status);
    }

    [Fact]
    public async Task Who_is_denied_does_not_learn_what_exists()
    {
        Behaviour.Denials = [new Denial("artifactregistry.*")];

        Reply reply = await GetAsync("v1/projects/shop/locations/us/repositories/nothing/dockerImages");

        Assert.Equal(HttpStatusCode.Forbidden, reply.Status);
        Assert.EndsWith("repositories/nothing' (or it may not exist).", reply.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_method_of_a_repository_asks_for_a_permission()
    {
        string digest = State.AddImage(Apps, "web", "v1");
        Behaviour.Denials = [new Denial("*")];
        (string Method, string Path)[] methods =
        [
            ("GET", ""), ("PATCH", ""), ("DELETE", ""), ("GET", ":getIamPolicy"), ("POST", ":setIamPolicy"),
            ("GET", "/dockerImages"), ("GET", $"/dockerImages/web@{digest}"),
            ("GET", "/packages"), ("GET", "/packages/web"), ("PATCH", "/packages/web"), ("DELETE", "/packages/web"),
            ("GET", "/packages/web/versions"), ("POST", "/packages/web/versions:batchDelete"),
            ("GET", $"/packages/web/versions/{digest}"), ("PATCH", $"/packages/web/versions/{digest}"),
            ("DELETE", $"/packages/web/versions/{digest}"),
            ("GET", "/packages/web/tags"), ("POST", "/packages/web/tags?tagId=v2"), ("GET", "/packages/web/tags/v1"),
            ("PATCH", "/packages/web/tags/v1"), ("DELETE", "/packages/web/tags/v1"),
        ];

        foreach ((string method, string path) in methods)
        {
            Reply reply = await SendAsync(
                method, AppsPath + path, method is "POST" or "PATCH" ? new JsonObject() : null);
            Assert.Equal((path, HttpStatusCode.Forbidden), (path, reply.Status));
        }
    }
}
