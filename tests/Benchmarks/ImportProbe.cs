using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace ArtifactRegistry.Benchmarks;

/// <summary>How long Import-Module takes in a running engine of the kind that src/Shell has.</summary>
internal static class ImportProbe
{
    public static int Run()
    {
        using Runspace runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        // The engine is warm, and so is the import of a module; ours is not.
        Invoke(runspace, "Get-Module | Out-Null; New-Module -Name Warm { } | Import-Module");
        long began = Stopwatch.GetTimestamp();
        Invoke(runspace, $"Import-Module '{Processes.Module}'");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"import={Stopwatch.GetElapsedTime(began).TotalMilliseconds}"));
        return 0;
    }

    private static void Invoke(Runspace runspace, string script)
    {
        using PowerShell shell = PowerShell.Create(runspace);
        shell.AddScript(script).Invoke();
        if (shell.HadErrors) throw new InvalidOperationException(shell.Streams.Error[0].ToString());
    }
}
