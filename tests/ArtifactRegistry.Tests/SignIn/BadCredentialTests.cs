using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.SignIn;

/// <summary>
/// A credential that is missing, unreadable, malformed, hostile, revoked or refused: which, what and what to do.
/// </summary>
public sealed class BadCredentialTests : SignInTest
{
    [Theory]
    [InlineData("", "it is not JSON")]
    [InlineData("{ \"type\": ", "it is not JSON from line 1 on")]
    [InlineData("[]", "it holds JSON, but not an object")]
    [InlineData("{}", "it has no \"type\"")]
    [InlineData("{\"type\":7}", "a value in it has the wrong type")]
    [InlineData("{\"installed\":{\"client_id\":\"x\"}}", "it is an OAuth client's secret")]
    [InlineData("{\"type\":\"gdch_service_account\"}", "'gdch_service_account' is not one of service_account")]
    [InlineData("{\"type\":\"service_account\"}", "it has no \"client_email\"")]
    [InlineData("{\"type\":\"service_account\",\"client_email\":\"a@b.c\"}", "it has no \"private_key\"")]
    [InlineData(
        "{\"type\":\"service_account\",\"client_email\":\"a@b.c\",\"private_key\":\"-----BEGIN PRIVATE "
            + "KEY-----\\nMIIabc\"}",
        "not a private key in PEM"
    )]
    [InlineData(
        "{\"type\":\"authorized_user\",\"client_id\":\"x\",\"client_secret\":\"y\"}",
        "it has no \"refresh_token\""
    )]
    [InlineData(
        "{\"type\":\"external_account\",\"audience\":\"a\",\"subject_token_type\":\"b\",\"token_url\":\"https://sts.googleapis.com/v1/token\"}",
        "it has no \"credential_source\""
    )]
    [InlineData(
        "{\"type\":\"external_account\",\"audience\":\"a\",\"subject_token_type\":\"b\",\"token_url\":\"https://sts.googleapis.com/v1/token\",\"credential_source\":{\"executable\":{\"command\":\"/bin/true\"}}}",
        "Connect-ArRegistry -UseGcloud"
    )]
    public void A_file_that_is_none_is_refused_by_Connect_which_says_what_is_wrong(string content, string expected)
    {
        string path = Write("bad.json", content);

        ScriptResult result = Run("Connect-ArRegistry -CredentialFile $here/bad.json");

        Assert.Equal("NotAuthenticated", result.ErrorId);
        Assert.StartsWith(
            $"The credential file {path} cannot be used to sign in: ",
            result.ErrorText,
            StringComparison.Ordinal
        );
        Assert.Contains(expected, result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(Shop.Emulator.Requests.Snapshot());
    }

    [Theory]
    [InlineData("none.json", "there is no such file.")]
    [InlineData("", "denied")]
    public void A_file_that_cannot_be_read_is_named(string name, string expected)
    {
        ScriptResult result = Run($"Connect-ArRegistry -CredentialFile $here/{name}");

        Assert.Equal("NotAuthenticated", result.ErrorId);
        Assert.Contains(Path.Combine(Home, name), result.ErrorText, StringComparison.Ordinal);
        Assert.Contains(expected, result.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_connection_leaves_the_one_before_as_it_was()
    {
        Write("key.json", SignIn.AddServiceAccountKey(Deployer));

        Run("$null = Connect-ArRegistry -CredentialFile $here/key.json").MustSucceed();
        ScriptResult refused = Run("Connect-ArRegistry -CredentialFile $here/none");

        Assert.Equal("NotAuthenticated", refused.ErrorId);
        MustHaveListedAs(Deployer, Run("Get-ArImage $app"));
    }

    [Theory]
    [InlineData("token_uri", "https://evil.example/token")]
    [InlineData("token_uri", "http://oauth2.googleapis.com/token")]
    [InlineData("token_uri", "https://oauth2.googleapis.com.evil.example/token")]
    [InlineData("token_uri", "https://evilgoogleapis.com/token")]
    [InlineData(
        "token_uri",
        "https://user@oauth2.googleapis.com/token",
        "leads to 'https://oauth2.googleapis.com/token'"
    )]
    [InlineData("token_uri", "file:///etc/passwd")]
    [InlineData("token_uri", "PLANTED", "is not an address")]
    [InlineData("token_uri", "https://evil.example/token?key=PLANTED", "leads to 'https://evil.example/token'")]
    public void A_key_that_leads_to_another_host_is_refused(string field, string address, string? said = null)
    {
        JsonObject key = SignIn.AddServiceAccountKey(Deployer);
        key[field] = address;
        Write("key.json", key);
        // Towards Google as well, where nothing is redirected to this machine.
        foreach (string endpoint in new[] { Shop.Emulator.Url.ToString(), "https://artifactregistry.googleapis.com" })
        {
            ScriptResult result = Run($"Connect-ArRegistry -CredentialFile $here/key.json -Endpoint {endpoint}");

            Assert.Equal("UnsafeRequest", result.ErrorId);
            Assert.Contains($"{field} {said ?? $"leads to '{address}'"}", result.ErrorText, StringComparison.Ordinal);
            Assert.DoesNotContain("PLANTED", result.ErrorText, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("token_url", "https://evil.example/v1/token")]
    [InlineData("token_url", "http://sts.googleapis.com/v1/token")]
    [InlineData(
        "service_account_impersonation_url",
        "https://evil.example/v1/projects/-/serviceAccounts/a@b.c:generateAccessToken"
    )]
    [InlineData("credential_source.url", "http://proof.example/token")]
    [InlineData("credential_source.url", "ftp://127.0.0.1/token")]
    public void Federation_that_leads_to_another_host_is_refused(string field, string address)
    {
        JsonObject file = new()
        {
            ["type"] = "external_account",
            ["audience"] = "//iam.googleapis.com/x",
            ["subject_token_type"] = "urn:ietf:params:oauth:token-type:jwt",
            ["token_url"] = "https://sts.googleapis.com/v1/token",
            ["credential_source"] = new JsonObject { ["url"] = "https://proof.example/token" },
        };
        if (field == "credential_source.url") file["credential_source"]!["url"] = address;
        else file[field] = address;
        Write("wif.json", file);

        ScriptResult result = Run(
            "Connect-ArRegistry -CredentialFile $here/wif.json -Endpoint https://artifactregistry.googleapis.com"
        );

        Assert.Equal("UnsafeRequest", result.ErrorId);
        Assert.Contains($"{field} leads to '{address}'", result.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_another_universe_is_refused_until_that_universe_is_chosen()
    {
        JsonObject key = SignIn.AddServiceAccountKey(Deployer);
        key["universe_domain"] = "sovereign.example";
        key["token_uri"] = "https://oauth2.sovereign.example/token";
        Write("key.json", key);

        ScriptResult refused = Run("Connect-ArRegistry -CredentialFile $here/key.json");
        ScriptResult chosen = Run(
            "Disconnect-ArRegistry; Connect-ArRegistry -CredentialFile $here/key.json -UniverseDomain sovereign.example"
        );

        Assert.Equal("UnsafeRequest", refused.ErrorId);
        Assert.Contains(
            "Connect-ArRegistry -UniverseDomain sovereign.example",
            refused.ErrorText,
            StringComparison.Ordinal
        );
        chosen.MustSucceed();
        // Such a key signs its tokens itself.
        Behaviour.RequireToken = false;
        Run("Get-ArImage $app").MustSucceed();
        Assert.StartsWith(
            "Bearer eyJ",
            Assert.Single(Shop.Emulator.Requests.Snapshot()).Authorization,
            StringComparison.Ordinal
        );
        Set("CLOUDSDK_API_ENDPOINT_OVERRIDES_ARTIFACTREGISTRY", null);
        Assert.Equal(
            ["https://artifactregistry.sovereign.example/"],
            Run("Get-ArConnection").MustSucceed().Values("Endpoint")
        );
    }

    [Fact]
    public void A_deleted_key_is_told_as_such()
    {
        string path = Write("key.json", SignIn.AddServiceAccountKey(Deployer));
        SignIn.Revoke(Deployer);

        ScriptResult result = Run("$null = Connect-ArRegistry -CredentialFile $here/key.json; Get-ArImage $app");

        Assert.Equal("NotAuthenticated", result.ErrorId);
        Assert.StartsWith(
            $"Signing in with the credential file {path} was refused: invalid_grant: Invalid grant: account not found.",
            result.ErrorText, StringComparison.Ordinal);
        Assert.Contains("disabled or deleted", result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(["- POST /token"], Asked);
    }

    [Fact]
    public void A_user_who_was_signed_out_is_told_to_sign_in()
    {
        Write("user.json", SignIn.AddUser("ada@example.com"));
        SignIn.Revoke("ada@example.com");

        ScriptResult result = Run("$null = Connect-ArRegistry -CredentialFile $here/user.json; Get-ArImage $app");

        Assert.Equal("NotAuthenticated", result.ErrorId);
        Assert.Contains(
            "invalid_grant: Token has been expired or revoked.",
            result.ErrorText,
            StringComparison.Ordinal
        );
        Assert.Contains("Run: gcloud auth application-default login", result.ErrorText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(60, "60 minutes behind")]
    [InlineData(-60, "60 minutes ahead of")]
    public void A_clock_that_is_wrong_is_named_as_the_reason(int minutes, string expected)
    {
        Write("key.json", SignIn.AddServiceAccountKey(Deployer));
        SignIn.ClockAhead = TimeSpan.FromMinutes(minutes);

        ScriptResult result = Run("$null = Connect-ArRegistry -CredentialFile $here/key.json; Get-ArImage $app");

        Assert.Equal("NotAuthenticated", result.ErrorId);
        Assert.Contains(
            $"The clock of this machine is {expected} the service's",
            result.ErrorText,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_token_service_that_fails_is_tried_again_a_few_times()
    {
        Write("key.json", SignIn.AddServiceAccountKey(Deployer));
        Behaviour.Faults.Add(
            new Fault(FaultKind.Unavailable) { When = request => request.Path == "/token", Times = 2 }
        );

        MustHaveListedAs(Deployer, Run("$null = Connect-ArRegistry -CredentialFile $here/key.json; Get-ArImage $app"));
    }

    [Fact]
    public void A_token_service_that_goes_on_failing_ends_in_one_error()
    {
        Write("key.json", SignIn.AddServiceAccountKey(Deployer));
        Behaviour.Faults.Add(new Fault(FaultKind.BadGateway) { When = request => request.Path == "/token" });

        ScriptResult result = Run("$null = Connect-ArRegistry -CredentialFile $here/key.json; Get-ArImage $app");

        Assert.Equal("NotAuthenticated", result.ErrorId);
        Assert.Contains("/token answered 502", result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(3, Asked.Count);
    }

    [Theory]
    [InlineData(FaultKind.MalformedJson)]
    [InlineData(FaultKind.CutBody)]
    public void An_answer_that_is_broken_is_an_error_without_its_text(FaultKind fault)
    {
        Write("key.json", SignIn.AddServiceAccountKey(Deployer));
        Behaviour.Faults.Add(new Fault(fault) { When = request => request.Path == "/token" });

        ScriptResult result = Run("$null = Connect-ArRegistry -CredentialFile $here/key.json; Get-ArImage $app");

        Assert.Equal("NotAuthenticated", result.ErrorId);
        Assert.DoesNotContain("ya29", result.Error.Exception.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at Google", result.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_ends_signing_in_at_once()
    {
        Write("key.json", SignIn.AddServiceAccountKey(Deployer));
        using RequestHold hold = Shop.Emulator.Requests.Hold(request => request.Path == "/token");
        using RunningScript script = Start(
            "$null = Connect-ArRegistry -CredentialFile $here/key.json; Get-ArImage $app"
        );
        await hold.WaitForArrivalAsync(1, Stop);

        script.Stop();
        await script.EndAsync(Stop);

        await Shop.MustBeIdleAsync();
    }
}
