using System.Reflection;
using System.Xml.Linq;

namespace ArtifactRegistry.Help;

/// <summary>
/// Writes the help file of the module for Get-Help. The parameters of a cmdlet come from its assembly, their meaning
/// from the doc comments, and the rest, above all the examples, from one page per cmdlet.
/// </summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        if (args is not [string assembly, string pages, string manifest, string output, .. { Length: 0 or 2 } about])
        {
            Console.Error.WriteLine("Usage: ArtifactRegistry.Help ASSEMBLY PAGES MANIFEST OUTPUT [ABOUT OUTPUT]");
            return 64;
        }

        try
        {
            Assembly module = HelpFile.Load(assembly);
            XDocument help = HelpFile.Write(module, pages, manifest);
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(output))!);
            help.Save(output);
            if (about is [string page, string written])
                File.WriteAllText(written, AboutPage.Write(module, File.ReadAllText(page)));
            return 0;
        }
        catch (Exception e) when (e is FormatException or IOException)
        {
            // In the form that MSBuild recognizes as a build error.
            Console.Error.WriteLine($"{pages}: error HELP: {e.Message}");
            return 1;
        }
    }
}
