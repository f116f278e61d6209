using System.Management.Automation;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>What is said when something goes wrong, and what must never be said.</summary>
public sealed class ErrorTests
{
    private const string Secret = "ya29.planted-secret-0123456789";

    [Theory]
    [InlineData("Get-ArImage $app", "artifactregistry.dockerimages.list", "roles/artifactregistry.reader")]
    [InlineData("Get-ArImage \"${app}:v1\"", "artifactregistry.tags.get", "roles/artifactregistry.reader")]
    [InlineData(
        "Add-ArImageTag \"${app}:v1\" -Tag new",
        "artifactregistry.tags.create",
        "roles/artifactregistry.writer"
    )]
    [InlineData(
        "Add-ArImageTag \"${app}:v1\" -Tag v2 -Force",
        "artifactregistry.tags.update",
        "roles/artifactregistry.writer"
    )]
    [InlineData("Remove-ArImageTag \"${app}:v1\"", "artifactregistry.tags.delete", "roles/artifactregistry.repoAdmin")]
    [InlineData(
        "Remove-ArImage \"$app@$free\" -Force",
        "artifactregistry.versions.delete",
        "roles/artifactregistry.repoAdmin"
    )]
    [InlineData(
        "Remove-ArImage $app -All -Force",
        "artifactregistry.packages.delete",
        "roles/artifactregistry.repoAdmin"
    )]
    [InlineData(
        "Get-ArReader us-docker.pkg.dev/shop/apps",
        "artifactregistry.repositories.getIamPolicy",
        "roles/artifactregistry.admin"
    )]
    public async Task A_missing_permission_is_named_with_a_role_that_has_it(
        string command,
        string permission,
        string role
    )
    {
        await using Shop shop = await OpenAsync();
        shop.Emulator.Behaviour.Denials = [new Denial(permission)];

        ScriptResult result = shop.Run(command);

        ErrorRecord error = result.Errors[0];
        Assert.Equal("AccessDenied", error.Id());
        Assert.Equal(ErrorCategory.PermissionDenied, error.CategoryInfo.Category);
        Assert.Contains($"'{permission}' denied", error.ErrorDetails.Message, StringComparison.Ordinal);
        Assert.Contains(
            $"Ask for {role} on the repository",
            error.ErrorDetails.RecommendedAction,
            StringComparison.Ordinal
        );
        Assert.Contains("us-docker.pkg.dev/shop/apps", error.TargetObject.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_is_refused_says_how_to_get_another()
    {
        await using Shop shop = await OpenAsync();
        shop.Emulator.Behaviour.RequireToken = true;

        ScriptResult result = shop.Run("Get-ArImage $app");

        Assert.Equal("NotAuthenticated", result.ErrorId);
        Assert.Equal(ErrorCategory.AuthenticationError, result.Error.CategoryInfo.Category);
        Assert.Contains("Credentials in use: ", result.ErrorText, StringComparison.Ordinal);
        Assert.Contains(
            "Use Connect-ArRegistry with other credentials, or Disconnect-ArRegistry",
            result.ErrorText,
            StringComparison.Ordinal
        );
        Assert.Single(shop.Emulator.Requests.Snapshot());
    }

    [Theory]
    [InlineData(FaultKind.TooManyRequests, "QuotaExceeded", ErrorCategory.LimitsExceeded, "-ThrottleLimit")]
    [InlineData(FaultKind.Unavailable, "ServiceUnavailable", ErrorCategory.ResourceUnavailable, "later")]
    public async Task A_failure_that_lasts_is_reported_after_several_tries(
        FaultKind fault, string id, ErrorCategory category, string advice)
    {
        await using Shop shop = await OpenAsync();
        shop.Emulator.Behaviour.Faults.Add(new Fault(fault) { RetryAfter = "0" });

        ScriptResult result = shop.Run("Get-ArImage $app");

        Assert.Equal(id, result.ErrorId);
        Assert.Equal(category, result.Error.CategoryInfo.Category);
        Assert.StartsWith($"'{Shop.App}': ", result.ErrorText, StringComparison.Ordinal);
        Assert.Contains(advice, result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(8, shop.Emulator.Requests.Snapshot().Count);
    }

    [Theory]
    [InlineData(FaultKind.TooManyRequests)]
    [InlineData(FaultKind.Unavailable)]
    [InlineData(FaultKind.InternalError)]
    [InlineData(FaultKind.BadGateway)]
    [InlineData(FaultKind.ResetBefore)]
    [InlineData(FaultKind.CutBody)]
    public async Task A_failure_that_passes_is_not_noticed(FaultKind fault)
    {
        await using Shop shop = await OpenAsync();
        shop.Emulator.Behaviour.Faults.Add(new Fault(fault) { Times = 1, RetryAfter = "0" });

        Assert.Equal(3, shop.Run("Get-ArImage $app").MustSucceed().Output.Count);
    }

    [Fact]
    public async Task A_pause_that_nobody_sits_through_is_reported_at_once()
    {
        await using Shop shop = await OpenAsync();
        shop.Emulator.Behaviour.Faults.Add(new Fault(FaultKind.TooManyRequests) { RetryAfter = "86400" });

        Assert.Equal("QuotaExceeded", shop.Run("Get-ArImage $app").ErrorId);
        Assert.Single(shop.Emulator.Requests.Snapshot());
    }

    [Fact]
    public async Task Verbose_shows_one_line_a_request_and_no_token()
    {
        await using Shop shop = await OpenAsync();
        shop.Emulator.Behaviour.DockerImageFilter = FilterSupport.Supported; // else each session is refused once

        ScriptResult result = shop.Run(
                "Get-ArImage $app -Verbose; $null = Remove-ArImageTag \"${app}:v1\" -Verbose; $VerbosePreference = "
                    + "'Continue'; "
                    + "$null = Get-ArReader us-docker.pkg.dev/shop/apps; $VerbosePreference = 'SilentlyContinue'"
            )
            .MustSucceed();

        string[] lines = [.. result.Verbose.Where(line => line.Contains(" -> ", StringComparison.Ordinal))];
        Assert.Equal(
            shop.Emulator.Requests.Snapshot()
                .Select(request => $"{request.Method} {new Uri(shop.Emulator.Url, request.PathAndQuery).AbsoluteUri}"),
            lines.Select(line => line.Split(" -> ")[0])
        );
        Assert.All(lines, line => Assert.Matches(@" -> 200 in \d+ ms$", line));
        Assert.DoesNotContain(result.Verbose, line => line.Contains(PowerShellSession.Token, StringComparison.Ordinal));
        Assert.All(
            shop.Emulator.Requests.Snapshot(),
            request => Assert.Equal($"Bearer {PowerShellSession.Token}", request.Authorization));
    }

    [Fact]
    public async Task No_secret_is_in_any_error_verbose_line_or_object()
    {
        await using Shop shop = await OpenAsync();
        shop.Session.Set("secret", Secret);
        shop.Session.Set("endpoint", shop.Emulator.Url.ToString());
        shop.Session.Set("bad", Secret + " with blanks\n");
        List<ScriptResult> all = new()
        {
            shop.Run("Connect-ArRegistry -AccessToken $secret -Endpoint $endpoint -Verbose; Get-ArConnection"),
        };
        shop.Emulator.Behaviour.RequireToken = true;
        all.Add(shop.Run("Get-ArImage $app -Verbose; Remove-ArImage $app -All -Force -Verbose"));
        shop.Emulator.Behaviour.RequireToken = false;
        shop.Emulator.Behaviour.Faults.Add(new Fault(FaultKind.ResetBefore) { Times = 1 });
        all.Add(shop.Run("Get-ArImage \"${app}:none\" -Verbose"));
        all.Add(shop.Run("Connect-ArRegistry -AccessToken $bad -Endpoint $endpoint; Get-ArImage $app -Verbose"));
        all.Add(shop.Run("Connect-ArRegistry -AccessToken $secret, $secret"));
        all.Add(shop.Run("Connect-ArRegistry -AccessToken $secret -Endpoint http://registry.example"));
        all.Add(shop.Run("ConvertTo-CliXml @($Error; Get-ArConnection) -Depth 5"));

        Assert.True(all.Sum(result => result.Errors.Count + (result.Thrown is null ? 0 : 1)) >= 5);
        string everything = string.Join('\n', all.SelectMany(Said));
        Assert.Contains("NotAuthenticated", everything, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, everything, StringComparison.Ordinal);

        static IEnumerable<string> Said(ScriptResult result) =>
            [
                .. result.Output.Select(row => row.ToString()),
                .. result.Verbose,
                .. result.Warnings,
                result.Thrown?.ToString() ?? "",
                .. result.Errors.SelectMany(error =>
                    new[]
                    {
                        error.ToString(),
                        error.FullyQualifiedErrorId,
                        error.ErrorDetails?.Message ?? "",
                        error.Exception.ToString(),
                        error.TargetObject?.ToString() ?? "",
                    }
                ),
            ];
    }

    [Fact]
    public async Task A_token_with_blanks_in_it_is_refused_by_Connect()
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run($"Connect-ArRegistry -AccessToken 'a b' -Endpoint '{shop.Emulator.Url}'");

        Assert.Equal("NotAuthenticated", result.ErrorId);
        Assert.Contains("No token can be taken from", result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(shop.Emulator.Requests.Snapshot());
    }

    [Theory]
    [InlineData("-AccessToken ''", "not empty")]
    [InlineData("-AccessToken $null", "null")]
    [InlineData("-AccessToken 5", "Expected a SecureString")]
    [InlineData("-Endpoint http://registry.example/", "Expected https://HOST/")]
    [InlineData("-Endpoint nonsense", "Expected https://HOST/")]
    [InlineData("-Endpoint 'https://user:secret@registry.example/'", "Expected https://HOST/")]
    [InlineData("-Project ''", "empty")]
    [InlineData("-TimeoutSec 0", "0")]
    public async Task Connect_refuses_bad_values_and_the_connection_before_stays(string arguments, string text)
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run($"Connect-ArRegistry {arguments}");

        Assert.Contains(text, result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(3, shop.Run("Get-ArImage $app").MustSucceed().Output.Count);
    }

    [Fact]
    public async Task Connect_takes_a_SecureString_and_shows_everything_but_the_secret()
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run(
            $"""
            $secure = [System.Net.NetworkCredential]::new('', '{Secret}').SecurePassword
            Connect-ArRegistry -AccessToken $secure -Endpoint '{shop.Emulator.Url}' -Project shop
            Get-ArConnection
            $null = Get-ArRepository
            """).MustSucceed();

        Assert.Equal(["NotTried", "NotTried"], result.Values("State"));
        Assert.Equal([shop.Emulator.Url.ToString(), shop.Emulator.Url.ToString()], result.Values("Endpoint"));
        Assert.Equal(["shop", "shop"], result.Values("Project"));
        Assert.All(result.Values("Credential"), text =>
            Assert.Contains("the access token given", text, StringComparison.Ordinal)
        );
        Assert.All(shop.Emulator.Requests.Snapshot(), request =>
            Assert.Equal($"Bearer {Secret}", request.Authorization)
        );
    }

    [Fact]
    public async Task Two_runspaces_never_share_a_token()
    {
        await using Shop shop = await OpenAsync();
        shop.Emulator.Behaviour.DockerImageFilter = FilterSupport.Supported; // else each session is refused once
        using PowerShellSession other = new();
        other.Run($"Connect-ArRegistry -AccessToken other-token -Endpoint '{shop.Emulator.Url}'").MustSucceed();

        shop.Run("Get-ArImage $app").MustSucceed();
        other.Run($"Get-ArImage {Shop.App}; Disconnect-ArRegistry").MustSucceed();
        shop.Session.Run("Get-ArImage $app").MustSucceed();

        Assert.Equal(
            [$"Bearer {PowerShellSession.Token}", "Bearer other-token", $"Bearer {PowerShellSession.Token}"],
            shop.Emulator.Requests.Snapshot().Select(request => request.Authorization));
    }

    /// <summary>Two tagged digests and an untagged one, which is $free.</summary>
    private static async Task<Shop> OpenAsync()
    {
        Shop shop = await Shop.OpenAsync();
        shop.Add("v1");
        shop.Add("v2");
        shop.Session.Set("free", shop.Add());
        return shop;
    }
}
