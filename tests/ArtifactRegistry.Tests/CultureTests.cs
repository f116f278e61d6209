using System.Text.RegularExpressions;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>
/// A Japanese, a Turkish, a German and an Arabic session show the same data, and understand the same.
/// </summary>
public sealed partial class CultureTests
{
    public static TheoryData<string> Cultures => ["en-US", "ja-JP", "tr-TR", "de-DE", "ar-SA"];

    /// <summary>What is typed, and must mean the same everywhere; $old and $new are digests.</summary>
    public static TheoryData<string> Typed =>
        [
            "Get-ArUntaggedImage $app -OlderThan 30d",
            "Get-ArUntaggedImage $app -OlderThan 1000h",
            "Get-ArUntaggedImage $app -OlderThan 5w",
            "Get-ArUntaggedImage $app -OlderThan 0s",
            "Get-ArUntaggedImage $app -OlderThan 2026-01-31",
            "Get-ArUntaggedImage $app -OlderThan 2020-01-31T10:00:00Z",
            "Get-ArUntaggedImage $app -OlderThan ([datetime]::Now.AddDays(-30))",
            "Get-ArUntaggedImage $app -OlderThan ([datetimeoffset]::Now.AddDays(-30))",
            "Get-ArUntaggedImage $app -OlderThan ([timespan]::FromDays(30.5))",
            "Get-ArUntaggedImage $app -OlderThan 30,5d",
            "Get-ArUntaggedImage $app -InUse \"$app@$old\".Replace('sha256', 'SHA256')",
            "Remove-ArUntaggedImage $app -WhatIf -AbortAbove 50%",
            "Remove-ArUntaggedImage $app -WhatIf -AbortAbove 2.5%",
            "Remove-ArUntaggedImage $app -WhatIf -AbortAbove 2,5%",
            "Remove-ArUntaggedImage $app -WhatIf -TimeLimit 30m -RequestsPerSecond 1.5 -MaxCount 1 -KeepNewest 0",
            "Get-ArImageTag $app -Tag I*",
            "Get-ArImageTag $app -Tag i*",
            "Get-ArImageTag \"${app}:I1\"",
            "Get-ArImage US-DOCKER.PKG.DEV/shop/apps/web",
            "Get-ArImage us-docker.pkg.dev/SHOP/apps/web",
            "Get-ArImage 'us-docker.pkg.dev/shop/apps/w?b'",
            "Get-ArImage $app | Where-Object Kind -eq IMAGE",
            "Get-ArRepository shop | Where-Object Format -eq docker",
            "Grant-ArReader us-docker.pkg.dev/shop/apps -Member USER:I@B.EXAMPLE, "
                + "serviceAccount:i@shop.IAM.gserviceaccount.com -WhatIf",
            "Get-ArReader us-docker.pkg.dev/shop/apps -Member USER:INES@B.EXAMPLE",
            "Test-ArReader us-docker.pkg.dev/shop/apps -Member user:INES@b.example",
            "Revoke-ArReader us-docker.pkg.dev/shop/apps -Member user:INES@b.example -WhatIf",
            "Get-ArUntaggedImage $app -OLDERTHAN 30D",
            "Test-ArPull \"${app}:v1\" -Project games",
            "$csv | ConvertFrom-Csv | Get-ArImage",
            "$csv | ConvertFrom-Csv | Remove-ArUntaggedImage -WhatIf",
            "$csv | ConvertFrom-Csv | Where-Object { [datetime]$_.UploadTime -lt [datetime]::Now.AddDays(-30) -and "
                + "[long]$_.SizeBytes -gt 1MB }",
        ];

    [Theory, MemberData(nameof(Cultures))]
    public async Task Every_view_and_file_has_the_same_data(string culture)
    {
        await using Shop shop = await ViewTests.OpenAsync(new ScriptedHost("No"));
        using TemporaryFolder folder = new();
        shop.SaveAnImage(folder.Path);
        foreach ((string type, string command) in ViewTests.Commands)
        {
            string read =
                command.StartsWith("Get-", StringComparison.Ordinal)
                || command.StartsWith("Test-", StringComparison.Ordinal)
                    ? $"$rows = @({command} 6> $null)"
                    : $"if ($null -eq $made['{type}']) {{ $made['{type}'] = @({command} 3> $null 6> $null) }}; $rows = "
                        + $"$made['{type}']";
            string script = $$"""
                if ($null -eq $made) { $made = @{} }
                {{read}}
                if ($rows.Count -eq 0) { throw 'There are no rows.' }
                $rows | ConvertTo-Csv; $rows | ConvertTo-Json -Depth 3; $rows | Out-String
                $rows | Format-List | Out-String; $rows | ForEach-Object ToString
                """;

            string plain = Words(shop.Session.Run(script));

            Assert.Equal(plain, Words(shop.Session.Run(In(culture, script))));
        }
    }

    [Theory, MemberData(nameof(Typed))]
    public async Task What_is_typed_means_the_same(string command)
    {
        await using Shop shop = await OpenAsync();
        ScriptResult plain = shop.Run(command);
        foreach (string culture in Cultures.Select(row => row.Data))
            Assert.Equal($"{culture}: {Shown(plain)}", $"{culture}: {Shown(shop.Run(In(culture, command)))}");
    }

    private static string In(string culture, string script) =>
        $"[cultureinfo]::CurrentCulture = [cultureinfo]::CurrentUICulture = '{culture}'\n{script}";

    // PowerShell breaks long lines between words in some languages and anywhere in others.
    private static string Words(ScriptResult result) => Space().Replace(Shown(result), "");

    // Two runs may see a token at another second.
    private static string Shown(ScriptResult result) =>
        Second()
            .Replace(
                string.Join(
                    '\n',
                    [
                        .. result.Output.Select(row => row.ToString()),
                        .. result.Errors.Select(error => error.ToString()),
                        result.Thrown?.Message ?? "",
                    ]
                ),
                "TIME"
            );

    private static async Task<Shop> OpenAsync()
    {
        Shop shop = await ViewTests.OpenAsync();
        string old = shop.State.UntaggedDigests(shop.Repository, "web")[0];
        shop.Session.Set("old", old);
        foreach (string tag in new[] { "I1", "i1" }) shop.Add(tag);
        shop.State.Grant(shop.Repository, "roles/artifactregistry.reader", "user:ines@b.example");
        shop.Session.Run("$csv = Get-ArUntaggedImage $app | ConvertTo-Csv").MustSucceed();
        return shop;
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    [GeneratedRegex(@"\d{4}-\d\d-\d\d.\d\d:\d\d:\d\d[.\d]*(?:Z|[+-]\d\d:\d\d)?")]
    private static partial Regex Second();
}
