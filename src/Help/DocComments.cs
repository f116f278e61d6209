using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ArtifactRegistry.Help;

/// <summary>The doc comments of an assembly, from the XML file that the compiler wrote beside it.</summary>
internal sealed partial class DocComments
{
    private readonly Dictionary<string, XElement> _members;

    /// <param name="assembly">The assembly, with its XML file beside it; without one there are none.</param>
    public DocComments(string assembly)
    {
        string file = Path.ChangeExtension(assembly, ".xml");
        _members = File.Exists(file)
            ? XDocument.Load(file).Descendants("member").ToDictionary(member => (string)member.Attribute("name")!)
            : [];
    }

    /// <summary>Gets the summary of a type in plain text; empty if it has none.</summary>
    public string Of(Type type) => Summary($"T:{type.FullName}");

    /// <summary>Gets the summary of a property where it is declared, in plain text; empty if it has none.</summary>
    public string Of(Type declaring, string property) => Summary($"P:{declaring.FullName}.{property}");

    private string Summary(string member) =>
        _members.TryGetValue(member, out XElement? comment) && comment.Element("summary") is XElement summary
            ? Space().Replace(string.Concat(summary.Nodes().Select(Text)), " ").Trim()
            : "";

    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        // <see cref="P:ArtifactRegistry.ImageTag.Tag"/>
        XElement { Name.LocalName: "see" } see => ((string?)see.Attribute("cref") ?? "").Split('.', ':')[^1],
        XElement element => string.Concat(element.Nodes().Select(Text)),
        _ => "",
    };

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
