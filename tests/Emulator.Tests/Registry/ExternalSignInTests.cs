using System.Text;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

/// <summary>The sign-in of a registry that is not Google's, as strict as those are.</summary>
public sealed class ExternalSignInTests : RegistryTest
{
    private const string Scope = "repository:us/shop/apps/web:pull";

    private static (string, string) Basic(string pair) =>
        ("Authorization", $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(pair))}");

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        State.AddImage(Apps, "web", "v1");
        Behaviour.IgnoresAccept = true;
        Behaviour.ExternalSignIn = new ExternalSignIn("bob", "pw");
    }

    [Fact]
    public async Task A_token_is_for_one_image_and_for_reading_it()
    {
        Got challenge = await AskAsync("GET", $"{Web}/manifests/v1");
        string token = await TokenAsync(Scope);

        Assert.Equal(401, (int)challenge.Status);
        Assert.Contains($"scope=\"{Scope}\"", challenge.Headers["WWW-Authenticate"], StringComparison.Ordinal);
        Assert.Equal(200, await StatusAsync("GET", $"{Web}/manifests/v1", token));
        Assert.Equal(401, await StatusAsync("GET", $"{Web}2/manifests/v1", token));
        Assert.Equal(401, await StatusAsync("POST", $"{Web}/blobs/uploads/", token));
        // An image that does not exist is not told from one that may not be read.
        Assert.Equal(401, await StatusAsync(
            "GET", $"{Web}2/manifests/v1", await TokenAsync("repository:us/shop/apps/web2:pull")));
    }

    [Theory]
    [InlineData("bob:wrong", Scope, "emulator", 401)]
    [InlineData("ada:pw", Scope, "emulator", 401)]
    [InlineData("bob:pw", "repository", "emulator", 400)]
    [InlineData("bob:pw", Scope, "another", 400)]
    public async Task No_token_is_issued_otherwise(string pair, string scope, string service, int status) =>
        Assert.Equal(
            status,
            (int)(await AskAsync("GET", $"v2/token?service={service}&scope={scope}", null, null, Basic(pair))).Status);

    [Fact]
    public async Task Basic_takes_the_password_itself_and_no_token()
    {
        Behaviour.ExternalSignIn = new ExternalSignIn("bob", "pw") { UsesBasic = true };

        Assert.Equal(401, (int)(await AskAsync("GET", $"{Web}/manifests/v1")).Status);
        Assert.Equal(401, (int)(await AskAsync("GET", $"{Web}/manifests/v1", null, null, Basic("bob:no"))).Status);
        Assert.Equal(200, (int)(await AskAsync("GET", $"{Web}/manifests/v1", null, null, Basic("bob:pw"))).Status);
        Assert.Equal(405, (int)(await AskAsync("GET", "v2/token", null, null, Basic("bob:pw"))).Status);
    }

    private async Task<string> TokenAsync(string scope) => (string)(await AskAsync(
        "GET", $"v2/token?service=emulator&scope={scope}", null, null, Basic("bob:pw"))).Json["token"]!;

    private async Task<int> StatusAsync(string method, string path, string token) =>
        (int)(await AskAsync(method, path, null, null, ("Authorization", $"Bearer {token}"))).Status;
}
