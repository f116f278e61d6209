using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using ArtifactRegistry.Text;

namespace ArtifactRegistry.Http;

/// <summary>
/// Translates Google's error response, <c>{"error":{"code","message","status","details":[…]}}</c>, to an exception.
/// See https://google.aip.dev/193.
/// </summary>
internal static partial class ErrorEnvelope
{
    private const int MaxQuoteLength = 500;
    private const int MaxPageLength = 8192;

    /// <summary>Translates a response whose status is not 2xx.</summary>
    /// <param name="request">Method and address.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="body">The body of the response.</param>
    /// <param name="retryAfter">The value of the Retry-After header.</param>
    /// <param name="needed">The permission that the method needs, for services that do not name it.</param>
    public static RegistryException Translate(
        string request, HttpStatusCode status, string body, TimeSpan? retryAfter, string? needed = null)
    {
        JsonElement? error = TryReadError(body);
        ErrorDetails details = error is JsonElement given ? ErrorDetails.Read(given) : new ErrorDetails();
        RegistryErrorKind kind = details.UniqueId is null
            ? KindOf(status, details.RpcStatus)
            : RegistryErrorKind.OutsidePerimeter;
        // Only the service itself can say that something does not exist: a proxy's page with this status says nothing
        // about an image, and must not count as "gone already".
        if (kind is RegistryErrorKind.NotFound && error is null) kind = RegistryErrorKind.UnexpectedAnswer;
        string code = ((int)status).ToString(CultureInfo.InvariantCulture);
        return details.ToException(
            kind,
            Quote(body) ?? $"The service answered {code}.",
            needed,
            status,
            request,
            retryAfter
        );
    }

    /// <summary>Translates the error with which a long-running operation ended, a google.rpc.Status.</summary>
    /// <param name="code">The google.rpc.Code.</param>
    /// <param name="details">The message and the details.</param>
    public static RegistryException TranslateStatus(long code, ErrorDetails details) => details.ToException(
        details.UniqueId is null ? KindOfRpcCode(code) : RegistryErrorKind.OutsidePerimeter,
        string.Create(CultureInfo.InvariantCulture, $"The operation failed with code {code}."));

    /// <summary>Gets the kind for a google.rpc.Code, which the error of a long-running operation contains.</summary>
    public static RegistryErrorKind KindOfRpcCode(long code) => code switch
    {
        3 => RegistryErrorKind.InvalidArgument,
        4 => RegistryErrorKind.TimedOut,
        5 => RegistryErrorKind.NotFound,
        6 => RegistryErrorKind.AlreadyExists,
        7 => RegistryErrorKind.PermissionDenied,
        8 => RegistryErrorKind.QuotaExceeded,
        9 => RegistryErrorKind.FailedPrecondition,
        10 => RegistryErrorKind.Aborted,
        11 => RegistryErrorKind.InvalidArgument,
        16 => RegistryErrorKind.Unauthenticated,
        _ => RegistryErrorKind.Unavailable,
    };

    private static RegistryErrorKind KindOf(HttpStatusCode status, string? rpcStatus) => (status, rpcStatus) switch
    {
        (_, "FAILED_PRECONDITION") => RegistryErrorKind.FailedPrecondition,
        (_, "ABORTED") => RegistryErrorKind.Aborted,
        (HttpStatusCode.BadRequest, _) => RegistryErrorKind.InvalidArgument,
        (HttpStatusCode.Unauthorized, _) => RegistryErrorKind.Unauthenticated,
        (HttpStatusCode.Forbidden, _) => RegistryErrorKind.PermissionDenied,
        (HttpStatusCode.NotFound, _) => RegistryErrorKind.NotFound,
        (HttpStatusCode.Conflict, _) => RegistryErrorKind.AlreadyExists,
        (HttpStatusCode.PreconditionFailed, _) => RegistryErrorKind.FailedPrecondition,
        (HttpStatusCode.TooManyRequests, _) => RegistryErrorKind.QuotaExceeded,
        (HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable
            or HttpStatusCode.GatewayTimeout, _) => RegistryErrorKind.Unavailable,
        _ => RegistryErrorKind.UnexpectedAnswer,
    };

    // Google's {"error":{…}}, the registry protocol's {"errors":[{"code","message"}]}, or Kubernetes'
    // {"kind":"Status","message",…}.
    private static JsonElement? TryReadError(string body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            JsonElement root = document.RootElement;
            if (ErrorDetails.Child(root, "error") is JsonElement error)
                return error.Clone();
            if (ErrorDetails.Text(root, "kind") is "Status" && ErrorDetails.Text(root, "apiVersion") is "v1")
                return root.Clone();
            return root.ValueKind is JsonValueKind.Object
                && root.TryGetProperty("errors", out JsonElement errors)
                && errors.ValueKind is JsonValueKind.Array
                && errors.GetArrayLength() > 0
                && errors[0].ValueKind is JsonValueKind.Object
                ? errors[0].Clone()
                : null;
        }
        catch (JsonException)
        {
            // Proxies and load balancers answer in HTML, which the caller then quotes.
            return null;
        }
    }

    // For a web page, as sent by proxies and front ends, gets the text that a browser would show.
    internal static string? Quote(string body)
    {
        string shown = body.StartsWith('<')
            ? Markup().Replace(body[..Math.Min(body.Length, MaxPageLength)], " ")
            : body;
        return SafeText.CleanLine(shown, MaxQuoteLength) is { Length: > 0 } text ? text : null;
    }

    [GeneratedRegex("<(script|style)\\b.*?</\\1>|<[^>]*>", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Markup();
}
