using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>A refusal whose reason the service gives is answered with the command that mends it.</summary>
public sealed class ReasonTests
{
    private const string Guess = "does not say which permission is missing";

    [Theory]
    [InlineData(
        403,
        "SERVICE_DISABLED",
        "iam.googleapis.com",
        "projects/shop",
        "X has not been used in project shop before or it is disabled.",
        "gcloud services enable iam.googleapis.com --project=shop"
    )]
    [InlineData(
        403,
        "SERVICE_DISABLED",
        "artifactregistry.googleapis.com",
        "projects/764086051850",
        "The API requires a quota project, which is not set by default.",
        "gcloud auth application-default set-quota-project PROJECT"
    )]
    [InlineData(
        403,
        "USER_PROJECT_DENIED",
        "artifactregistry.googleapis.com",
        "projects/payer",
        "Caller does not have required permission to use project payer.",
        "gcloud projects add-iam-policy-binding payer --member=MEMBER --role=roles/serviceusage.serviceUsageConsumer"
    )]
    [InlineData(
        400,
        "CONSUMER_INVALID",
        "artifactregistry.googleapis.com",
        "projects/none",
        "Project 'none' not found or deleted.",
        "There is no project none that requests can count against."
    )]
    [InlineData(
        403,
        "CONSUMER_SUSPENDED",
        "artifactregistry.googleapis.com",
        "projects/shop",
        "Permission denied: Consumer 'projects/shop' has been suspended.",
        "Google has suspended the project shop"
    )]
    [InlineData(
        403,
        "BILLING_DISABLED",
        "artifactregistry.googleapis.com",
        "projects/shop",
        "This API method requires billing to be enabled.",
        "gcloud billing projects link shop --billing-account=ACCOUNT"
    )]
    [InlineData(
        403,
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        "artifactregistry.googleapis.com",
        null,
        "Request had insufficient authentication scopes.",
        "its OAuth scopes do not reach this service"
    )]
    [InlineData(
        401,
        "ACCOUNT_STATE_INVALID",
        "artifactregistry.googleapis.com",
        null,
        "Request had invalid authentication credentials.",
        "The account deployer@shop.iam.gserviceaccount.com is disabled or deleted. Who administers its project finds "
            + "out with: gcloud iam service-accounts describe deployer@shop.iam.gserviceaccount.com"
    )]
    [InlineData(
        401,
        "ACCESS_TOKEN_EXPIRED",
        "artifactregistry.googleapis.com",
        null,
        "Request had invalid authentication credentials.",
        "The token has expired."
    )]
    [InlineData(
        400,
        "LOCATION_ORG_POLICY_VIOLATED",
        "artifactregistry.googleapis.com",
        null,
        "Location us violates constraint.",
        "gcloud org-policies list --project=PROJECT"
    )]
    // The registry's own protocol, proxies in front of it and older services say it in words alone.
    [InlineData(
        403,
        null,
        null,
        null,
        "Request had insufficient authentication scopes.",
        "its OAuth scopes do not reach this service"
    )]
    [InlineData(
        403,
        null,
        null,
        null,
        "Artifact Registry API has not been used in project 1234 before or it is disabled.",
        "gcloud services enable artifactregistry.googleapis.com --project=1234"
    )]
    [InlineData(
        403,
        null,
        null,
        null,
        "Caller does not have required permission to use project payer. Grant the caller …",
        "gcloud projects add-iam-policy-binding payer"
    )]
    [InlineData(
        403,
        null,
        null,
        null,
        "This API method requires billing to be enabled.",
        "gcloud billing projects link"
    )]
    [InlineData(
        400,
        null,
        null,
        null,
        "Operation denied by org policy: [\"constraints/gcp.resourceLocations\"].",
        "gcloud org-policies list"
    )]
    [InlineData(
        403,
        null,
        null,
        null,
        "Method doesn't allow unregistered callers (callers without established identity).",
        "had no credentials"
    )]
    // Permissions, in the quotes of each service.
    [InlineData(
        403,
        null,
        null,
        null,
        "Permission 'artifactregistry.repositories.list' denied on resource '//x' (or it may not exist).",
        "This needs artifactregistry.repositories.list"
    )]
    [InlineData(
        403,
        null,
        null,
        null,
        "Permission \"artifactregistry.repositories.downloadArtifacts\" denied on resource \"projects/x\" (or it may "
            + "not exist)",
        "This needs artifactregistry.repositories.downloadArtifacts. Ask for roles/artifactregistry.reader"
    )]
    [InlineData(
        403,
        null,
        null,
        null,
        "Required \"container.clusters.list\" permission(s) for \"projects/shop\".",
        "gcloud projects add-iam-policy-binding shop --member=MEMBER --role=roles/container.clusterViewer"
    )]
    [InlineData(
        403,
        null,
        null,
        null,
        "Permission `artifactregistry.repositories.deleteArtifacts` denied",
        "roles/artifactregistry.repoAdmin"
    )]
    public async Task The_advice_is_the_command_that_mends_it(
        int status, string? reason, string? service, string? consumer, string message, string advice)
    {
        JsonObject error = new()
        {
            ["code"] = status,
            ["message"] = message,
            ["status"] =
                status == 401 ? "UNAUTHENTICATED"
                : status == 400 ? "FAILED_PRECONDITION"
                : "PERMISSION_DENIED",
        };
        if (reason is not null)
        {
            JsonObject metadata = new() { ["service"] = service };
            if (consumer is not null) metadata["consumer"] = consumer;
            if (reason == "ACCOUNT_STATE_INVALID") metadata["email"] = "deployer@shop.iam.gserviceaccount.com";
            error["details"] = new JsonArray(new JsonObject
            {
                ["@type"] = "type.googleapis.com/google.rpc.ErrorInfo",
                ["reason"] = reason,
                ["domain"] = "googleapis.com",
                ["metadata"] = metadata,
            });
        }

        string body = new JsonObject { ["error"] = error }.ToJsonString();
        await using RawServer server = RawServer.Start(_ => RawReply.Of(status, body));
        using PowerShellSession session = new();

        ScriptResult result = session.Run(
            $"$null = Connect-ArRegistry -AccessToken ya29.x -Endpoint {server.Url}; Get-ArRepository -Project shop "
                + $"-Location us"
        );

        Assert.Contains(
            message.Split('…')[0].TrimEnd('.', ' '),
            result.Error.ErrorDetails.Message,
            StringComparison.Ordinal
        );
        Assert.Contains(advice, result.Error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.DoesNotContain(Guess, result.ErrorText, StringComparison.Ordinal);
        Assert.DoesNotContain("Did you mean", result.ErrorText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Remove-ArImage \"$app@$digest\" -Force")]
    [InlineData("Remove-ArUntaggedImage $app -Force")]
    public async Task An_operation_that_failed_gives_the_same_advice(string command)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Session.Set("digest", shop.Add());
        shop.Emulator.Behaviour.OperationFate = _ => OperationFate.Unbilled;

        ScriptResult result = shop.Run(command);

        Assert.Equal(["Failed"], result.Values("Status"));
        Assert.Equal("AccessDenied", result.ErrorId);
        Assert.Contains(
            "gcloud billing projects link shop --billing-account=ACCOUNT",
            result.Error.ErrorDetails.RecommendedAction,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(Guess, result.ErrorText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_clean_up_that_is_refused_a_part_of_an_image_gives_the_same_advice(bool listingsAgree)
    {
        string digest = $"sha256:{new string('a', 64)}";
        const string Type = "application/vnd.oci.image.manifest.v1+json";
        const string Billing =
            """
            {"error":{"code":403,"message":"This API method requires billing to be enabled.","status":"PERMISSION_DENIED",
              "details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"BILLING_DISABLED",
                "domain":"googleapis.com",
                "metadata":{"consumer":"projects/shop","service":"artifactregistry.googleapis.com"}}]}}
            """;
        const string Repository = "projects/shop/locations/us/repositories/apps";
        // Where the two listings agree nothing is asked for by itself.
        string versions = listingsAgree
            ? $$$"""
              [{"name":"{{{Repository}}}/packages/web/versions/{{{digest}}}","createTime":"2020-01-01T00:00:00Z",
                "updateTime":"2020-01-01T00:00:00Z","metadata":{"mediaType":"{{{Type}}}"}}]
              """
            : "[]";
        await using RawServer server = RawServer.Start(request =>
            request.Target switch
            {
                string target when target.Contains("/manifests/", StringComparison.Ordinal) => RawReply.Of(
                    403,
                    Billing
                ),
                string target when target.Contains("/dockerImages/", StringComparison.Ordinal) => RawReply.Of(
                    403,
                    Billing
                ),
                string target when target.Contains("/dockerImages", StringComparison.Ordinal) => RawReply.Of(
                    200,
                    $$$"""{"dockerImages":[{"name":"{{{Repository}}}/dockerImages/web@{{{digest}}}","uri":"us-docker.pkg.dev/shop/apps/web@{{{digest}}}","mediaType":"{{{Type}}}","uploadTime":"2020-01-01T00:00:00Z","updateTime":"2020-01-01T00:00:00Z"}]}"""
                ),
                string target when target.Contains("/versions", StringComparison.Ordinal) => RawReply.Of(
                    200,
                    $$"""{"versions":{{versions}}}"""
                ),
                string target when target.Contains("/repositories/apps", StringComparison.Ordinal) => RawReply.Of(
                    200,
                    $$"""{"name":"{{Repository}}","format":"DOCKER"}"""
                ),
                _ => RawReply.Of(404, "{}"),
            }
        );
        using PowerShellSession session = new();

        ScriptResult result = session.Run(
            $"$null = Connect-ArRegistry -AccessToken ya29.x -Endpoint {server.Url}; Get-ArUntaggedImage "
                + $"us-docker.pkg.dev/shop/apps/web"
        );

        Assert.Equal(listingsAgree ? 1 : 2, result.Errors.Count);
        Assert.All(result.Errors, error =>
            Assert.Contains("requires billing", error.ErrorDetails.Message, StringComparison.Ordinal)
        );
        Assert.All(result.Errors, error =>
            Assert.Contains(
                "gcloud billing projects link shop",
                error.ErrorDetails.RecommendedAction,
                StringComparison.Ordinal
            )
        );
    }

    [Fact]
    public async Task The_registrys_own_protocol_names_the_permission_in_double_quotes()
    {
        const string Body =
            """{"errors":[{"code":"DENIED","message":"Permission \"artifactregistry.repositories.downloadArtifacts\" """
            + """denied on resource \"projects/shop/locations/us/repositories/apps\" (or it may not exist)"}]}""";
        await using RawServer server = RawServer.Start(_ => RawReply.Of(403, Body));
        using PowerShellSession session = new();

        ScriptResult result = session.Run(
            $"$null = Connect-ArRegistry -AccessToken ya29.x -Endpoint {server.Url}; Get-ArImage "
                + $"us-docker.pkg.dev/shop/apps/api"
        );

        Assert.Contains(
            "This needs artifactregistry.repositories.downloadArtifacts. Ask for roles/artifactregistry.reader on the "
                + "repository",
            result.Error.ErrorDetails.RecommendedAction,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "Grant-ArReader us-docker.pkg.dev/shop/apps -Member MEMBER",
            result.Error.ErrorDetails.RecommendedAction,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Without_a_reason_and_a_permission_the_advice_is_to_check_the_name()
    {
        await using RawServer server = RawServer.Start(_ =>
            RawReply.Of(
                403,
                """
                {"error":{"code":403,"message":"The caller does not have permission","status":"PERMISSION_DENIED"}}
                """
            )
        );
        using PowerShellSession session = new();

        ScriptResult result = session.Run(
            $"$null = Connect-ArRegistry -AccessToken ya29.x -Endpoint {server.Url}; Get-ArImage "
                + $"us-docker.pkg.dev/shop/apps/api"
        );

        Assert.Contains(Guess, result.ErrorText, StringComparison.Ordinal);
    }
}
