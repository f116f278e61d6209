using System.Net;
using System.Text;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

public sealed class DockerTokenTests : RegistryTest
{
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        State.AddImage(Apps, "web", "v1");
        Behaviour.RequireToken = true;
        Behaviour.AcceptedTokens = ["ya29.good"];
    }

    [Theory]
    [InlineData("GET", "v2/", "")]
    [InlineData("GET", Web + "/manifests/v1", ",scope=\"repository:us/shop/apps/web:pull\"")]
    [InlineData("POST", Uploads, ",scope=\"repository:us/shop/apps/web:pull,push\"")]
    public async Task Who_brings_no_token_is_told_where_to_get_one(string method, string path, string scope)
    {
        Got got = await AskAsync(method, path);

        Assert.Equal((HttpStatusCode.Unauthorized, "UNAUTHORIZED"), (got.Status, got.Code));
        Assert.Equal(
            $"Bearer realm=\"{Emulator.Url}v2/token\",service=\"{Emulator.Url.Authority}\"{scope}",
            got.Headers["WWW-Authenticate"]);
    }

    [Theory]
    [InlineData("_token")]
    [InlineData("oauth2accesstoken")]
    [InlineData("_dcgcloud_token")]
    public async Task A_token_is_got_for_an_access_token_and_opens_the_registry(string user)
    {
        Got got = await AskAsync(
            "GET",
            "v2/token?service=x&scope=y",
            null,
            null,
            ("Authorization", Basic(user, "ya29.good"))
        );
        Assert.Equal(HttpStatusCode.OK, got.Status);
        string token = (string)got.Json["token"]!;
        Assert.NotEqual("ya29.good", token);

        Assert.Equal(HttpStatusCode.OK, await WithAsync($"Bearer {token}"));
        Behaviour.AcceptedTokens = [];
        Assert.Equal(HttpStatusCode.Unauthorized, await WithAsync($"Bearer {token}"));
    }

    [Theory]
    [InlineData("Bearer ya29.good", HttpStatusCode.OK)]
    [InlineData("Bearer ya29.bad", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer docker.%%%", HttpStatusCode.Unauthorized)]
    [InlineData("Basic %%%", HttpStatusCode.Unauthorized)]
    [InlineData("Nonsense", HttpStatusCode.Unauthorized)]
    public async Task An_access_token_is_taken_as_it_is(string authorization, HttpStatusCode status) =>
        Assert.Equal(status, await WithAsync(authorization));

    [Theory]
    [InlineData("_token", "ya29.good", HttpStatusCode.OK)]
    [InlineData("_token", "ya29.bad", HttpStatusCode.Unauthorized)]
    [InlineData("somebody", "ya29.good", HttpStatusCode.Unauthorized)]
    public async Task User_and_password_are_taken_directly(string user, string password, HttpStatusCode status)
    {
        Assert.Equal(status, await WithAsync(Basic(user, password)));
        Got token = await AskAsync("GET", "v2/token", null, null, ("Authorization", Basic(user, password)));
        Assert.Equal(status, token.Status);
    }

    private async Task<HttpStatusCode> WithAsync(string authorization) =>
        (await AskAsync("GET", $"{Web}/manifests/v1", null, null, ("Authorization", authorization))).Status;

    private static string Basic(string user, string password) =>
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
}
