using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace ArtifactRegistry.Help;

/// <summary>An example: a title and text that describe it, and the transcript of the prompt.</summary>
internal sealed record Example(string Title, IReadOnlyList<string> Text, string Transcript);

/// <summary>What to read next.</summary>
/// <param name="Text">The name of a cmdlet or of an about page, or the path of a page of the documentation.</param>
/// <param name="IsDocument">Whether it is a page of the documentation.</param>
internal sealed record SeeAlso(string Text, bool IsDocument);

/// <summary>
/// The page of a cmdlet in Markdown: a description under its name, then the sections Parameters (additions to their doc
/// comments), Examples (each with a heading, text and a transcript), Notes and See also.
/// </summary>
internal sealed class Page
{
    private readonly List<string> _description = [], _notes = [];
    private readonly List<SeeAlso> _links = [];
    private readonly Dictionary<string, List<string>> _parameters = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Example> _examples = [];

    private Page(string name) => Name = name;

    public string Name { get; }

    public IReadOnlyList<string> Description => _description;

    public IReadOnlyDictionary<string, List<string>> Parameters => _parameters;

    public IReadOnlyList<Example> Examples => _examples;

    public IReadOnlyList<string> Notes => _notes;

    public IReadOnlyList<SeeAlso> Links => _links;

    /// <summary>Creates an empty page.</summary>
    public static Page Empty(string name) => new(name);

    /// <summary>Reads the page of a cmdlet.</summary>
    /// <exception cref="FormatException">The page contains something that would be lost.</exception>
    public static Page Read(string path)
    {
        Page page = new(Path.GetFileNameWithoutExtension(path));
        string section = "", item = "";
        foreach (Block block in Markdown.Parse(File.ReadAllText(path)))
        {
            if (block is HeadingBlock heading)
            {
                (section, item) = heading.Level switch
                {
                    1 => ("Description", Text(heading.Inline)),
                    2 => (Text(heading.Inline), ""),
                    _ => (section, Text(heading.Inline)),
                };
                if (heading.Level == 1 && item != page.Name) throw Lost(path, block, $"the name '{item}'");
                if (section == "Examples" && item.Length > 0) page._examples.Add(new Example(item, [], ""));
            }
            else if (!page.Take(section, item, block)) throw Lost(path, block, $"what is under '{section}'");
        }

        return page;
    }

    private bool Take(string section, string item, Block block)
    {
        switch (section, block)
        {
            case ("Description", ParagraphBlock text):
                _description.Add(Text(text.Inline));
                return true;
            case ("Parameters", ParagraphBlock text) when item.Length > 0:
                if (!_parameters.TryGetValue(item, out List<string>? more)) _parameters[item] = more = [];
                more.Add(Text(text.Inline));
                return true;
            case ("Examples", ParagraphBlock text) when item.Length > 0 && _examples[^1].Transcript.Length == 0:
                _examples[^1] = _examples[^1] with { Text = [.. _examples[^1].Text, Text(text.Inline)] };
                return true;
            case ("Examples", FencedCodeBlock code) when item.Length > 0 && _examples[^1].Transcript.Length == 0:
                _examples[^1] = _examples[^1] with { Transcript = code.Lines.ToString().ReplaceLineEndings("\n") };
                return true;
            case ("Notes", ParagraphBlock text):
                _notes.Add(Text(text.Inline));
                return true;
            case ("See also", ListBlock list):
                _links.AddRange(list.Cast<ListItemBlock>().Select(entry => Link(((ParagraphBlock)entry[0]).Inline!)));
                return true;
            default:
                return false;
        }
    }

    private static SeeAlso Link(ContainerInline inlines) =>
        inlines.FirstChild is LinkInline link ? new SeeAlso(Text(link), true) : new SeeAlso(Text(inlines), false);

    private static string Text(ContainerInline? inlines) => string.Concat(inlines!.Select(inline => inline switch
    {
        LiteralInline literal => literal.Content.ToString(),
        CodeInline code => code.Content,
        LineBreakInline => " ",
        LinkInline { IsImage: false } link => $"{Text(link)} ({link.Url})",
        EmphasisInline nested => Text(nested),
        _ => throw new FormatException($"a {inline.GetType().Name} has no place in help."),
    }));

    private static FormatException Lost(string path, Block block, string what) =>
        new($"{Path.GetFileName(path)}, line {block.Line + 1}: {what} has no place in help.");
}
