using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.SignIn;

/// <summary>
/// The only way out is a proxy, and certificates are of the company's own authority. Proxy and store are the process's
/// own from its start, so each test runs the shell.
/// </summary>
public sealed class CompanyNetworkTests : SignInTest
{
    [Fact]
    public async Task A_service_account_signs_in_and_lists_through_the_proxy_with_an_authority_of_the_store()
    {
        await using TlsProxy proxy = new(Shop.Emulator.Url);

        ProcessResult result = await RunAsync(("HTTPS_PROXY", proxy.Url.ToString()), Trust(proxy));

        Assert.True(result.Error.Length == 0, result.Error);
        Assert.Equal(["v1"], result.Lines);
        Assert.Equal(1, SignIn.Issued);
        Assert.All(proxy.Asked, head =>
        {
            Assert.StartsWith($"CONNECT {TlsProxy.Host}:443 ", head, StringComparison.Ordinal);
            Assert.DoesNotContain("Bearer", head, StringComparison.OrdinalIgnoreCase);
        });
        Assert.NotEmpty(proxy.Asked);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_authority_that_is_not_in_the_store_gets_neither_key_nor_token(bool hasToken)
    {
        await using TlsProxy proxy = new(Shop.Emulator.Url);

        ProcessResult result = hasToken
            ? await RunAsync("", ("HTTPS_PROXY", proxy.Url.ToString()), ("GOOGLE_OAUTH_ACCESS_TOKEN", "ya29.secret"))
            : await RunAsync(("HTTPS_PROXY", proxy.Url.ToString()));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("The remote certificate is invalid", result.Error, StringComparison.Ordinal);
        Assert.Contains("system trust store", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.NotEmpty(proxy.Asked);
        Assert.Empty(Shop.Emulator.Requests.Snapshot());
    }

    [Fact]
    public async Task A_host_of_NO_PROXY_is_asked_without_the_proxy()
    {
        await using TlsProxy proxy = new(Shop.Emulator.Url);

        ProcessResult result = await RunAsync(
            ("HTTPS_PROXY", proxy.Url.ToString()), ("NO_PROXY", ".example.test"), Trust(proxy));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(TlsProxy.Host, result.Error, StringComparison.Ordinal);
        Assert.Empty(proxy.Asked);
    }

    private (string, string) Trust(TlsProxy proxy)
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("Only on Linux does a variable add to the store of certificates.");
        return ("SSL_CERT_FILE", Write("authority.pem", proxy.Authority));
    }

    private Task<ProcessResult> RunAsync(params (string, string)[] environment)
    {
        string file = Write("key.json", SignIn.AddServiceAccountKey(Deployer));
        return RunAsync($"$null = Connect-ArRegistry -CredentialFile '{file}';", environment);
    }

    private static Task<ProcessResult> RunAsync(string connect, params (string, string)[] environment) =>
        ShellProcess.RunAsync(
            ["-c", $"$ErrorActionPreference = 'Stop'; {connect} (Get-ArImageTag {Support.Shop.App}).Tag"],
            "",
            [
                ("CLOUDSDK_API_ENDPOINT_OVERRIDES_ARTIFACTREGISTRY", $"https://{TlsProxy.Host}/"),
                ("CLOUDSDK_AUTH_TOKEN_HOST", $"https://{TlsProxy.Host}/token"),
                .. environment,
            ]);
}
