using System.Management.Automation;
using ArtifactRegistry.Shell;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

public sealed class PowerShellProgramTests
{
    [Fact]
    public async Task A_restore_brings_the_PowerShell_whose_engine_the_tests_host()
    {
        ProcessResult result = await ProcessResult.OfAsync(
            PowerShellProgram.Start(
                "-NoProfile",
                "-Command",
                "\"$($PSVersionTable.PSVersion) $((Get-Module PSReadLine -ListAvailable).Count)\""
            )
        );

        Assert.Empty(result.Error);
        string engine = typeof(PSObject).Assembly.GetName().Version!.ToString(2);
        Assert.Matches(
            $@"^{engine.Replace(".", @"\.", StringComparison.Ordinal)}\.\d+ 1$",
            Assert.Single(result.Lines)
        );
    }
}
