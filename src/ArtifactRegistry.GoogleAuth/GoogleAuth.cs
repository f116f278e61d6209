using System.Net;
using ArtifactRegistry.Auth;
using ArtifactRegistry.Text;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Auth.OAuth2.Responses;

namespace ArtifactRegistry.GoogleAuth;

/// <summary>Requests one token at a time from Google.Apis.Auth; the caller decides when to renew it.</summary>
internal sealed class GoogleAuth : IGoogleAuth
{
    private const int MaxQuoteLength = 400;

    // The lifetime of a self-signed token of Google.Apis.Auth, less the time for which the library caches it.
    private static readonly TimeSpan SelfSignedLife = TimeSpan.FromMinutes(50);

    /// <inheritdoc/>
    public async Task<AccessToken> RequestTokenAsync(
        string json, string type, bool selfSigned, HttpMessageHandler http, CancellationToken stop)
    {
        try
        {
            GoogleCredential credential = CredentialFactory.FromJson(json, type)
                .CreateWithHttpClientFactory(new HandlerFactory(http))
                .CreateScoped(SignIn.Scope);
            return credential.UnderlyingCredential switch
            {
                ServiceAccountCredential key when selfSigned => new AccessToken(
                    await key.GetAccessTokenForRequestAsync(null, stop)
                )
                {
                    ExpiresAt = DateTimeOffset.UtcNow + SelfSignedLife,
                },
                UserCredential user when await user.RefreshTokenAsync(stop) => Token(user.Token),
                ServiceCredential service when await service.RequestAccessTokenAsync(stop) => Token(service.Token),
                _ => throw new RegistryException(RegistryErrorKind.Unauthenticated, "The token service gave no token."),
            };
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            throw Translated(e);
        }
    }

    private static AccessToken Token(TokenResponse answer)
    {
        AccessToken token = AccessToken.Parse(answer.AccessToken ?? "", "the answer of the token service");
        return new AccessToken(token.Value)
        {
            ExpiresAt = answer.ExpiresInSeconds is long seconds ? DateTimeOffset.UtcNow.AddSeconds(seconds) : null,
        };
    }

    // The library's exceptions do not leave this assembly: their messages may contain requests and responses, and their
    // types are only known here.
    private static RegistryException Translated(Exception error)
    {
        for (Exception? e = error; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case RegistryException known:
                    return known;
                case TokenResponseException { Error: TokenErrorResponse refusal } refused:
                    return new RegistryException(RegistryErrorKind.Unauthenticated, Words(refusal, refused.StatusCode))
                    {
                        Reason = refusal.Error is { Length: > 0 } code
                            ? SafeText.CleanLine(code, MaxQuoteLength)
                            : "unknown",
                    };
                case HttpRequestException { StatusCode: HttpStatusCode status }:
                    return new RegistryException(
                        RegistryErrorKind.Unauthenticated, $"the identity provider answered {(int)status} ({status}).");
                case IOException or UnauthorizedAccessException:
                    return new RegistryException(RegistryErrorKind.Unauthenticated, e.Message);
            }
        }

        string kind = error.GetType().Name;
        return kind.StartsWith("Json", StringComparison.Ordinal)
            ? new RegistryException(
                RegistryErrorKind.Unauthenticated,
                "the answer of the token service is not the JSON that OAuth 2.0 documents."
            )
            : new RegistryException(
                RegistryErrorKind.Unauthenticated,
                SafeText.CleanLine(error.GetBaseException().Message, MaxQuoteLength)
            );
    }

    private static string Words(TokenErrorResponse refusal, HttpStatusCode? status)
    {
        string[] words =
        [
            .. new[] { refusal.Error, refusal.ErrorDescription }
                .Where(each => !string.IsNullOrWhiteSpace(each))
                .Select(words => SafeText.CleanLine(words!, MaxQuoteLength)),
        ];
        return words.Length > 0
            ? $"{string.Join(": ", words).TrimEnd('.')}."
            : $"the token service answered {(int?)status}.";
    }
}
