using ArtifactRegistry.Auth;
using ArtifactRegistry.Core.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Core.Tests;

/// <summary>Signing in where the service that is asked sends the caller elsewhere.</summary>
public sealed class SignInRedirectTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_takes_no_secret_along(int status)
    {
        await using RawServer other = RawServer.Start(_ => RawReply.Of(200, "{}"));
        await using RawServer server = RawServer.Start(
            _ => RawReply.Of(status, "", "text/plain", $"Location: {other.Url}"));
        ITokenSource tokens = TokenSources.Choose(
            new CredentialSettings
            {
                AccessToken = "ya29.secret",
                ImpersonateServiceAccount = "a@b.iam.gserviceaccount.com",
            },
            SignIns.Environment(_ => null, server.Url)
        );

        RegistryException error = await Assert.ThrowsAsync<RegistryException>(
            async () => await tokens.GetTokenAsync(null, null, Stop));

        Assert.Equal(RegistryErrorKind.UnsafeRequest, error.Kind);
        Assert.Contains("answered with a redirect to 127.0.0.1", error.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
        Assert.Empty(other.Requests);
    }
}
