using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using ArtifactRegistry.Text;

namespace ArtifactRegistry.Http;

/// <summary>
/// The message and details of an error, in a response and in a long-running operation. See https://google.aip.dev/193.
/// </summary>
internal sealed partial record ErrorDetails
{
    private const int MaxMessageLength = 4000;

    /// <summary>The message of the service; null if there is none.</summary>
    public string? Message { get; init; }

    /// <summary>The name of the google.rpc.Code, for example <c>ABORTED</c>; null in an operation.</summary>
    public string? RpcStatus { get; init; }

    /// <summary>The id under which VPC Service Controls logged a refusal; null for other errors.</summary>
    public string? UniqueId { get; private set; }

    private string? Reason { get; set; }

    private string? Permission { get; set; }

    private string? Service { get; set; }

    private string? Consumer { get; set; }

    private string? Email { get; set; }

    private TimeSpan? Delay { get; set; }

    /// <summary>
    /// Reads an error: a google.rpc.Status, or the same with <c>status</c> in the body of a response.
    /// </summary>
    public static ErrorDetails Read(JsonElement error)
    {
        ErrorDetails read = new()
        {
            Message = Words(error, "message") is { Length: > 0 } words ? words : null,
            RpcStatus = Text(error, "status"),
        };
        if (error.TryGetProperty("details", out JsonElement details) && details.ValueKind is JsonValueKind.Array)
            foreach (JsonElement detail in details.EnumerateArray())
                read.Add(detail);
        read.Consumer ??=
            read.Message is not null && ProjectInWords().Match(read.Message) is { Success: true } named
                ? named.Groups["project"].Value
                : null;
        read.UniqueId ??= AfterMarker(read.Message);
        return read;
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="otherwise">The message if the service gave none.</param>
    /// <param name="needed">The permission that the method needs, for services that do not name it.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="request">Method and address.</param>
    /// <param name="retryAfter">The value of the Retry-After header.</param>
    public RegistryException ToException(
        RegistryErrorKind kind,
        string otherwise,
        string? needed = null,
        HttpStatusCode? status = null,
        string? request = null,
        TimeSpan? retryAfter = null) => new(kind, Message ?? otherwise)
        {
            Status = status,
            Reason = Reason,
            Permission = Permission
                ?? (kind is RegistryErrorKind.PermissionDenied ? InQuotes(Message) ?? needed : null),
            Consumer = Consumer,
            UniqueId = UniqueId,
            Request = request,
            RetryAfter = retryAfter ?? Delay,
            Advice = Message is not null && UniqueId is null
                ? new ReasonAdvice(Reason, Service, Consumer, Email).Advice(Message)
                : null,
        };

    private void Add(JsonElement detail)
    {
        Reason ??= Words(detail, "reason");
        if (Child(detail, "metadata") is JsonElement metadata)
        {
            Permission ??= Words(metadata, "permission");
            Service ??= Words(metadata, "service");
            Consumer ??= Words(metadata, "consumer") is string project ? ProjectOf(project) : null;
            Email ??= Words(metadata, "email");
            if (Text(detail, "reason") is "SECURITY_POLICY_VIOLATED") UniqueId ??= Words(metadata, "uid");
        }

        UniqueId ??= PerimeterViolation(detail);
        Delay ??= RetryDelay(detail);
    }

    /// <summary>Gets a field that holds an object; null if there is none.</summary>
    public static JsonElement? Child(JsonElement parent, string name) =>
        parent.ValueKind is JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement child)
            && child.ValueKind is JsonValueKind.Object
            ? child
            : null;

    private static string? Words(JsonElement parent, string name) =>
        Text(parent, name) is string text ? SafeText.CleanLine(text, MaxMessageLength) : null;

    /// <summary>Gets a field that holds text; null if there is none.</summary>
    public static string? Text(JsonElement parent, string name)
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
        if (
            detail.ValueKind is not JsonValueKind.Object
            || !detail.TryGetProperty("violations", out JsonElement violations)
            || violations.ValueKind is not JsonValueKind.Array
        )
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
        message is not null && PermissionInWords().Match(message) is { Success: true } found
            ? found.Groups["permission"].Value
            : null;

    // projects/shop, or project_number:123456789012.
    private static string ProjectOf(string consumer) => consumer[(consumer.LastIndexOfAny(['/', ':']) + 1)..];

    // google.rpc.RetryInfo: {"retryDelay":"1.5s"}.
    private static TimeSpan? RetryDelay(JsonElement detail) =>
        Text(detail, "retryDelay") is string delay
            && double.TryParse(delay.TrimEnd('s'), NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds)
            && seconds is >= 0 and <= int.MaxValue
            ? TimeSpan.FromSeconds(seconds)
            : null;

    [GeneratedRegex("""(?:Permission|Required)\s+['"“‘`]?(?<permission>[a-z]+\.\w+\.\w+)""", RegexOptions.IgnoreCase)]
    private static partial Regex PermissionInWords();

    [GeneratedRegex(@"(has not been used in|permission to use) project (?<project>[\w:.-]*\w)")]
    private static partial Regex ProjectInWords();
}
