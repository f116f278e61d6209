namespace ArtifactRegistry.Benchmarks;

/// <summary>A PowerShell in which scripts run as a process: pwsh where it is installed, and the shell of this repository.</summary>
/// <param name="Name">For the table.</param>
/// <param name="File">What is started.</param>
/// <param name="Arguments">What stands before the script.</param>
/// <param name="Import">What a script begins with.</param>
internal sealed record Engine(string Name, string File, string[] Arguments, string Import)
{
    /// <summary>The engines of this machine, the one that most people have first.</summary>
    public static IReadOnlyList<Engine> All { get; } = Found().ToList();

    /// <summary>Runs a script; gives the numbers that it wrote as NAME=NUMBER, and "wall", the time of the process.</summary>
    public async Task<Dictionary<string, double>> RunAsync(
        string script, Uri emulator, CancellationToken stop, params (string Name, string Value)[] environment)
    {
        string text = $"$ErrorActionPreference = 'Stop'; $ProgressPreference = 'SilentlyContinue'; {Import}{script}";
        (string output, double wall) = await Processes.RunAsync(File, [.. Arguments, "-Command", text], emulator, stop, environment);
        Dictionary<string, double> numbers = Processes.Numbers(output);
        numbers["wall"] = wall;
        return numbers;
    }

    private static IEnumerable<Engine> Found()
    {
        if (Processes.Find("pwsh") is string pwsh)
            yield return new Engine("pwsh", pwsh, ["-NoProfile", "-NonInteractive"], $"Import-Module '{Processes.Module}'; ");
        yield return new Engine("src/Shell", Processes.DotNet, [Processes.Assembly("Shell"), "-NonInteractive"], "");
    }
}
