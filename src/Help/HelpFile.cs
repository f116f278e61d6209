using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Reflection;
using System.Runtime.Loader;
using System.Xml.Linq;

namespace ArtifactRegistry.Help;

/// <summary>The help of all cmdlets of an assembly.</summary>
internal static class HelpFile
{
    /// <summary>Loads the module; its dependencies are in the same folder.</summary>
    public static Assembly Load(string assembly)
    {
        string path = Path.GetFullPath(assembly);
        AssemblyLoadContext.Default.Resolving += (context, name) =>
            Path.Combine(Path.GetDirectoryName(path)!, name.Name + ".dll") is string beside && File.Exists(beside)
                ? context.LoadFromAssemblyPath(beside)
                : null;
        return AssemblyLoadContext.Default.LoadFromAssemblyPath(path);
    }

    /// <summary>Writes the help.</summary>
    /// <param name="module">The assembly.</param>
    /// <param name="pages">The folder of the pages.</param>
    /// <param name="manifest">The manifest of the module, which may have a ProjectUri.</param>
    /// <exception cref="FormatException">A page describes something that does not exist.</exception>
    public static XDocument Write(Assembly module, string pages, string manifest)
    {
        Dictionary<string, CmdletInfo> cmdlets = module.GetExportedTypes()
            .Select(type => (Type: type, Cmdlet: type.GetCustomAttribute<CmdletAttribute>()))
            .Where(pair => pair.Cmdlet is not null)
            .Select(pair => new CmdletInfo($"{pair.Cmdlet!.VerbName}-{pair.Cmdlet.NounName}", pair.Type))
            .ToDictionary(cmdlet => cmdlet.Name);

        Dictionary<string, Page> written = Directory
            .GetFiles(pages, "*.md")
            .Select(Page.Read)
            .ToDictionary(page => page.Name);
        if (written.Keys.Except(cmdlets.Keys).FirstOrDefault() is string unknown)
            throw new FormatException($"{unknown}.md: there is no cmdlet of that name.");

        CommandHelp writer = new(ProjectIn(manifest));
        return new XDocument(
            new XElement(
                XName.Get("helpItems", "http://msh"),
                new XAttribute("schema", "maml"),
                cmdlets
                    .Values.OrderBy(cmdlet => cmdlet.Name, StringComparer.Ordinal)
                    .Select(cmdlet =>
                        writer.Write(cmdlet, written.GetValueOrDefault(cmdlet.Name) ?? Page.Empty(cmdlet.Name))
                    )
            )
        );
    }

    /// <summary>The address of the repository, which stands in the manifest alone; null if it has none.</summary>
    private static string? ProjectIn(string manifest) =>
        Parser
            .ParseFile(Path.GetFullPath(manifest), out _, out _)
            .Find(node => node is HashtableAst, searchNestedScriptBlocks: false)
            is HashtableAst table
        && table.SafeGetValue() is IDictionary values
        && values["PrivateData"] is IDictionary data
        && data["PSData"] is IDictionary gallery
            ? gallery["ProjectUri"] as string
            : null;
}
