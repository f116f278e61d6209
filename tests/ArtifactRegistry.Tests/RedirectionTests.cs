using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>Tables in a file or a pipe, whose encoding is that of the console.</summary>
public sealed class RedirectionTests
{
    [Theory]
    [InlineData(437)] // Windows in the United States
    [InlineData(850)] // Windows in Western Europe
    [InlineData(932)] // Windows in Japan, which has an ellipsis
    [InlineData(20127)] // ASCII, as with LANG=C elsewhere
    [InlineData(65001)] // UTF-8
    public async Task A_short_digest_survives_the_code_page(int codePage)
    {
        await using Shop shop = await Shop.OpenAsync();
        string digest = shop.Add("v1");

        ProcessResult result = await RealPowerShell.RunAsync(
            shop.Emulator,
            $$"""
            [Console]::OutputEncoding = [System.Text.Encoding]::GetEncoding({{codePage}})
            $shown = Get-ArImageTag {{Shop.App}} | Out-String
            $written = [Console]::OutputEncoding.GetString([Console]::OutputEncoding.GetBytes($shown))
            [Console]::OutputEncoding = [System.Text.Encoding]::UTF8
            $written -ceq $shown
            $written
            """,
            input: null);

        Assert.Empty(result.Error);
        Assert.Equal("True", result.Lines[0]);
        string left = codePage is 932 or 65001 ? "…" : "..";
        Assert.Contains($"{digest[..11]}{left}{digest[^4..]} ", result.Output, StringComparison.Ordinal);
    }
}
