using System.Management.Automation;
using System.Reflection;
using System.Xml.Linq;

namespace ArtifactRegistry.Help;

/// <summary>The help of one cmdlet in MAML, the XML that Get-Help reads.</summary>
/// <param name="project">The address of the repository; null if it has none.</param>
internal sealed class CommandHelp(string? project)
{
    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    private static readonly Dictionary<string, string> OfTheEngine = new()
    {
        ["WhatIf"] = "Shows what would be done, and changes nothing.",
        ["Confirm"] = "Asks before anything is changed; -Confirm:$false asks nothing, as scripts need it.",
    };

    private readonly Dictionary<Assembly, DocComments> _comments = [];

    /// <exception cref="FormatException">The page describes a parameter that does not exist.</exception>
    public XElement Write(CmdletInfo cmdlet, Page page)
    {
        List<CommandParameterInfo> parameters =
        [
            .. cmdlet
                .ParameterSets.SelectMany(Own)
                .DistinctBy(parameter => parameter.Name)
                .OrderBy(parameter => parameter.Name, StringComparer.Ordinal),
        ];
        if (
            page.Parameters.Keys.Except(parameters.Select(parameter => parameter.Name)).FirstOrDefault()
            is string unknown
        )
            throw new FormatException($"{page.Name}.md: {cmdlet.Name} has no parameter -{unknown}.");

        Type type = cmdlet.ImplementingType;
        object instance = Activator.CreateInstance(type)!;
        return new XElement(
            Command + "command",
            new XAttribute(XNamespace.Xmlns + "maml", Maml),
            new XAttribute(XNamespace.Xmlns + "command", Command),
            new XAttribute(XNamespace.Xmlns + "dev", Dev),
            new XElement(
                Command + "details",
                new XElement(Command + "name", cmdlet.Name),
                new XElement(Command + "verb", cmdlet.Verb),
                new XElement(Command + "noun", cmdlet.Noun),
                new XElement(Maml + "description", Para(Comments(type).Of(type)))),
            new XElement(Maml + "description", Paras(page.Description)),
            new XElement(Command + "syntax", cmdlet.ParameterSets.Select(set => new XElement(
                Command + "syntaxItem",
                new XElement(Maml + "name", cmdlet.Name),
                Own(set).Select(parameter => Parameter(parameter, null, instance))))),
            new XElement(Command + "parameters", parameters.Select(parameter => Parameter(
                parameter,
                [About(type, parameter.Name), .. page.Parameters.GetValueOrDefault(parameter.Name, [])],
                instance))),
            new XElement(
                Command + "inputTypes",
                parameters
                    .Where(parameter => parameter.ValueFromPipeline)
                    .Select(parameter =>
                        Typed(
                            Command + "inputType",
                            "System.String, or an object with the name in it",
                            $"What -{parameter.Name} takes."
                        )
                    )
            ),
            new XElement(
                Command + "returnValues",
                type.GetCustomAttributes<OutputTypeAttribute>()
                    .SelectMany(output => output.Type)
                    .Select(output =>
                        output.Type == typeof(void)
                            ? Typed(Command + "returnValue", "None", "Nothing is emitted.")
                            : Typed(Command + "returnValue", output.Name, Comments(output.Type).Of(output.Type))
                    )
            ),
            new XElement(Maml + "alertSet", new XElement(Maml + "alert", Paras(page.Notes))),
            new XElement(Command + "examples", page.Examples.Select((example, index) => new XElement(
                Command + "example",
                new XElement(Maml + "title", FormattableString.Invariant($"Example {index + 1}: {example.Title}")),
                new XElement(Dev + "code", ExampleText.Wrap(example.Transcript)),
                new XElement(Dev + "remarks", Paras(example.Text))))),
            new XElement(Command + "relatedLinks", Links(page.Links)));
    }

    // Get-Help -Online opens the first address. Where there is none, Get-Help must not recommend it, which it does unless
    // the length of the links is 0: so they are one link, whose own Length counts.
    private IEnumerable<XElement> Links(IReadOnlyList<SeeAlso> links) => project is not null
        ? links.Select(link => new XElement(
            Maml + "navigationLink",
            new XElement(Maml + "linkText", link.Text),
            link.IsDocument ? new XElement(Maml + "uri", $"{project.TrimEnd('/')}/blob/main/{link.Text}") : null))
        : [
            new XElement(
                Maml + "navigationLink",
                new XElement(Maml + "linkText", string.Join(", ", links.Select(link => link.Text))),
                new XElement(Maml + "Length", 0)),
        ];

    /// <summary>Gets the meaning of a parameter: the doc comment where it is declared.</summary>
    private string About(Type type, string name) =>
        OfTheEngine.TryGetValue(name, out string? text) ? text
        : type.GetProperty(name)?.DeclaringType is Type declaring ? Comments(declaring).Of(declaring, name)
        : throw new FormatException($"-{name} of {type.Name} is not a property.");

    private static IEnumerable<CommandParameterInfo> Own(CommandParameterSetInfo set) =>
        set
            .Parameters.Where(parameter => !Cmdlet.CommonParameters.Contains(parameter.Name))
            .OrderBy(parameter => parameter.Position < 0)
            .ThenBy(parameter => parameter.Position);

    private static XElement Parameter(CommandParameterInfo parameter, IEnumerable<string>? text, object instance)
    {
        bool isSwitch = parameter.ParameterType == typeof(SwitchParameter);
        bool globbing = parameter.Attributes.OfType<SupportsWildcardsAttribute>().Any();
        string typeName = TypeName(parameter.ParameterType);
        return new XElement(
            Command + "parameter",
            new XAttribute("required", parameter.IsMandatory),
            new XAttribute("variableLength", parameter.ParameterType.IsArray),
            new XAttribute("globbing", globbing),
            new XAttribute(
                "pipelineInput",
                (parameter.ValueFromPipeline, parameter.ValueFromPipelineByPropertyName) switch
                {
                    (true, true) => "True (ByValue, ByPropertyName)",
                    (true, false) => "True (ByValue)",
                    (false, true) => "True (ByPropertyName)",
                    _ => "False",
                }
            ),
            new XAttribute("position", parameter.Position < 0 ? "named" : parameter.Position),
            new XAttribute("aliases", parameter.Aliases.Count == 0 ? "none" : string.Join(", ", parameter.Aliases)),
            new XElement(Maml + "name", parameter.Name),
            text is null ? null : new XElement(Maml + "description", Paras(text)),
            isSwitch ? null : new XElement(
                Command + "parameterValue", new XAttribute("required", true),
                new XAttribute("variableLength", parameter.ParameterType.IsArray), typeName),
            text is null ? null : new XElement(Dev + "type", new XElement(Maml + "name", typeName)),
            text is null || parameter.IsMandatory || Default(instance, parameter.Name) is not string value ? null
                : new XElement(Dev + "defaultValue", value));
    }

    // The value of the property in a new cmdlet object; values that nobody would call a default are left out.
    private static string? Default(object instance, string name)
    {
        object? value = instance.GetType().GetProperty(name)?.GetValue(instance);
        return value switch
        {
            string[] { Length: > 0 } texts => string.Join(", ", texts),
            string { Length: > 0 } or int or double => FormattableString.Invariant($"{value}"),
            _ => null,
        };
    }

    private DocComments Comments(Type type)
    {
        if (!_comments.TryGetValue(type.Assembly, out DocComments? comments))
            _comments[type.Assembly] = comments = new DocComments(type.Assembly.Location);
        return comments;
    }

    private static string TypeName(Type type) => (Nullable.GetUnderlyingType(type) ?? type).Name;

    private static XElement Typed(XName element, string type, string text) =>
        new(
            element,
            new XElement(Dev + "type", new XElement(Maml + "name", type)),
            new XElement(Maml + "description", Para(text))
        );

    private static IEnumerable<XElement> Paras(IEnumerable<string> texts) => texts.Select(Para);

    private static XElement Para(string text) => new(Maml + "para", text);
}
