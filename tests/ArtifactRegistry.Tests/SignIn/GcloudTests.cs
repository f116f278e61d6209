using ArtifactRegistry.Shell;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.SignIn;

/// <summary>
/// The account that gcloud is signed in with. gcloud is a script here that does what the test says: one of sh, and on
/// Windows a batch file, as the real one.
/// </summary>
public sealed class GcloudTests : SignInTest
{
    private const string User = "ada@example.com";

    private static readonly string SystemPath =
        OperatingSystem.IsWindows() ? Environment.SystemDirectory : string.Join(Path.PathSeparator, "/usr/bin", "/bin");

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Write("gcloud/active_config", "work");
        Write("gcloud/configurations/config_work", $"[core]\naccount = {User}\nproject = shop\n");
    }

    [Fact]
    public void Its_account_is_used_when_there_is_nothing_else_and_a_verbose_line_says_so()
    {
        Gcloud($"echo {TokenOf(User)}");

        ScriptResult result = Run("$null = Get-ArImage $app -Verbose; Get-ArImage $app");

        MustHaveListedAs(User, result);
        Assert.Contains(result.Verbose, line =>
            line.Contains($"Using the account that gcloud is signed in with: {User}", StringComparison.Ordinal)
        );
        Assert.Equal("auth print-access-token --quiet", File.ReadAllText(Path.Combine(Home, "called")).Trim());
        ScriptResult connection = Run("Get-ArConnection").MustSucceed();
        Assert.Equal([User], connection.Values("Account"));
        Assert.Equal(["the account that gcloud is signed in with"], connection.Values("Credential"));
    }

    [Fact]
    public void Asked_for_by_name_it_beats_everything_that_would_be_found()
    {
        Gcloud($"echo {TokenOf(User)}");
        Set("GOOGLE_OAUTH_ACCESS_TOKEN", "other");

        MustHaveListedAs(User, Run("$null = Connect-ArRegistry -UseGcloud; Get-ArImage $app"));
    }

    [Fact]
    public void It_is_found_in_a_folder_that_stands_in_quotes_as_Windows_takes_them()
    {
        Gcloud($"echo {TokenOf(User)}");
        Set("PATH", $"\"{Path.Combine(Home, "bin")}\"{Path.PathSeparator}{SystemPath}");

        MustHaveListedAs(User, Run("$null = Connect-ArRegistry -UseGcloud; Get-ArImage $app"));
    }

    [Fact]
    public void What_it_says_when_it_fails_is_shown_with_what_to_do()
    {
        const string Words =
            "ERROR: (gcloud.auth.print-access-token) There was a problem refreshing your current auth tokens: "
                + "Reauthentication required.";
        Gcloud($"echo '{Words}' >&2; exit 1", $"echo {Words} 1>&2\nexit /b 1");

        ScriptResult result = Run("$null = Connect-ArRegistry -UseGcloud; Get-ArImage $app");

        Assert.Equal("NotAuthenticated", result.ErrorId);
        Assert.Contains(
            "gcloud auth print-access-token failed: ERROR: (gcloud.auth.print-access-token) There was a problem",
            result.ErrorText,
            StringComparison.Ordinal
        );
        Assert.Contains("gcloud auth login", result.ErrorText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("echo you are signed in")]
    [InlineData("cd .")]
    public void An_output_that_is_no_token_is_not_sent(string script)
    {
        Gcloud(script);

        Assert.Equal("NotAuthenticated", Run("$null = Connect-ArRegistry -UseGcloud; Get-ArImage $app").ErrorId);
        Assert.Empty(Shop.Emulator.Requests.Snapshot());
    }

    [Fact]
    public void A_gcloud_that_is_not_there_is_said_to_be_missing()
    {
        Set("PATH", Home);

        ScriptResult result = Run("$null = Connect-ArRegistry -UseGcloud; Get-ArImage $app");

        Assert.Contains("gcloud is not on the PATH.", result.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public void Questions_of_gcloud_find_nobody_to_answer_them()
    {
        Gcloud(
            "read answer && echo \"$answer\" || { echo 'ERROR: no input' >&2; exit 1; }",
            "set answer=\nset /p answer=\nif not defined answer echo ERROR: no input 1>&2\nif not defined answer exit "
                + "/b 1\necho %answer%"
        );

        Assert.Contains(
            "ERROR: no input",
            Run("$null = Connect-ArRegistry -UseGcloud; Get-ArImage $app").ErrorText,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Acting_as_another_account_starts_from_gclouds_own()
    {
        SignIn.LetAct(User, Deployer);
        Set("CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT", "somebody@else.iam.gserviceaccount.com");
        string token = TokenOf(User);
        Gcloud(
            $"test -z \"$CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT\" || exit 1; echo {token}",
            $"if defined CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT exit /b 1\necho {token}");

        MustHaveListedAs(
            Deployer,
            Run($"$null = Connect-ArRegistry -UseGcloud -ImpersonateServiceAccount {Deployer}; Get-ArImage $app")
        );
    }

    [Fact]
    public void Whom_gcloud_itself_acts_as_is_left_to_it()
    {
        Set("CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT", Deployer);
        SignIn.AddServiceAccount(Deployer);
        string token = TokenOf(Deployer);
        Gcloud(
            $"test \"$CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT\" = {Deployer} || exit 1; echo {token}",
            $"if not \"%CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT%\" == \"{Deployer}\" exit /b 1\necho {token}");

        MustHaveListedAs(Deployer, Run("$null = Connect-ArRegistry -UseGcloud; Get-ArImage $app"));
        Assert.Equal([Deployer], Run("Get-ArConnection").Values("Account"));
    }

    [Fact]
    public async Task Ctrl_C_ends_gcloud_too()
    {
        string started = Path.Combine(Home, "started");
        // On Windows gcloud is a batch file whose child does the work.
        Gcloud(
            $"echo $$ > {started}.new; mv {started}.new {started}; exec sleep 600",
            $"\"{PowerShellProgram.Path}\" -NoProfile -Command \"$PID > '{started}.new'; Move-Item '{started}.new' "
                + $"'{started}'; Start-Sleep 600\""
        );
        using RunningScript script = Start("$null = Connect-ArRegistry -UseGcloud; Get-ArImage $app -Verbose");
        await script.WaitForVerboseAsync("print-access-token", Stop);
        while (!File.Exists(started)) await Task.Yield();

        script.Stop();
        await script.EndAsync(Stop);

        int id = int.Parse(
            (await File.ReadAllTextAsync(started, Stop)).Trim(),
            System.Globalization.CultureInfo.InvariantCulture
        );
        Assert.Throws<ArgumentException>(() => System.Diagnostics.Process.GetProcessById(id));
    }

    private void Gcloud(string script, string? batch = null)
    {
        if (OperatingSystem.IsWindows())
        {
            string lines = $"@echo off\necho %*>\"{Path.Combine(Home, "called")}\"\n{batch ?? script}\n";
            Write("bin/gcloud.cmd", lines.ReplaceLineEndings("\r\n"));
        }
        else
        {
            string path = Write("bin/gcloud", $"#!/bin/sh\necho \"$*\" > {Home}/called\n{script}\n");
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        Set("PATH", Path.Combine(Home, "bin") + Path.PathSeparator + SystemPath);
    }

    private string TokenOf(string identity)
    {
        Write("other.json", SignIn.AddUser(identity));
        Run("$null = Connect-ArRegistry -CredentialFile $here/other.json; Get-ArImage $app; Disconnect-ArRegistry")
            .MustSucceed();
        return Shop.Emulator.Requests.Snapshot()[^1].Authorization!["Bearer ".Length..];
    }
}
