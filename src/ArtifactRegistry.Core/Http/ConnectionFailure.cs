using System.Net;

namespace ArtifactRegistry.Http;

/// <summary>What a connection that could not be made, or broke, means for a request.</summary>
internal static class ConnectionFailure
{
    /// <summary>What to do where TLS fails, which is nearly always for the certificate.</summary>
    public const string CertificateAdvice =
        "If your company's proxy inspects TLS, add its CA certificate to the system trust store.";

    /// <summary>What to do where a proxy refuses the user and password, or wants some.</summary>
    public const string ProxyAdvice =
        "Check the user and password of the proxy: in HTTPS_PROXY as http://USER:PASSWORD@HOST:PORT before PowerShell "
        + "starts, or in the session with [System.Net.Http.HttpClient]::DefaultProxy. Credentials that a proxy refused are "
        + "not sent to it again.";

    /// <summary>Translates a failure of the connection.</summary>
    /// <param name="error">The failure.</param>
    /// <param name="request">Method and address.</param>
    public static RegistryException Translate(Exception error, string request)
    {
        HttpRequestError? kind = (error as HttpRequestException)?.HttpRequestError;
        bool isDistrusted = kind is HttpRequestError.SecureConnectionError;
        bool isProxyRefusal = IsProxyRefusal(error);
        bool neverSent = isDistrusted || kind
            is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.ProxyTunnelError;
        // "See inner exception" is all that the outer one says about a certificate, and "An error occurred while sending
        // the request" all that it says about a connection that broke.
        string message = isDistrusted ? error.GetBaseException().Message
            : neverSent ? error.Message
            : $"The connection broke: {error.GetBaseException().Message}";
        return new RegistryException(RegistryErrorKind.Unreachable, message, error)
        {
            Request = request,
            NeverSent = neverSent,
            // Neither a certificate nor a password becomes right with time, and an account may be locked.
            IsFinal = isDistrusted || isProxyRefusal,
            Advice = isDistrusted ? CertificateAdvice : isProxyRefusal ? ProxyAdvice : null,
        };
    }

    /// <summary>Whether a proxy wants a user and password, or refused those that it was given (407).</summary>
    public static bool IsProxyRefusal(Exception error) =>
        // The status is in the message alone: https://github.com/dotnet/runtime/blob/v8.0.0/src/libraries/System.Net.Http
        error is HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError }
        && ((error as HttpRequestException)!.StatusCode is HttpStatusCode.ProxyAuthenticationRequired
            || error.Message.Contains("'407'", StringComparison.Ordinal));
}
