namespace ArtifactRegistry.Tests;

/// <summary>A script file for one test.</summary>
internal sealed class ShellScript : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ar shell's ");

    public ShellScript(string text)
    {
        Path = System.IO.Path.Combine(_folder.FullName, "script.ps1");
        File.WriteAllText(Path, text);
    }

    /// <summary>In a folder with a blank and a quote, so that these are right everywhere.</summary>
    public string Path { get; }

    public void Dispose() => _folder.Delete(recursive: true);
}
