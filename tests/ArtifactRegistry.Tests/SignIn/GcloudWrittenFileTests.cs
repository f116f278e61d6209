using System.Text.Json.Nodes;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.SignIn;

/// <summary>Credential files as gcloud itself writes them, so that it is gcloud's field names that are read.</summary>
public sealed class GcloudWrittenFileTests : SignInTest
{
    private const string User = "ada@example.com";
    private const string Between = "between@shop.iam.gserviceaccount.com";
    private const string Provider = "projects/1/locations/global/workloadIdentityPools/ci/providers/forge";
    private const string Principal =
        "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/subject/repo";

    // What gcloud auth application-default login does once the browser has brought the credential.
    private const string WriteAdc =
        """
        import json, sys
        root, source, target = sys.argv[1:4]
        sys.path[:0] = [root + '/lib', root + '/lib/third_party']
        from googlecloudsdk.core.credentials import creds
        given = json.load(open(source))
        credential = creds.FromJsonGoogleAuth(json.dumps(given['credential']))
        adc = creds.ADC(credential, given.get('account'), given.get('delegates'))
        if 'quota' in given: adc.DumpExtendedADCToFile(target, given['quota'])
        else: adc.DumpADCToFile(target)
        """;

    [Fact]
    public async Task A_user_with_a_quota_project()
    {
        await WriteDefaultCredentialsAsync(
            new JsonObject { ["credential"] = SignIn.AddUser(User), ["quota"] = "payer" }
        );

        MustHaveListedAs(User, Run("Get-ArImage $app"));
        Assert.Equal("payer", Shop.Emulator.Requests.Snapshot()[^1].Headers["X-Goog-User-Project"]);
    }

    [Fact]
    public async Task A_user_who_acts_as_a_service_account()
    {
        SignIn.LetAct(User, Deployer);
        await WriteDefaultCredentialsAsync(
            new JsonObject { ["credential"] = SignIn.AddUser(User), ["account"] = Deployer }
        );

        MustHaveListedAs(Deployer, Run("Get-ArImage $app"));
        Assert.Equal([Deployer], Run("Get-ArConnection").MustSucceed().Values("Account"));
    }

    [Fact]
    public async Task A_user_who_acts_through_a_delegate()
    {
        SignIn.LetAct(User, Between);
        SignIn.LetAct(Between, Deployer);
        await WriteDefaultCredentialsAsync(new JsonObject
        {
            ["credential"] = SignIn.AddUser(User),
            ["account"] = Deployer,
            ["delegates"] = new JsonArray(Between),
        });

        MustHaveListedAs(Deployer, Run("Get-ArImage $app"));
    }

    [Fact]
    public async Task A_service_account_that_acts_as_another()
    {
        SignIn.LetAct(Between, Deployer);
        await WriteDefaultCredentialsAsync(
            new JsonObject { ["credential"] = SignIn.AddServiceAccountKey(Between), ["account"] = Deployer }
        );

        MustHaveListedAs(Deployer, Run("Get-ArImage $app"));
    }

    [Fact]
    public async Task A_federated_identity_that_acts_as_one_account_and_then_as_another()
    {
        SignIn.Trust("proof", Principal);
        SignIn.LetAct(Principal, Between);
        SignIn.LetAct(Between, Deployer);
        await WriteFederationAsync(
            "wif.json",
            $"--service-account={Between}",
            $"--credential-source-file={Write("proof", "proof")}"
        );
        await WriteDefaultCredentialsAsync(
            new JsonObject
            {
                ["credential"] = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Home, "wif.json"), Stop)),
                ["account"] = Deployer,
            }
        );

        MustHaveListedAs(Deployer, Run("Get-ArImage $app"));
    }

    [Fact]
    public async Task A_workforce_user()
    {
        JsonObject user = SignIn.AddUser(User);
        user["type"] = "external_account_authorized_user";
        user["audience"] = "//iam.googleapis.com/locations/global/workforcePools/staff/providers/sso";
        user["token_url"] = "https://sts.googleapis.com/v1/oauthtoken";
        user["token_info_url"] = "https://sts.googleapis.com/v1/introspect";
        await WriteDefaultCredentialsAsync(new JsonObject { ["credential"] = user });

        MustHaveListedAs(User, Run("Get-ArImage $app"));
    }

    [Theory]
    [InlineData("--credential-source-type=text")]
    [InlineData("--credential-source-type=json --credential-source-field-name=id_token")]
    public async Task Federation_with_a_proof_in_a_file(string format)
    {
        SignIn.Trust("proof", Principal);
        SignIn.LetAct(Principal, Deployer);
        string proof = format.Contains("json", StringComparison.Ordinal)
            ? Write("proof", new JsonObject { ["id_token"] = "proof" })
            : Write("proof", "proof");
        await WriteFederationAsync(
            "wif.json",
            [
                $"--credential-source-file={proof}",
                $"--service-account={Deployer}",
                "--service-account-token-lifetime-seconds=1200",
                .. format.Split(' '),
            ]
        );

        MustHaveListedAs(Deployer, Run("$null = Connect-ArRegistry -CredentialFile $here/wif.json; Get-ArImage $app"));
        Assert.Contains("\"lifetime\":\"1200s\"", Shop.Emulator.Requests.Snapshot()[1].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Federation_from_Amazon()
    {
        SignIn.Trust("AKIAEXAMPLE", Principal);
        Set("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE");
        Set("AWS_SECRET_ACCESS_KEY", "amazon-secret");
        Set("AWS_REGION", "eu-west-1");
        await WriteFederationAsync("aws.json", "--aws", "--enable-imdsv2");

        MustHaveListedAs(Principal, Run("$null = Connect-ArRegistry -CredentialFile $here/aws.json; Get-ArImage $app"));
    }

    [Fact]
    public async Task The_file_of_a_service_account_that_gcloud_was_signed_in_with()
    {
        string key = Write("key.json", SignIn.AddServiceAccountKey(Deployer));
        await GcloudAsync("auth", "activate-service-account", $"--key-file={key}");

        MustHaveListedAs(
            Deployer,
            Run(
                $"$null = Connect-ArRegistry -CredentialFile $here/gcloud/legacy_credentials/{Deployer}/adc.json; "
                    + $"Get-ArImage $app"
            )
        );
    }

    [Fact]
    public async Task The_project_that_gcloud_was_configured_with()
    {
        Write("key.json", SignIn.AddServiceAccountKey(Deployer));
        await GcloudAsync("config", "configurations", "create", "work");
        await GcloudAsync("config", "set", "project", "shop");

        ScriptResult result = Run(
                "$null = Connect-ArRegistry -CredentialFile $here/key.json; Get-ArConnection; (Get-ArRepository "
                    + "-Location us).Uri"
            )
            .MustSucceed();

        Assert.Equal("shop", result.Output[0].Properties["Project"].Value);
        Assert.Equal("gcloud's configuration work", result.Output[0].Properties["ProjectOrigin"].Value);
        Assert.Contains(Shop.Repository.ToString(), result.Output[1].ToString(), StringComparison.Ordinal);
    }

    private async Task WriteDefaultCredentialsAsync(JsonObject given)
    {
        string root = Root();
        string bundled = Path.Combine(root, "platform", "bundledpythonunix", "bin", "python3");
        await SucceedAsync(
            File.Exists(bundled) ? bundled : ToolRun.Find("python3")!,
            [
                Write("adc.py", WriteAdc),
                root,
                Write("given.json", given),
                Path.Combine(Home, "gcloud", "application_default_credentials.json"),
            ]
        );
    }

    private Task WriteFederationAsync(string file, params string[] arguments) =>
        GcloudAsync([
            "iam",
            "workload-identity-pools",
            "create-cred-config",
            Provider,
            $"--output-file={Path.Combine(Home, file)}",
            .. arguments,
        ]);

    private Task GcloudAsync(params string[] arguments)
    {
        Root();
        return SucceedAsync(ToolRun.Find("gcloud")!, [.. arguments, "--quiet"]);
    }

    private async Task SucceedAsync(string program, IEnumerable<string> arguments)
    {
        ToolRun run = await ToolRun.RunAsync(
            program, arguments, new Dictionary<string, string>
            {
                ["CLOUDSDK_CONFIG"] = Path.Combine(Home, "gcloud"),
                ["CLOUDSDK_AUTH_TOKEN_HOST"] = $"{Shop.Emulator.Url}token",
            },
            null, Stop);
        Assert.True(run.ExitCode == 0, run.Error);
    }

    /// <summary>The folder of gcloud's installation.</summary>
    private static string Root()
    {
        string? gcloud = ToolRun.Find("gcloud");
        Needs.That(
            gcloud is not null && !OperatingSystem.IsWindows(),
            "gcloud is not installed here, so it cannot write its files."
        );
        string program = File.ResolveLinkTarget(gcloud!, returnFinalTarget: true)?.FullName ?? gcloud!;
        return Path.GetDirectoryName(Path.GetDirectoryName(program))!;
    }
}
