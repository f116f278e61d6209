using System.Management.Automation;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.SignIn;

/// <summary>The credential for docker, skopeo and helm.</summary>
public sealed class RegistryCredentialTests : SignInTest
{
    [Fact]
    public void It_is_a_PSCredential_with_the_registry_and_the_end_of_the_token()
    {
        Write("key.json", SignIn.AddServiceAccountKey(Deployer));

        ScriptResult result = Run(
                "$null = Connect-ArRegistry -CredentialFile $here/key.json; "
                    + "'us-docker.pkg.dev', 'europe-docker.pkg.dev/shop/apps/web:v1', 'https://eu.gcr.io' | "
                    + "Get-ArRegistryCredential"
            )
            .MustSucceed();

        Assert.Equal(["us-docker.pkg.dev", "europe-docker.pkg.dev", "eu.gcr.io"], result.Values("Registry"));
        Assert.All(result.Output, row =>
        {
            PSCredential credential = Assert.IsType<PSCredential>(row.BaseObject);
            Assert.Equal("oauth2accesstoken", credential.UserName);
            Assert.Equal(Deployer, SignIn.IdentityOf(credential.GetNetworkCredential().Password));
            Assert.InRange(
                (DateTime)row.Properties["ExpiresAt"].Value,
                DateTime.Now.AddMinutes(50),
                DateTime.Now.AddMinutes(61)
            );
        });
        Assert.Equal(1, SignIn.Issued);
    }

    [Theory]
    [InlineData("$credential | Out-String -Width 200")]
    [InlineData("$credential | Format-List | Out-String -Width 200")]
    [InlineData("$credential | Format-List * | Out-String -Width 200")]
    [InlineData("\"$credential\"")]
    [InlineData("$credential | ConvertTo-Csv | Out-String")]
    public void No_view_shows_the_token(string view)
    {
        ScriptResult result = Run(
                $"$null = Connect-ArRegistry -AccessToken ya29.PLANTED-token-1; $credential = Get-ArRegistryCredential "
                    + $"us-docker.pkg.dev; {view}"
            )
            .MustSucceed();

        Assert.DoesNotContain("PLANTED", string.Join('\n', result.Output), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("us-docker.pkg.dev.evil.example")]
    [InlineData("evilpkg.dev")]
    [InlineData("user@us-docker.pkg.dev")]
    [InlineData("us-docker.pkg.dev:8443")]
    [InlineData("127.0.0.1:1")]
    public void Another_registry_than_Googles_gets_no_token(string host)
    {
        ScriptResult result = Run($"$null = Connect-ArRegistry -AccessToken ya29.x; Get-ArRegistryCredential '{host}'");

        Assert.Equal("UnsafeRequest", result.ErrorId);
        Assert.Empty(result.Output);
    }

    [Fact]
    public void Without_credentials_there_is_nothing_to_hand_out()
    {
        ScriptResult result = Run("$null = Connect-ArRegistry -Anonymous; Get-ArRegistryCredential us-docker.pkg.dev");

        Assert.Equal("NotAuthenticated", result.ErrorId);
        Assert.Contains("There is no token to hand out", result.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Skopeo_signs_in_with_it()
    {
        Skopeo.Need();
        Write("key.json", SignIn.AddServiceAccountKey(Deployer));
        string host = Shop.Emulator.Url.Authority;
        ScriptResult result = Run(
                $"$null = Connect-ArRegistry -CredentialFile $here/key.json; (Get-ArRegistryCredential "
                    + $"{host}).GetNetworkCredential().Password"
            )
            .MustSucceed();
        string password = result.Output[0].ToString();
        string file = Path.Combine(Home, "auth.json");

        ToolRun right = await LoginAsync(password);
        ToolRun wrong = await LoginAsync("ya29.wrong");

        Assert.True(right.ExitCode == 0, right.Error);
        Assert.Contains("Login Succeeded", right.Output, StringComparison.Ordinal);
        Assert.NotEqual(0, wrong.ExitCode);

        Task<ToolRun> LoginAsync(string secret) =>
            ToolRun.RunAsync(
                ToolRun.Find("skopeo")!,
                [
                    "login",
                    "--tls-verify=false",
                    "--authfile",
                    file,
                    "--username",
                    "oauth2accesstoken",
                    "--password",
                    secret,
                    host,
                ],
                new Dictionary<string, string>(),
                null,
                Stop
            );
    }

    [Fact]
    public void Anonymous_requests_carry_no_credentials_though_some_could_be_found()
    {
        Set("GOOGLE_OAUTH_ACCESS_TOKEN", "ya29.found");
        Behaviour.RequireToken = false;

        Run("$null = Connect-ArRegistry -Anonymous; Get-ArImage $app").MustSucceed();

        Assert.All(Shop.Emulator.Requests.Snapshot(), request => Assert.Null(request.Authorization));
        Assert.Equal(["none: requests are sent without credentials"], Run("Get-ArConnection").Values("Credential"));
        Assert.Equal(
            "InvalidArgument",
            Run($"Connect-ArRegistry -Anonymous -ImpersonateServiceAccount {Deployer}").ErrorId
        );
    }

    [Fact]
    public void A_connection_says_whether_the_service_has_accepted_it()
    {
        Behaviour.AcceptedTokens = ["ya29.good"];

        ScriptResult result = Run(
            """
            $states = @((Connect-ArRegistry -AccessToken ya29.good).State)
            $null = Get-ArImage $app; $states += (Get-ArConnection).State
            $states += (Connect-ArRegistry -AccessToken ya29.bad).State
            $null = Get-ArImage $app -ErrorAction Ignore; $states += (Get-ArConnection).State
            Disconnect-ArRegistry; $env:GOOGLE_OAUTH_ACCESS_TOKEN = 'ya29.good'; $states += (Get-ArConnection).State
            $states
            """).MustSucceed();

        Assert.Equal(
            ["NotTried", "Connected", "NotTried", "Refused", "NotTried"],
            result.Output.Select(state => state.ToString())
        );
    }
}
