using System.Net;

namespace ArtifactRegistry.Http;

/// <summary>Translates failures of connections into errors of requests.</summary>
internal static class ConnectionFailure
{
    /// <summary>The advice for a TLS failure, which nearly always is about the certificate.</summary>
    public const string CertificateAdvice =
        "If your company's proxy inspects TLS, add its CA certificate to the system trust store.";

    /// <summary>The advice if a proxy requires a user and password, or refuses those that it was given.</summary>
    public const string ProxyAdvice =
        "Check the user and password of the proxy: in HTTPS_PROXY as http://USER:PASSWORD@HOST:PORT before PowerShell "
        + "starts, or in the session with [System.Net.Http.HttpClient]::DefaultProxy. Credentials that a proxy refused "
        + "are not sent to it again.";

    /// <summary>Translates a failure of the connection.</summary>
    /// <param name="error">The failure.</param>
    /// <param name="request">Method and address.</param>
    public static RegistryException Translate(Exception error, string request)
    {
        HttpRequestError? kind = (error as HttpRequestException)?.HttpRequestError;
        bool isDistrusted = kind is HttpRequestError.SecureConnectionError;
        bool isProxyRefusal = IsProxyRefusal(error);
        bool neverSent =
            isDistrusted
            || kind
                is HttpRequestError.ConnectionError
                    or HttpRequestError.NameResolutionError
                    or HttpRequestError.ProxyTunnelError;
        // About a certificate, the outer exception only says "See inner exception"; about a broken connection, only
        // "An error occurred while sending the request".
        string message = isDistrusted ? error.GetBaseException().Message
            : neverSent ? error.Message
            : $"The connection broke: {error.GetBaseException().Message}";
        return new RegistryException(RegistryErrorKind.Unreachable, message, error)
        {
            Request = request,
            NeverSent = neverSent,
            // Waiting makes neither a certificate nor a password valid, and more attempts may lock an account.
            IsFinal = isDistrusted || isProxyRefusal,
            Advice = isDistrusted ? CertificateAdvice : isProxyRefusal ? ProxyAdvice : null,
        };
    }

    /// <summary>
    /// Returns whether a proxy requires a user and password, or refused those that it was given (407).
    /// </summary>
    public static bool IsProxyRefusal(Exception error) =>
        // Only the message contains the status:
        // https://github.com/dotnet/runtime/blob/v8.0.0/src/libraries/System.Net.Http
        error is HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError }
        && ((error as HttpRequestException)!.StatusCode is HttpStatusCode.ProxyAuthenticationRequired
            || error.Message.Contains("'407'", StringComparison.Ordinal));
}
