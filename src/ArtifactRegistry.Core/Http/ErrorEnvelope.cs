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
    private const int MaxMessageLength = 4000;
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
        string? message = null, rpcStatus = null, reason = null, permission = null, uniqueId = null, service = null, consumer = null, email = null;
        bool isOwnAnswer = false;
        if (TryReadError(body) is JsonElement error)
        {
            isOwnAnswer = true;
            message = Words(error, "message") is { Length: > 0 } words ? words : null;
            rpcStatus = Text(error, "status");
            if (error.TryGetProperty("details", out JsonElement details) && details.ValueKind is JsonValueKind.Array)
            {
                foreach (JsonElement detail in details.EnumerateArray())
                {
                    reason ??= Words(detail, "reason");
                    if (Child(detail, "metadata") is JsonElement metadata)
                    {
                        permission ??= Words(metadata, "permission");
                        service ??= Words(metadata, "service");
                        consumer ??= Words(metadata, "consumer") is string project ? ProjectOf(project) : null;
                        email ??= Words(metadata, "email");
                        if (Text(detail, "reason") is "SECURITY_POLICY_VIOLATED") uniqueId ??= Words(metadata, "uid");
                    }

                    uniqueId ??= PerimeterViolation(detail);
                    retryAfter ??= RetryDelay(detail);
                }
            }
        }

        consumer ??= message is null ? null : ProjectInWords().Match(message) is { Success: true } named ? named.Groups["project"].Value : null;
        uniqueId ??= AfterMarker(message);
        RegistryErrorKind kind = uniqueId is null ? KindOf(status, rpcStatus) : RegistryErrorKind.OutsidePerimeter;
        // Only the service itself can say that something does not exist: a proxy's page with this status says nothing
        // about an image, and must not count as "gone already".
        if (kind is RegistryErrorKind.NotFound && !isOwnAnswer) kind = RegistryErrorKind.UnexpectedAnswer;
        if (kind is RegistryErrorKind.PermissionDenied) permission ??= InQuotes(message) ?? needed;
        string code = ((int)status).ToString(CultureInfo.InvariantCulture);
        return new RegistryException(kind, message ?? Quote(body) ?? $"The service answered {code}.")
        {
            Status = status,
            Reason = reason,
            Permission = permission,
            Consumer = consumer,
            UniqueId = uniqueId,
            Request = request,
            RetryAfter = retryAfter,
            Advice = isOwnAnswer && message is not null && uniqueId is null
                ? new ReasonAdvice(reason, service, consumer, email).Advice(message)
                : null,
        };
    }

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
            if (Child(root, "error") is JsonElement error) return error.Clone();
            if (Text(root, "kind") is "Status" && Text(root, "apiVersion") is "v1") return root.Clone();
            return root.ValueKind is JsonValueKind.Object && root.TryGetProperty("errors", out JsonElement errors)
                && errors.ValueKind is JsonValueKind.Array && errors.GetArrayLength() > 0
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

    private static JsonElement? Child(JsonElement parent, string name) =>
        parent.ValueKind is JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement child)
            && child.ValueKind is JsonValueKind.Object
            ? child
            : null;

    private static string? Words(JsonElement parent, string name) =>
        Text(parent, name) is string text ? SafeText.CleanLine(text, MaxMessageLength) : null;

    private static string? Text(JsonElement parent, string name)
    {
        if (parent.ValueKind is not JsonValueKind.Object || !parent.TryGetProperty(name, out JsonElement child)
            || child.ValueKind is not JsonValueKind.String)
            return null;
        try
        {
            return child.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair: the text was truncated by a program that counts in UTF-16.
            return null;
        }
    }

    // google.rpc.PreconditionFailure: {"violations":[{"type":"VPC_SERVICE_CONTROLS","description":"<id>"}]}.
    // https://cloud.google.com/vpc-service-controls/docs/troubleshooting
    private static string? PerimeterViolation(JsonElement detail)
    {
        if (detail.ValueKind is not JsonValueKind.Object || !detail.TryGetProperty("violations", out JsonElement violations)
            || violations.ValueKind is not JsonValueKind.Array)
            return null;
        foreach (JsonElement violation in violations.EnumerateArray())
            if (Text(violation, "type") is "VPC_SERVICE_CONTROLS") return Words(violation, "description") ?? "";
        return null;
    }

    private static string? AfterMarker(string? message)
    {
        const string Marker = "vpcServiceControlsUniqueIdentifier:";
        int at = message?.IndexOf(Marker, StringComparison.Ordinal) ?? -1;
        return at < 0 ? null : message![(at + Marker.Length)..].Trim().Split(' ')[0].TrimEnd('.', ',');
    }

    // Permission 'artifactregistry.tags.delete' denied on resource …: this is present even without details. The
    // registry's own protocol writes double quotes, and GKE: Required "container.clusters.list" permission(s) for …
    private static string? InQuotes(string? message) =>
        message is not null && PermissionInWords().Match(message) is { Success: true } found ? found.Groups["permission"].Value : null;

    // projects/shop, or project_number:123456789012.
    private static string ProjectOf(string consumer) => consumer[(consumer.LastIndexOfAny(['/', ':']) + 1)..];

    // google.rpc.RetryInfo: {"retryDelay":"1.5s"}.
    private static TimeSpan? RetryDelay(JsonElement detail) =>
        Text(detail, "retryDelay") is string delay
            && double.TryParse(delay.TrimEnd('s'), NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds)
            && seconds is >= 0 and <= int.MaxValue
            ? TimeSpan.FromSeconds(seconds)
            : null;

    // For a web page, as sent by proxies and front ends, gets the text that a browser would show.
    internal static string? Quote(string body)
    {
        string shown = body.StartsWith('<') ? Markup().Replace(body[..Math.Min(body.Length, MaxPageLength)], " ") : body;
        return SafeText.CleanLine(shown, MaxQuoteLength) is { Length: > 0 } text ? text : null;
    }

    [GeneratedRegex("""(?:Permission|Required)\s+['"“‘`]?(?<permission>[a-z]+\.\w+\.\w+)""", RegexOptions.IgnoreCase)]
    private static partial Regex PermissionInWords();

    [GeneratedRegex(@"(has not been used in|permission to use) project (?<project>[\w:.-]*\w)")]
    private static partial Regex ProjectInWords();

    [GeneratedRegex("<(script|style)\\b.*?</\\1>|<[^>]*>", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Markup();
}
