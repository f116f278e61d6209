using System.Xml.Linq;

namespace ArtifactRegistry.Help;

/// <summary>
/// Writes the help file of the module, as Get-Help reads it. What a cmdlet takes comes from its assembly, what each
/// parameter means from the doc comments, and the rest, above all the examples, from a page a cmdlet.
/// </summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        if (args is not [string assembly, string pages, string output])
        {
            Console.Error.WriteLine("Usage: ArtifactRegistry.Help ASSEMBLY PAGES OUTPUT");
            return 64;
        }

        try
        {
            XDocument help = HelpFile.Write(assembly, pages);
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(output))!);
            help.Save(output);
            return 0;
        }
        catch (Exception e) when (e is FormatException or IOException)
        {
            // In the form that MSBuild takes for an error of the build.
            Console.Error.WriteLine($"{pages}: error HELP: {e.Message}");
            return 1;
        }
    }
}
