namespace ArtifactRegistry.Shell.Demo;

/// <summary>A step of the walk-through: what it says, and the command that it runs, if any.</summary>
/// <param name="Comment">Lines that begin with "#".</param>
/// <param name="Command">PowerShell text; empty where there is only something to say.</param>
/// <param name="IsRefused">Whether the command has to end in an error, to show that it does.</param>
internal sealed record DemoStep(string Comment, string Command, bool IsRefused)
{
    private const string RefusedMark = "#!";

    /// <summary>Reads Demo.ps1: steps are separated by blank lines, and "#!" marks one that is refused.</summary>
    public static IReadOnlyList<DemoStep> Load()
    {
        using Stream stream = typeof(DemoStep).Assembly.GetManifestResourceStream("Demo.ps1")
            ?? throw new InvalidOperationException("The walk-through is not in this assembly.");
        using StreamReader reader = new(stream);
        return [.. reader.ReadToEnd().ReplaceLineEndings("\n")
            .Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(Parse)];
    }

    private static DemoStep Parse(string text)
    {
        string[] lines = text.Split('\n');
        IEnumerable<string> comment = lines.TakeWhile(line => line.StartsWith('#'));
        return new DemoStep(
            string.Join('\n', comment.Select(line => "# " + line.TrimStart('#', '!', ' '))),
            string.Join('\n', lines.SkipWhile(line => line.StartsWith('#'))),
            text.StartsWith(RefusedMark, StringComparison.Ordinal));
    }
}
