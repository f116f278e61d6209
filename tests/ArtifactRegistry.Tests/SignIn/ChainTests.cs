using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.SignIn;

/// <summary>Where credentials are looked for without Connect-ArRegistry, and acting as somebody else.</summary>
public sealed class ChainTests : SignInTest
{
    private const string User = "ada@example.com";
    private const string Machine = "node@shop.iam.gserviceaccount.com";

    [Fact]
    public void The_file_that_GOOGLE_APPLICATION_CREDENTIALS_names_beats_the_well_known_one()
    {
        Set("GOOGLE_APPLICATION_CREDENTIALS", Write("key.json", SignIn.AddServiceAccountKey(Deployer)));
        Write("gcloud/application_default_credentials.json", SignIn.AddUser(User));

        MustHaveListedAs(Deployer, Run("Get-ArImage $app"));
        Set("GOOGLE_APPLICATION_CREDENTIALS", null);
        MustHaveListedAs(User, Run("Get-ArImage $app"));
        Assert.Equal([User], Run("Get-ArConnection").MustSucceed().Values("Account"));
    }

    [Fact]
    public void A_file_that_is_named_and_missing_is_an_error_and_no_reason_to_be_somebody_else()
    {
        Set("GOOGLE_APPLICATION_CREDENTIALS", Path.Combine(Home, "none.json"));
        Write("gcloud/application_default_credentials.json", SignIn.AddUser(User));

        ScriptResult result = Run("Get-ArImage $app");

        Assert.Equal("NotAuthenticated", result.ErrorId);
        Assert.Contains(
            "none.json that GOOGLE_APPLICATION_CREDENTIALS names",
            result.ErrorText,
            StringComparison.Ordinal
        );
        Assert.Empty(Shop.Emulator.Requests.Snapshot());
    }

    [Fact]
    public void The_well_known_file_is_found_below_home_and_on_Windows_below_APPDATA()
    {
        Set("CLOUDSDK_CONFIG", null);
        Set(OperatingSystem.IsWindows() ? "APPDATA" : "HOME", Home);
        string folder = OperatingSystem.IsWindows() ? "gcloud" : ".config/gcloud";
        Write($"{folder}/application_default_credentials.json", SignIn.AddUser(User));

        MustHaveListedAs(User, Run("Get-ArImage $app"));
    }

    [Fact]
    public void The_metadata_server_is_asked_when_there_is_no_file()
    {
        SignIn.AddServiceAccount(Machine);
        SignIn.MachineAccount = Machine;

        MustHaveListedAs(Machine, Run("Get-ArImage $app"));
        ScriptResult connection = Run("Get-ArConnection").MustSucceed();
        Assert.Equal([Machine], connection.Values("Account"));
        Assert.Equal(["the metadata server of this machine"], connection.Values("Credential"));
    }

    [Fact]
    public async Task The_metadata_server_may_be_elsewhere()
    {
        await using EmulatorServer machine = await EmulatorServer.StartAsync(new EmulatorOptions(), Stop);
        machine.State.SignIn.AddServiceAccount(Machine);
        machine.State.SignIn.MachineAccount = Machine;
        Set("GCE_METADATA_HOST", machine.Url.Authority);
        Behaviour.RequireToken = false;

        Run("Get-ArImage $app").MustSucceed();

        Assert.Equal(1, machine.State.SignIn.Issued);
        Assert.All(machine.Requests.Snapshot(), request => Assert.Equal("Google", request.Headers["Metadata-Flavor"]));
    }

    [Fact]
    public void A_machine_whose_account_is_gone_says_what_the_metadata_server_answered()
    {
        SignIn.MachineAccount = Machine;

        ScriptResult result = Run("Get-ArImage $app");

        Assert.Equal("NotAuthenticated", result.ErrorId);
        Assert.Contains(
            "The metadata server gave no token: it answered 404",
            result.ErrorText,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_metadata_server_that_never_answers_is_given_up_and_the_search_goes_on()
    {
        Set("PATH", Home);
        using RequestHold hold = Shop.Emulator.Requests.Hold(_ => true);
        using RunningScript script = Start("Get-ArImage $app");

        ScriptResult result = await script.EndAsync(Stop);

        Assert.Equal("NotAuthenticated", result.ErrorId);
        Assert.Contains("a metadata server at", result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(3, hold.Arrived);
    }

    [Fact]
    public void When_nothing_is_found_the_error_lists_what_was_tried_and_two_ways_out()
    {
        Set("PATH", Home);

        ScriptResult result = Run("Get-ArImage $app");

        Assert.Equal("NotAuthenticated", result.ErrorId);
        foreach (
            string tried in new[]
            {
                "-AccessToken",
                "-CredentialFile",
                "-UseGcloud",
                "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE",
                "GOOGLE_OAUTH_ACCESS_TOKEN",
                "GOOGLE_APPLICATION_CREDENTIALS",
                "application_default_credentials.json",
                "a metadata server",
                "gcloud (not on the PATH)",
                "gcloud auth application-default login",
                "Connect-ArRegistry -CredentialFile KEY.json",
            }
        )
            Assert.Contains(tried, result.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_account_that_the_real_gcloud_is_signed_in_with_is_used()
    {
        Needs.That(Gcloud.IsInstalled, "gcloud is not installed here, so its own sign-in cannot be used.");
        JsonObject key = SignIn.AddServiceAccountKey(Deployer);
        key["token_uri"] = $"{Shop.Emulator.Url}token";
        ToolRun run = await ToolRun.RunAsync(
            ToolRun.Find("gcloud")!, ["auth", "activate-service-account", "--key-file", Write("key.json", key)],
            new Dictionary<string, string> { ["CLOUDSDK_CONFIG"] = Path.Combine(Home, "gcloud") }, null, Stop);
        Assert.True(run.ExitCode == 0, run.Error);

        MustHaveListedAs(Deployer, Run("Get-ArImage $app"));
        Assert.Equal([Deployer], Run("Get-ArConnection").MustSucceed().Values("Account"));
    }

    [Theory]
    [InlineData("-CredentialFile $here/user.json")]
    [InlineData("-AccessToken $token")]
    [InlineData("")]
    public void Acting_as_a_service_account_works_on_top_of_any_source(string source)
    {
        Write("user.json", SignIn.AddUser(User));
        Write("gcloud/application_default_credentials.json", SignIn.AddUser(User));
        SignIn.LetAct(User, Deployer);
        string token = SignedInToken(User);

        ScriptResult result = Run(
            $"$token = '{token}'; $null = Connect-ArRegistry {source} -ImpersonateServiceAccount {Deployer}; $null = "
                + $"Get-ArImage $app; Get-ArImage $app"
        );

        MustHaveListedAs(Deployer, result);
        Assert.Single(
            Shop.Emulator.Requests.Snapshot(request =>
                request.Path.EndsWith(":generateAccessToken", StringComparison.Ordinal)
            )
        );
        Assert.Equal([Deployer], Run("Get-ArConnection").MustSucceed().Values("Account"));
    }

    [Fact]
    public void Acting_goes_through_delegates_in_order()
    {
        const string One = "one@shop.iam.gserviceaccount.com", Two = "two@shop.iam.gserviceaccount.com";
        Write("user.json", SignIn.AddUser(User));
        SignIn.LetAct(User, One);
        SignIn.LetAct(One, Two);
        SignIn.LetAct(Two, Deployer);

        MustHaveListedAs(
            Deployer,
            Run(
                $"$null = Connect-ArRegistry -CredentialFile $here/user.json -ImpersonateServiceAccount {Deployer} "
                    + $"-Delegate {One}, {Two}; Get-ArImage $app"
            )
        );
    }

    [Fact]
    public void gclouds_variable_says_whom_to_act_as_for_what_is_found()
    {
        Write("gcloud/application_default_credentials.json", SignIn.AddUser(User));
        SignIn.LetAct(User, Deployer);
        Set("CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT", Deployer);

        MustHaveListedAs(Deployer, Run("Get-ArImage $app"));
    }

    [Fact]
    public void Who_may_not_act_is_told_the_role_and_where()
    {
        Write("user.json", SignIn.AddUser(User));

        ScriptResult result = Run(
            $"$null = Connect-ArRegistry -CredentialFile $here/user.json -ImpersonateServiceAccount {Deployer}; "
                + $"Get-ArImage $app"
        );

        Assert.Equal("NotAuthenticated", result.ErrorId);
        Assert.StartsWith($"{User} cannot act as {Deployer}: ", result.ErrorText, StringComparison.Ordinal);
        Assert.Contains(
            $"gcloud iam service-accounts add-iam-policy-binding {Deployer} --member=\"user:{User}\" "
                + $"--role=roles/iam.serviceAccountTokenCreator",
            result.ErrorText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-ImpersonateServiceAccount nobody")]
    [InlineData("-ImpersonateServiceAccount 'a@b.c:x'")]
    [InlineData("-ImpersonateServiceAccount a@b.c -Delegate 'no account'")]
    [InlineData("-Delegate a@b.c")]
    [InlineData("-QuotaProject 'a b'")]
    public void What_Connect_cannot_use_is_refused_at_once(string arguments) =>
        Assert.Equal("InvalidArgument", Run($"Connect-ArRegistry -AccessToken x {arguments}").ErrorId);

    [Fact]
    public void Sources_exclude_each_other() =>
        Assert.Equal("AmbiguousParameterSet", Run("Connect-ArRegistry -UseGcloud -CredentialFile x").ErrorId);

    [Fact]
    public void A_token_that_was_revoked_is_renewed_once_and_the_command_goes_on()
    {
        Write("key.json", SignIn.AddServiceAccountKey(Deployer));
        Run("$null = Connect-ArRegistry -CredentialFile $here/key.json; Get-ArImage $app").MustSucceed();
        SignIn.RevokeTokens(Deployer);

        MustHaveListedAs(Deployer, Run("Get-ArImage $app"));

        Assert.Equal(2, SignIn.Issued);
        Assert.Equal(
            ["nobody known", "-", Deployer],
            Asked.Select(request => request.Split([" GET ", " POST "], StringSplitOptions.None)[0])
        );
    }

    [Fact]
    public void Tokens_that_last_for_a_moment_are_renewed_in_the_middle_of_a_command()
    {
        for (int i = 0; i < 20; i++) Shop.Add($"tag-{i}");
        Write("key.json", SignIn.AddServiceAccountKey(Deployer));
        Run("$null = Connect-ArRegistry -CredentialFile $here/key.json").MustSucceed();
        int asked = 0;
        Behaviour.BeforeHandling = request =>
        {
            // What the service's clock does in an hour.
            if (request.IsChange && request.Path != "/token" && Interlocked.Increment(ref asked) == 8)
                SignIn.RevokeTokens(Deployer);
        };

        Run("Get-ArImageTag $app -Tag tag-* | Remove-ArImageTag -Confirm:$false").MustSucceed();

        Assert.Equal(2, SignIn.Issued);
        Assert.DoesNotContain("tag-", Shop.Contents(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runspaces_do_not_share_what_they_were_told()
    {
        Write("key.json", SignIn.AddServiceAccountKey(Deployer));
        Write("gcloud/application_default_credentials.json", SignIn.AddUser(User));
        Run("$null = Connect-ArRegistry -CredentialFile $here/key.json; Get-ArImage $app").MustSucceed();
        using PowerShellSession other = new();

        Shop.Emulator.Requests.Clear();
        other.Run($"Get-ArImage {Shop.App}").MustSucceed();

        Assert.Equal(["- POST /token", Asked[1]], Asked);
        Assert.StartsWith($"{User} GET", Asked[1], StringComparison.Ordinal);
        await Shop.MustBeIdleAsync();
    }

    private string SignedInToken(string user)
    {
        Write("other.json", SignIn.AddUser(user));
        Run("$null = Connect-ArRegistry -CredentialFile $here/other.json; Get-ArImage $app; Disconnect-ArRegistry")
            .MustSucceed();
        return Shop.Emulator.Requests.Snapshot()[^1].Authorization!["Bearer ".Length..];
    }
}
