using System.Text.Json.Nodes;

namespace ArtifactRegistry.Emulator.Http;

/// <summary>An error in Google's format, of a request or inside an operation.</summary>
internal sealed class ApiError(int code, string status, string message, params JsonObject[] details)
    : Exception(message)
{
    private const string PerimeterId = "gR7n2dXc0sQ-pErimEter_5fZlqHxVtA8w";

    /// <summary>The HTTP status.</summary>
    public int Code => code;

    /// <summary>The missing permission, if that is the reason.</summary>
    public string? Permission { get; private init; }

    /// <summary>The resource on which the permission is missing.</summary>
    public string? Resource { get; private init; }

    public static ApiError NotFound() => new(404, "NOT_FOUND", "Requested entity was not found.");

    public static ApiError NoSuchMethod() => new(404, "NOT_FOUND", "Method not found.");

    public static ApiError Invalid(string message) => new(400, "INVALID_ARGUMENT", message);

    public static ApiError Precondition(string message) => new(400, "FAILED_PRECONDITION", message);

    public static ApiError AlreadyExists(string message) => new(409, "ALREADY_EXISTS", message);

    public static ApiError Internal() => new(500, "INTERNAL", "Internal error encountered.");

    public static ApiError BillingDisabled(string project) => new(
        403,
        "PERMISSION_DENIED",
        $"This API method requires billing to be enabled. Please enable billing on project #{project}.",
        ErrorInfo("BILLING_DISABLED", "googleapis.com", new JsonObject
        {
            ["consumer"] = $"projects/{project}",
            ["service"] = "artifactregistry.googleapis.com",
        }));

    public static ApiError Aborted() => new(409, "ABORTED", "The operation was aborted. Please try again.");

    public static ApiError Unavailable() => new(503, "UNAVAILABLE", "The service is currently unavailable.");

    public static ApiError DeadlineExceeded() => new(
        504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete.");

    public static ApiError Unsupported(string what) =>
        new(501, "UNIMPLEMENTED", $"The emulator does not know {what}.");

    public static ApiError BadName(string method) => new(
        400,
        "INVALID_ARGUMENT",
        "Invalid resource field value in the request.",
        ErrorInfo("RESOURCE_PROJECT_INVALID", "googleapis.com", new JsonObject
        {
            ["method"] = $"google.devtools.artifactregistry.v1.ArtifactRegistry.{method}",
            ["service"] = "artifactregistry.googleapis.com",
        }));

    public static ApiError Unauthenticated() => new(
        401,
        "UNAUTHENTICATED",
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid "
        + "authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
        ErrorInfo("ACCESS_TOKEN_TYPE_UNSUPPORTED", "googleapis.com", new JsonObject
        {
            ["service"] = "artifactregistry.googleapis.com",
        }));

    public static ApiError Denied(string permission, string resource) => new(
        403,
        "PERMISSION_DENIED",
        $"Permission '{permission}' denied on resource '//artifactregistry.googleapis.com/{resource}' "
        + "(or it may not exist).",
        ErrorInfo("IAM_PERMISSION_DENIED", "artifactregistry.googleapis.com", new JsonObject
        {
            ["permission"] = permission,
            ["resource"] = resource,
        }))
    {
        Permission = permission,
        Resource = resource,
    };

    /// <summary>Creates the error for a missing permission; each service has its own text.</summary>
    public static ApiError Lacks(string permission, string resource) => permission.Split('.')[0] switch
    {
        "resourcemanager" => ProjectDenied(),
        // The real text is not known; the audit log documentation lists no permission for it.
        "artifactregistry" when permission == "artifactregistry.operations.get" => ProjectDenied(),
        "iam" => new(
            403,
            "PERMISSION_DENIED",
            $"Permission '{permission}' denied on resource (or it may not exist).",
            ErrorInfo("IAM_PERMISSION_DENIED", "iam.googleapis.com", new JsonObject { ["permission"] = permission })),
        "container" => new(403, "PERMISSION_DENIED", $"Required \"{permission}\" permission(s) for \"{resource}\"."),
        _ => Denied(permission, resource),
    };

    /// <summary>Creates the error of a service for a missing permission, in the form that most of them share.</summary>
    public static ApiError ServiceDenied(string permission, string resource, string service) => new(
        403,
        "PERMISSION_DENIED",
        $"Permission '{permission}' denied on resource '//{service}.googleapis.com/{resource}' (or it may not exist).",
        ErrorInfo("IAM_PERMISSION_DENIED", $"{service}.googleapis.com", new JsonObject
        {
            ["permission"] = permission,
            ["resource"] = resource,
        }));

    /// <summary>Creates the error of Cloud Run for a missing permission.</summary>
    public static ApiError RunDenied(string permission, string resource) =>
        new(
            403,
            "PERMISSION_DENIED",
            $"Permission '{permission}' denied on resource '{resource}' (or resource may not exist)."
        );

    /// <summary>
    /// Creates the error of VPC Service Controls; the administrator of the perimeter finds the request by its unique
    /// id.
    /// </summary>
    public static ApiError OutsidePerimeter(string service, string projectNumber) => new(
        403,
        "PERMISSION_DENIED",
        "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: " + PerimeterId,
        new JsonObject
        {
            ["@type"] = "type.googleapis.com/google.rpc.PreconditionFailure",
            ["violations"] = new JsonArray(
                new JsonObject { ["type"] = "VPC_SERVICE_CONTROLS", ["description"] = PerimeterId }),
        },
        ErrorInfo("SECURITY_POLICY_VIOLATED", "googleapis.com", new JsonObject
        {
            ["uid"] = PerimeterId,
            ["consumer"] = $"projects/{projectNumber}",
            ["service"] = $"{(service == "resourcemanager" ? "cloudresourcemanager" : service)}.googleapis.com",
        }));

    /// <summary>Creates the error of an API that is disabled in the project whose resources are asked for.</summary>
    public static ApiError ServiceDisabled(string service, string projectNumber) => new(
        403,
        "PERMISSION_DENIED",
        $"{service} API has not been used in project {projectNumber} before or it is disabled.",
        ErrorInfo("SERVICE_DISABLED", "googleapis.com", new JsonObject
        {
            ["consumer"] = $"projects/{projectNumber}",
            ["service"] = service,
        }));

    public static ApiError ProjectDenied() =>
        new(403, "PERMISSION_DENIED", "The caller does not have permission");

    public static ApiError PolicyConflict() => new(
        409,
        "ABORTED",
        "There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.");

    public static ApiError QuotaExceeded(string projectNumber) => new(
        429,
        "RESOURCE_EXHAUSTED",
        "Quota exceeded for quota metric 'Requests per project per region' and limit 'Requests per project per region "
        + "per minute per region' of service 'artifactregistry.googleapis.com' for consumer "
        + $"'project_number:{projectNumber}'.",
        ErrorInfo("RATE_LIMIT_EXCEEDED", "googleapis.com", new JsonObject
        {
            ["consumer"] = $"projects/{projectNumber}",
            ["service"] = "artifactregistry.googleapis.com",
            ["quota_limit"] = "RequestsPerMinutePerProjectPerRegion",
            ["quota_metric"] = "artifactregistry.googleapis.com/requests",
            ["quota_unit"] = "1/min/{project}/{region}",
        }));

    /// <summary>
    /// Creates the body of a response. IAM and GKE add the fields that APIs had before there was a status.
    /// </summary>
    public JsonObject ToBody(bool withErrors)
    {
        JsonObject error = new() { ["code"] = code, ["message"] = Message };
        if (withErrors)
        {
            error["errors"] = new JsonArray(
                new JsonObject { ["message"] = Message, ["domain"] = "global", ["reason"] = Reason });
        }
        error["status"] = status;
        AddDetails(error);
        return new JsonObject { ["error"] = error };
    }

    /// <summary>Creates the error of an operation, which uses gRPC codes.</summary>
    public JsonObject ToStatus()
    {
        JsonObject error = new() { ["code"] = RpcCode, ["message"] = Message };
        AddDetails(error);
        return error;
    }

    private int RpcCode => status switch
    {
        "INVALID_ARGUMENT" => 3,
        "DEADLINE_EXCEEDED" => 4,
        "NOT_FOUND" => 5,
        "ALREADY_EXISTS" => 6,
        "PERMISSION_DENIED" => 7,
        "RESOURCE_EXHAUSTED" => 8,
        "FAILED_PRECONDITION" => 9,
        "ABORTED" => 10,
        "UNIMPLEMENTED" => 12,
        "INTERNAL" => 13,
        "UNAVAILABLE" => 14,
        "UNAUTHENTICATED" => 16,
        _ => 2,
    };

    private string Reason => status switch
    {
        "NOT_FOUND" => "notFound",
        "ALREADY_EXISTS" => "alreadyExists",
        "PERMISSION_DENIED" => "forbidden",
        "UNAUTHENTICATED" => "authError",
        "RESOURCE_EXHAUSTED" => "rateLimitExceeded",
        "FAILED_PRECONDITION" => "failedPrecondition",
        "ABORTED" => "aborted",
        _ => code < 500 ? "badRequest" : "backendError",
    };

    private static JsonObject ErrorInfo(string reason, string domain, JsonObject metadata) => new()
    {
        ["@type"] = "type.googleapis.com/google.rpc.ErrorInfo",
        ["reason"] = reason,
        ["domain"] = domain,
        ["metadata"] = metadata,
    };

    private void AddDetails(JsonObject error)
    {
        if (details.Length > 0) error["details"] = new JsonArray([.. details.Select(detail => detail.DeepClone())]);
    }
}
