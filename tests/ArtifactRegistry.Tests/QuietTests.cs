using System.Text.RegularExpressions;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>-Debug and -Verbose show more and change nothing else: no question, and no other end.</summary>
public sealed partial class QuietTests
{
    private const string Repository = "us-docker.pkg.dev/shop/apps";

    /// <summary>Each cmdlet as it succeeds, warns and fails.</summary>
    public static TheoryData<string> Commands =>
        [
            "Connect-ArRegistry -AccessToken ya29.other -Endpoint $url -Project shop",
            "Connect-ArRegistry -AccessToken 'Bearer ya29.other' -Endpoint $url",
            "Connect-ArRegistry -CredentialFile none.json",
            "Disconnect-ArRegistry; Connect-ArRegistry -AccessToken ya29.other -Endpoint $url",
            "Disconnect-ArRegistry -OPTION; Connect-ArRegistry -AccessToken ya29.other -Endpoint $url",
            "Get-ArConnection",
            "Get-ArRepository -Project shop",
            "Get-ArRepository -Project none",
            "Get-ArImage $app",
            "Get-ArImage \"${app}:none\"",
            "Get-ArImageTag $app",
            "Get-ArImageTag $app -Tag none",
            "Get-ArUntaggedImage $app",
            "Get-ArUntaggedImage ${app}none",
            "Get-ArQuarantinedImage $app",
            "Get-ArQuarantinedImage ${app}none",
            "Remove-ArUntaggedImage $app -Quarantine 14d -Force; Get-ArQuarantinedImage $app",
            "Get-ArStaleImage $app -WithoutInUse -OlderThan 0s",
            "Get-ArStaleImage ${app}none -WithoutInUse -OlderThan 0s",
            "Get-ArStaleImage $app -OlderThan 0s",
            "Remove-ArStaleImage $app -WithoutInUse -OlderThan 0s -WhatIf",
            "Remove-ArStaleImage $app -WithoutInUse -OlderThan 0s -Tag v1 -Force",
            "Remove-ArStaleImage $app -InUseFrom none -OlderThan 0s -Force",
            "Get-ArUntaggedImage $app -InUse 'sha256:' -AllowUnmatchedInUse",
            "Get-ArRegistryCredential us-docker.pkg.dev",
            "Get-ArRegistryCredential evil.example",
            $"Get-ArReader {Repository} -Inherited",
            $"Get-ArReader {Repository}none -Inherited",
            $"Test-ArReader {Repository} group:a@b.example",
            $"Test-ArReader {Repository}none user:a@b.example",
            "Get-ArNodeServiceAccount -Project games",
            "Get-ArNodeServiceAccount -Project none",
            "Get-ArImageInUse games",
            "Get-ArImageInUse none",
            "Get-ArImageInUse games -Source CloudRun",
            "Remove-ArUntaggedImage $app -Force -InUseFrom none",
            "Remove-ArUntaggedImage $app -Force -InUseFrom games -AllowEmptyInUse",
            $"Test-ArStaleRule '{Checkout.Manifest}'",
            "Test-ArStaleRule none.psd1",
            "Test-ArPull \"${app}:v1\" -Project games",
            "Test-ArPull $app -Project games",
            "New-ArNodeServiceAccount -Project games -Name gke-nodes",
            "New-ArNodeServiceAccount -Project games -Name x",
            $"Grant-ArReader {Repository} user:a@b.example",
            $"Grant-ArReader {Repository} group:b@c.example, nonsense",
            $"Revoke-ArReader {Repository} user:first@b.example -Confirm:$false",
            $"Revoke-ArReader {Repository} nonsense -Confirm:$false",
            "Protect-ArImage $app -InUse \"${app}:v1\"",
            "Protect-ArImage $app -InUseFrom none",
            "Unprotect-ArImage $app -InUse \"${app}:v1\" -Confirm:$false",
            "Unprotect-ArImage $app -InUseFrom none -Confirm:$false",
            "Add-ArImageTag \"${app}:v1\" -Tag new",
            "Add-ArImageTag \"${app}:v1\" -Tag v2",
            "Copy-ArImage \"${app}:v1\" us-docker.pkg.dev/shop/prod -KeepTag",
            "Copy-ArImage \"${app}:none\" us-docker.pkg.dev/shop/prod",
            "Copy-ArImage \"${app}:v1\" us-docker.pkg.dev/shop/none",
            "Restore-ArImage ./none",
            "Remove-ArImage \"${app}:v1\" -Force -ArchivePath ./none/none",
            "Remove-ArImageTag \"${app}:v1\" -Force",
            "Remove-ArImageTag \"${app}:none\" -Force",
            "Remove-ArImageTag \"${app}:v1\"",
            "Remove-ArImage \"${app}:v1\" -Force",
            "Remove-ArImage \"${app}:none\" -Force",
            "Remove-ArImage $app -All -Force",
            "Remove-ArUntaggedImage $app -Force",
            "Remove-ArUntaggedImage $app -Force -AbortAbove 0",
            "Remove-ArUntaggedImage ${app}none -Force",
            "Remove-ArUntaggedImage $app -WhatIf",
        ];

    [Theory, MemberData(nameof(Commands))]
    public async Task Debug_and_Verbose_ask_nothing_and_change_no_outcome(string command)
    {
        (string Said, int Questions)? plain = null;
        foreach (string option in new[] { "", "-Verbose", "-Debug", "-Debug -Verbose" })
        {
            ScriptedHost host = new("No");
            await using Shop shop = await OpenAsync(host);

            ScriptResult result = shop.Run(
                command.Contains("-OPTION", StringComparison.Ordinal)
                    ? command.Replace("-OPTION", option, StringComparison.Ordinal)
                    : $"{command} {option}"
            );

            string said = Digest().Replace(string.Join('\n',
            [
                .. result.Output.Select(row => row.ToString()), .. result.Errors.Select(error => error.ToString()),
                .. result.Warnings, result.Thrown?.Message ?? "",
            ]).Replace(shop.Emulator.Url.ToString(), "URL", StringComparison.Ordinal), "DIGEST");
            plain ??= (said, host.Questions.Count);
            Assert.Equal(plain, (said, host.Questions.Count));
            Assert.Empty(host.Questions);
        }
    }

    [Fact]
    public void Every_cmdlet_is_tried()
    {
        using PowerShellSession session = new();
        string commands = string.Join('\n', Commands.Select(row => row.Data));
        Assert.All(
            session.Run("(Get-Command -Module ArtifactRegistry -CommandType Cmdlet).Name").Output,
            name => Assert.Matches($@"(?m)(?:^|; ){name}\b", commands));
    }

    [Theory]
    [InlineData("$ErrorActionPreference = 'Stop'")]
    [InlineData("$WarningPreference = 'Stop'")]
    public async Task Debug_and_Verbose_leave_the_preferences_as_they_are(string preference)
    {
        foreach (string option in new[] { "", "-Debug" })
        {
            await using Shop shop = await OpenAsync(new ScriptedHost("No"));

            ScriptResult result = shop.Run(
                $"{preference}; Get-ArReader {Repository} -Inherited {option}; Get-ArReader {Repository}none {option}; "
                    + $"'went on'"
            );

            Assert.NotNull(result.Thrown);
            Assert.DoesNotContain("went on", result.Output.Select(row => row.ToString()));
        }
    }

    private static async Task<Shop> OpenAsync(ScriptedHost host)
    {
        Shop shop = await Shop.OpenAsync(host: host);
        shop.Add(new ImageOptions { Tags = ["v1"], UploadTime = DateTimeOffset.UnixEpoch });
        shop.Add("v2");
        shop.Add();
        shop.State.Grant(Repository, "roles/artifactregistry.reader", "user:first@b.example");
        shop.State.AddRepository("us-docker.pkg.dev/shop/prod");
        shop.State.AddProject("games");
        shop.State.AddCluster(
            "games",
            "us-central1",
            "arena",
            new ClusterOptions { NodePools = [new NodePoolOptions("pool")] }
        );
        shop.Session.Set("url", shop.Emulator.Url.ToString());
        return shop;
    }

    [GeneratedRegex("[0-9a-f]{64}")]
    private static partial Regex Digest();
}
