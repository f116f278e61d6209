using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.SignIn;

/// <summary>Every kind of credential file, from the file to a listing.</summary>
public sealed class CredentialFileTests : SignInTest
{
    private const string User = "ada@example.com";
    private const string Principal =
        "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/subject/repo";

    [Fact]
    public void A_service_account_key_signs_in_once_for_many_commands()
    {
        Write("key.json", SignIn.AddServiceAccountKey(Deployer));

        ScriptResult result = Run(
            "$null = Connect-ArRegistry -CredentialFile $here/key.json; $null = Get-ArImage $app; Get-ArImage $app"
        );

        MustHaveListedAs(Deployer, result);
        Assert.Equal(["- POST /token", Asked[1], Asked[1]], Asked);
        Assert.Equal(1, SignIn.Issued);
    }

    [Fact]
    public void A_user_signs_in_with_what_gcloud_wrote()
    {
        Write("user.json", SignIn.AddUser(User));

        MustHaveListedAs(User, List("user.json"));
        Assert.Equal("- POST /token", Asked[0]);
    }

    [Fact]
    public void Workload_identity_federation_exchanges_a_proof_from_a_file()
    {
        SignIn.Trust("proof-from-a-file", Principal);
        Write("proof.json", new JsonObject { ["id_token"] = "proof-from-a-file" });
        Write("wif.json", Federated(new JsonObject
        {
            ["file"] = Path.Combine(Home, "proof.json"),
            ["format"] = new JsonObject { ["type"] = "json", ["subject_token_field_name"] = "id_token" },
        }));

        MustHaveListedAs(Principal, List("wif.json"));
        Assert.Equal("- POST /v1/token", Asked[0]);
    }

    [Fact]
    public async Task Workload_identity_federation_exchanges_a_proof_from_an_address()
    {
        await using EmulatorServer provider = await EmulatorServer.StartAsync(new EmulatorOptions(), Stop);
        provider.State.SignIn.MachineAccount = "proof-from-an-address";
        SignIn.Trust("proof-from-an-address", Principal);
        Write("wif.json", Federated(new JsonObject
        {
            ["url"] = $"{provider.Url}computeMetadata/v1/instance/service-accounts/default/email",
            ["headers"] = new JsonObject { ["Metadata-Flavor"] = "Google" },
        }));

        MustHaveListedAs(Principal, List("wif.json"));
        Assert.Single(provider.Requests.Snapshot());
    }

    [Fact]
    public void Workload_identity_federation_signs_a_request_of_Amazons()
    {
        SignIn.Trust("AKIAEXAMPLE", Principal);
        Set("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE");
        Set("AWS_SECRET_ACCESS_KEY", "amazon-secret");
        Set("AWS_REGION", "eu-west-1");
        JsonObject file = Federated(
            new JsonObject
            {
                ["environment_id"] = "aws1",
                ["regional_cred_verification_url"] =
                    "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15",
            }
        );
        file["subject_token_type"] = "urn:ietf:params:aws:token-type:aws4_request";
        Write("aws.json", file);

        MustHaveListedAs(Principal, List("aws.json"));
    }

    [Fact]
    public void Workload_identity_federation_goes_on_to_a_service_account()
    {
        SignIn.Trust("proof", Principal);
        SignIn.LetAct(Principal, Deployer);
        Write("proof.txt", "proof");
        JsonObject file = Federated(new JsonObject { ["file"] = Path.Combine(Home, "proof.txt") });
        file["service_account_impersonation_url"] = Impersonating(Deployer);
        file["service_account_impersonation"] = new JsonObject { ["token_lifetime_seconds"] = 1200 };
        Write("wif.json", file);

        MustHaveListedAs(Deployer, List("wif.json"));
        Assert.Contains("\"lifetime\":\"1200s\"", Shop.Emulator.Requests.Snapshot()[1].Body, StringComparison.Ordinal);
    }

    [Fact]
    public void A_workforce_user_signs_in_with_what_gcloud_wrote()
    {
        JsonObject user = SignIn.AddUser(User);
        user["type"] = "external_account_authorized_user";
        user["audience"] = "//iam.googleapis.com/locations/global/workforcePools/staff/providers/sso";
        user["token_url"] = "https://sts.googleapis.com/v1/oauthtoken";
        Write("workforce.json", user);

        MustHaveListedAs(User, List("workforce.json"));
        Assert.EndsWith(" POST /v1/oauthtoken", Asked[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_impersonates_goes_through_its_delegates()
    {
        const string Between = "between@shop.iam.gserviceaccount.com";
        SignIn.LetAct(User, Between);
        SignIn.LetAct(Between, Deployer);
        Write("impersonated.json", new JsonObject
        {
            ["type"] = "impersonated_service_account",
            ["service_account_impersonation_url"] = Impersonating(Deployer),
            ["delegates"] = new JsonArray(Between),
            ["source_credentials"] = SignIn.AddUser(User),
        });

        MustHaveListedAs(Deployer, List("impersonated.json"));
        Assert.Equal(
            ["- POST /token", $"{User} POST /v1/projects/-/serviceAccounts/{Deployer}:generateAccessToken"],
            Asked.Take(2)
        );
    }

    [Fact]
    public void The_quota_project_of_the_file_is_sent_unless_another_is_named()
    {
        JsonObject user = SignIn.AddUser(User);
        user["quota_project_id"] = "from-file";
        Write("user.json", user);

        List("user.json").MustSucceed();
        Assert.Equal("from-file", Shop.Emulator.Requests.Snapshot()[^1].Headers["X-Goog-User-Project"]);

        Set("GOOGLE_CLOUD_QUOTA_PROJECT", "from-variable");
        List("user.json").MustSucceed();
        Assert.Equal("from-variable", Shop.Emulator.Requests.Snapshot()[^1].Headers["X-Goog-User-Project"]);

        List("user.json", "-QuotaProject from-parameter").MustSucceed();
        Assert.Equal("from-parameter", Shop.Emulator.Requests.Snapshot()[^1].Headers["X-Goog-User-Project"]);
    }

    [Fact]
    public void A_relative_path_is_relative_to_where_the_user_is()
    {
        Write("sub/key.json", SignIn.AddServiceAccountKey(Deployer));

        MustHaveListedAs(
            Deployer,
            Run(
                """
                $path = $ExecutionContext.SessionState.Path
                $null = $path.SetLocation("$here/sub")
                try { $null = Connect-ArRegistry -CredentialFile ./key.json } finally { $null = $path.SetLocation('/') }
                Get-ArImage $app
                """));
    }

    [Fact]
    public void A_rotated_key_file_counts_from_the_next_command_on()
    {
        Write("key.json", SignIn.AddServiceAccountKey(Deployer));
        List("key.json").MustSucceed();
        string path = Write("key.json", SignIn.AddServiceAccountKey("other@shop.iam.gserviceaccount.com"));
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(1));

        MustHaveListedAs("other@shop.iam.gserviceaccount.com", Run("Get-ArImage $app"));
    }

    [Fact]
    public void Get_ArConnection_says_who_from_where_and_until_when()
    {
        string path = Write("key.json", SignIn.AddServiceAccountKey(Deployer));

        ScriptResult before = Run("Connect-ArRegistry -CredentialFile $here/key.json").MustSucceed();
        Assert.Empty(Shop.Emulator.Requests.Snapshot());
        ScriptResult after = Run("$null = Get-ArImage $app; Get-ArConnection").MustSucceed();

        Assert.Equal([Deployer], before.Values("Account"));
        Assert.Equal([$"the credential file {path}"], before.Values("Credential"));
        Assert.Equal([null], before.Values("ExpiresAt"));
        Assert.Equal([Deployer], after.Values("Account"));
        DateTime end = (DateTime)
            ((System.Management.Automation.PSObject)after.Output[0].Properties["ExpiresAt"].Value).BaseObject;
        Assert.Equal(DateTimeKind.Local, end.Kind);
        Assert.InRange(end, DateTime.Now.AddMinutes(50), DateTime.Now.AddMinutes(61));
    }

    private ScriptResult List(string file, string more = "") =>
        Run($"$null = Connect-ArRegistry -CredentialFile $here/{file} {more}; Get-ArImage $app");

    private static string Impersonating(string account) =>
        $"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{account}:generateAccessToken";

    private static JsonObject Federated(JsonObject source) => new()
    {
        ["type"] = "external_account",
        ["audience"] = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/providers/forge",
        ["subject_token_type"] = "urn:ietf:params:oauth:token-type:jwt",
        ["token_url"] = "https://sts.googleapis.com/v1/token",
        ["credential_source"] = source,
    };
}
