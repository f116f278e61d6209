using System.Text.Json.Nodes;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.SignIn;

/// <summary>Federated identities: what their provider says, and what lets them act as a service account.</summary>
public sealed class IdentityProviderTests : SignInTest
{
    private const string Audience =
        "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/providers/forge";
    private const string Principal =
        "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/subject/repo";

    [Theory]
    [InlineData(
        400,
        """{"$id":"1","message":"Can't issue ID_TOKEN for job in 'Completed' state."}""",
        "400 (BadRequest): Can't issue ID_TOKEN for job in 'Completed' state."
    )]
    [InlineData(
        400,
        """{"error":"invalid_resource","error_description":"AADSTS500011: The resource principal\nwas not found."}""",
        "400 (BadRequest): AADSTS500011: The resource principal was not found."
    )]
    [InlineData(403, """{"error":{"code":403,"message":"no identity"}}""", "403 (Forbidden): no identity.")]
    [InlineData(
        404,
        "<html><head><title>x</title></head><body>Not <b>here</b></body></html>",
        "404 (NotFound): x Not here."
    )]
    [InlineData(401, "", "401 (Unauthorized).")]
    public async Task The_providers_host_and_words_are_told_with_advice_about_the_job(
        int status,
        string body,
        string words
    )
    {
        await using RawServer provider = RawServer.Start(_ => RawReply.Of(status, body));
        Write("wif.json", File(provider));

        ScriptResult result = Run(
            "$null = Connect-ArRegistry -CredentialFile $here/wif.json; Get-ArImage $app -Verbose"
        );

        Assert.Equal("NotAuthenticated", result.ErrorId);
        Assert.Contains(
            $"the identity provider at 127.0.0.1 answered {words}",
            result.Error.ErrorDetails.Message,
            StringComparison.Ordinal
        );
        Assert.Contains("id-token: write", result.Error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.DoesNotContain("gcloud auth", result.ErrorText, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "runner-request",
            $"{result.ErrorText} {result.Error.Exception} {string.Join(' ', result.Verbose)}",
            StringComparison.Ordinal
        );
        Assert.Empty(Asked);
    }

    [Fact]
    public async Task A_provider_that_repeats_what_it_was_sent_does_not_get_it_shown()
    {
        await using RawServer provider = RawServer.Start(request =>
            RawReply.Of(
                400,
                new JsonObject
                {
                    ["message"] =
                        $"bad header {request.Head.Split('\n').First(line => line.StartsWith("Authorization", StringComparison.OrdinalIgnoreCase)).Trim()}",
                }.ToJsonString()
            )
        );
        Write("wif.json", File(provider));

        ScriptResult result = Run("$null = Connect-ArRegistry -CredentialFile $here/wif.json; Get-ArImage $app");

        Assert.Contains("bad header", result.ErrorText, StringComparison.Ordinal);
        Assert.DoesNotContain("runner-request", result.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public void A_workload_that_may_not_act_is_named_as_such_and_with_the_role_for_workloads()
    {
        SignIn.Trust("proof", Principal);
        Write("proof", "proof");
        Write("wif.json", File(new JsonObject { ["file"] = Path.Combine(Home, "proof") }));

        ScriptResult result = Run("$null = Connect-ArRegistry -CredentialFile $here/wif.json; Get-ArImage $app");

        const string Member =
            "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/subject/SUBJECT";
        Assert.StartsWith($"{Member} cannot act as {Deployer}: ", result.ErrorText, StringComparison.Ordinal);
        Assert.Contains(
            $"gcloud iam service-accounts add-iam-policy-binding {Deployer} --member=\"{Member}\" "
                + $"--role=roles/iam.workloadIdentityUser",
            result.ErrorText, StringComparison.Ordinal);
        Assert.DoesNotContain("serviceAccountTokenCreator", result.ErrorText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("user", "ada@example.com", "--member=\"user:ada@example.com\"")]
    [InlineData(
        "account",
        "other@shop.iam.gserviceaccount.com",
        "--member=\"serviceAccount:other@shop.iam.gserviceaccount.com\""
    )]
    [InlineData("unknown", "The credential file", "--member=\"MEMBER\"")]
    public void Others_that_may_not_act_are_named_with_the_role_that_creates_tokens(
        string kind,
        string who,
        string member
    )
    {
        JsonObject file = kind == "account" ? SignIn.AddServiceAccountKey(who) : SignIn.AddUser("ada@example.com");
        if (kind == "unknown") file["account"] = "";
        Write("source.json", file);

        ScriptResult result = Run(
            $"$null = Connect-ArRegistry -CredentialFile $here/source.json -ImpersonateServiceAccount {Deployer}; "
                + $"Get-ArImage $app"
        );

        Assert.StartsWith(who, result.ErrorText, StringComparison.Ordinal);
        Assert.Contains($" cannot act as {Deployer}: ", result.ErrorText, StringComparison.Ordinal);
        Assert.Contains(
            $"gcloud iam service-accounts add-iam-policy-binding {Deployer} {member} "
                + $"--role=roles/iam.serviceAccountTokenCreator",
            result.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pool_that_refuses_the_proof_is_named_with_the_command_that_shows_its_provider()
    {
        Write("proof", "not-trusted");
        Write("wif.json", File(new JsonObject { ["file"] = Path.Combine(Home, "proof") }));

        ScriptResult result = Run("$null = Connect-ArRegistry -CredentialFile $here/wif.json; Get-ArImage $app");

        Assert.Contains(
            "The given credential is rejected by the attribute condition.",
            result.ErrorText,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "gcloud iam workload-identity-pools providers describe "
                + "projects/1/locations/global/workloadIdentityPools/ci/providers/forge",
            result.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sign_in_that_the_organization_wants_renewed_is_told_as_such()
    {
        await using RawServer tokens = RawServer.Start(_ =>
            RawReply.Of(
                400,
                """
                {"error":"invalid_grant","error_description":"reauth related error (invalid_rapt)",
                  "error_subtype":"invalid_rapt"}
                """
            )
        );
        Set("CLOUDSDK_AUTH_TOKEN_HOST", $"{tokens.Url}token");
        Write("user.json", SignIn.AddUser("ada@example.com"));

        ScriptResult result = Run("$null = Connect-ArRegistry -CredentialFile $here/user.json; Get-ArImage $app");

        Assert.Contains(
            "Your organization wants a new sign-in from time to time. Run: gcloud auth application-default login",
            result.ErrorText,
            StringComparison.Ordinal
        );
    }

    private static JsonObject File(RawServer provider) => File(new JsonObject
    {
        ["url"] = $"{provider.Url}idtoken/job/1",
        ["headers"] = new JsonObject { ["Authorization"] = "Bearer runner-request-token" },
        ["format"] = new JsonObject { ["type"] = "json", ["subject_token_field_name"] = "value" },
    });

    // As google-github-actions/auth writes it.
    private static JsonObject File(JsonObject source) =>
        new()
        {
            ["universe_domain"] = "googleapis.com",
            ["type"] = "external_account",
            ["audience"] = Audience,
            ["subject_token_type"] = "urn:ietf:params:oauth:token-type:jwt",
            ["token_url"] = "https://sts.googleapis.com/v1/token",
            ["service_account_impersonation_url"] =
                $"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{Deployer}:generateAccessToken",
            ["credential_source"] = source,
        };
}
