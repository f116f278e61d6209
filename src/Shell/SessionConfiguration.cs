namespace ArtifactRegistry.Shell;

/// <summary>A file for <c>pwsh -ConfigurationFile</c>, which loads the module before anything else is run.</summary>
/// <remarks>
/// Unlike a command in front of the user's, this leaves all other arguments as they are, also -File and "-".
/// </remarks>
internal sealed class SessionConfiguration : IDisposable
{
    /// <summary>The variable that names another manifest than that of the checkout, or its folder.</summary>
    public const string Variable = "ARTIFACTREGISTRY_MODULE";

    private const string Manifest = "ArtifactRegistry.psd1";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ar-shell-");

    private SessionConfiguration(string manifest)
    {
        string script = System.IO.Path.Combine(_folder.FullName, "import.ps1");
        // A failure of ModulesToImport, or of this script, would leave a process that neither runs nor ends.
        File.WriteAllText(
            script,
            $$"""
            try { Import-Module {{Quoted(manifest)}} -Global -ErrorAction Stop }
            catch {
                $advice = 'Build the solution, or correct {{Variable}}.'
                [Console]::Error.WriteLine("The module could not be loaded. $advice $_")
                [Environment]::Exit(1)
            }
            # With a configuration file, pwsh does not load its line editor by itself.
            if (-not ([Console]::IsInputRedirected -or [Console]::IsOutputRedirected)) {
                Import-Module PSReadLine -Global -ErrorAction Ignore
            }
            """);
        Path = System.IO.Path.Combine(_folder.FullName, "session.pssc");
        File.WriteAllText(
            Path,
            $$"""
            @{
                SchemaVersion = '2.0.0.0'
                GUID = '{{Guid.NewGuid()}}'
                SessionType = 'Default'
                ScriptsToProcess = {{Quoted(script)}}
            }
            """);
    }

    /// <summary>Gets the path of the file.</summary>
    public string Path { get; }

    /// <summary>Writes the file for the module of <see cref="Variable"/>, or else of this checkout.</summary>
    /// <exception cref="FileNotFoundException">There is no such module.</exception>
    public static SessionConfiguration ForModule()
    {
        string manifest = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given
            ? System.IO.Path.GetFullPath(Directory.Exists(given) ? System.IO.Path.Combine(given, Manifest) : given)
            : AboveThisProgram();
        return File.Exists(manifest)
            ? new SessionConfiguration(manifest)
            : throw new FileNotFoundException(
                $"There is no module '{manifest}'. Build the solution, or correct {Variable}."
            );
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string Quoted(string path) => $"'{path.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string AboveThisProgram()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = System.IO.Path.Combine(folder.FullName, Manifest);
            if (File.Exists(path)) return path;
        }

        return System.IO.Path.Combine(AppContext.BaseDirectory, Manifest);
    }
}
