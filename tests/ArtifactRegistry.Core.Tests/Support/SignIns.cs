using ArtifactRegistry.Auth;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Core.Tests.Support;

/// <summary>Sources of tokens that need no library and no network.</summary>
internal static class SignIns
{
    private static readonly HttpMessageHandler Connections = TransportOptions.CreateConnections();

    public static ITokenSource Choose(string? accessToken, Func<string, string?> environment) =>
        TokenSources.Choose(new CredentialSettings { AccessToken = accessToken }, Environment(environment));

    public static SignIn Environment(
        Func<string, string?> environment,
        Uri? endpoint = null,
        Func<IGoogleAuth>? google = null,
        TimeProvider? clock = null
    ) =>
        new(
            Endpoints.Choose(endpoint, environment), environment, Connections,
            google ?? (() => throw new InvalidOperationException("Google's library is not needed here.")),
            clock ?? TimeProvider.System);
}
