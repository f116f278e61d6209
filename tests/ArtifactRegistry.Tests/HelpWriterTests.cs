using System.Diagnostics;
using System.Xml.Linq;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>The program of the build that writes the help: nothing on a page is lost in silence.</summary>
public sealed class HelpWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("Get-ArNothing", "# Get-ArNothing\n", "there is no cmdlet of that name")]
    [InlineData(
        "Get-ArImage",
        "# Get-ArImage\n\n## Parameters\n\n### Absent\n\nText.\n",
        "Get-ArImage has no parameter -Absent"
    )]
    [InlineData("Get-ArImage", "# Get-ArImages\n", "line 1: the name 'Get-ArImages' has no place")]
    [InlineData(
        "Get-ArImage",
        "# Get-ArImage\n\n## Remarks\n\nText.\n",
        "line 5: what is under 'Remarks' has no place"
    )]
    [InlineData(
        "Get-ArImage",
        "# Get-ArImage\n\n## Parameters\n\nText.\n",
        "line 5: what is under 'Parameters' has no place"
    )]
    [InlineData("Get-ArImage", "# Get-ArImage\n\n## Examples\n\n### One\n\n```\na\n```\n\n```\nb\n```\n", "line 11")]
    [InlineData("Get-ArImage", "# Get-ArImage\n\n![picture](x.png)\n", "has no place in help")]
    public async Task A_page_that_would_lose_something_fails_the_build(string cmdlet, string page, string expected)
    {
        (int exitCode, string error, _) = await WriteAsync(cmdlet, page);

        Assert.Equal(1, exitCode);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Contains("error HELP", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_keeps_its_words_and_a_transcript_its_lines()
    {
        (int exitCode, string error, XDocument? help) = await WriteAsync(
            "Get-ArImage",
            "# Get-ArImage\n\nOne *line*\nand `<b>` & another.\n\n## Examples\n\n### "
                + "One\n\nText.\n\n```powershell\nPS> 1\n\n  1\n```\n"
        );

        Assert.Equal("", error);
        Assert.Equal(0, exitCode);
        XElement command = help!
            .Root!.Elements()
            .Single(each => each.Descendants().Any(name => name.Value == "Get-ArImage"));
        Assert.Contains(command.Descendants(), each => each.Value == "One line and <b> & another.");
        Assert.Equal("PS> 1\n\n  1", command.Descendants().Single(each => each.Name.LocalName == "code").Value);
    }

    [Fact]
    public async Task A_row_that_is_too_wide_is_broken_in_its_last_column_and_goes_on_below_it()
    {
        string before = new('a', 50), text = "some words that do not fit into the last column of this table";
        (_, _, XDocument? help) = await WriteAsync(
            "Get-ArImage",
            $"# Get-ArImage\n\n## Examples\n\n### One\n\n```powershell\nPS> 1\n\n{"A",-50} B\n{new string('-', 50)} -\n"
                + $"{before} {text}\n\n{before} {text}\n```\n");

        string[] lines = help!.Descendants().Single(each => each.Name.LocalName == "code").Value.Split('\n');
        Assert.Equal(
            [$"{before} some words that do not", $"{"",-51}fit into the last column", $"{"",-51}of this table"],
            lines[4..7]);
        Assert.StartsWith("  fit into", lines[9], StringComparison.Ordinal);
    }

    /// <summary>Get-Help -Online opens the first address in the links of a cmdlet.</summary>
    [Theory]
    [InlineData("https://git.example/team/module", "https://git.example/team/module/blob/main/")]
    [InlineData("https://git.example/team/module/", "https://git.example/team/module/blob/main/")]
    [InlineData(null, null)]
    public async Task Each_cmdlet_leads_to_a_page_of_the_documentation_at_the_address_of_the_manifest(
        string? project,
        string? start
    )
    {
        foreach (string page in Directory.GetFiles(Path.Combine(Checkout.Root, "src/ArtifactRegistry/Help")))
            File.Copy(page, Path.Combine(_folder.Path, Path.GetFileName(page)));
        string manifest = await File.ReadAllTextAsync(Checkout.Manifest, TestContext.Current.CancellationToken);
        if (project is not null)
            manifest = manifest.Replace(
                "LicenseUri ",
                $"ProjectUri = '{project}'\n            LicenseUri ",
                StringComparison.Ordinal
            );

        (int exitCode, _, XDocument? help) = await WriteAsync(null, "", manifest);

        Assert.Equal(0, exitCode);
        XElement[] cmdlets = [.. help!.Root!.Elements()];
        Assert.True(cmdlets.Length > 15);
        foreach (XElement cmdlet in cmdlets)
        {
            string[] addresses =
            [
                .. cmdlet.Descendants().Where(each => each.Name.LocalName == "uri").Select(each => each.Value),
            ];
            if (start is null)
            {
                Assert.Empty(addresses);
                continue;
            }

            string address = Assert.Single(addresses);
            Assert.StartsWith(start, address, StringComparison.Ordinal);
            Assert.True(File.Exists(Path.Combine(Checkout.Root, address[start.Length..])), address);
        }
    }

    public void Dispose() => _folder.Dispose();

    private async Task<(int ExitCode, string Error, XDocument? Help)> WriteAsync(
        string? cmdlet,
        string page,
        string? manifest = null
    )
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        if (cmdlet is not null) await File.WriteAllTextAsync(Path.Combine(_folder.Path, cmdlet + ".md"), page, stop);
        string settings = Path.Combine(_folder.Path, "module.psd1");
        await File.WriteAllTextAsync(settings, manifest ?? "@{ }", stop);
        string output = Path.Combine(_folder.Path, "help.xml");
        string module = Path.Combine(Checkout.Root, "bin/ArtifactRegistry.dll");
        ProcessStartInfo start = Checkout.Program("Help", module, _folder.Path, settings, output);
        start.RedirectStandardError = true;
        using Process process = Process.Start(start)!;
        string error = await process.StandardError.ReadToEndAsync(stop);
        await process.WaitForExitAsync(stop);
        return (process.ExitCode, error, File.Exists(output) ? XDocument.Load(output) : null);
    }
}
