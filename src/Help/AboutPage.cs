using System.Reflection;

namespace ArtifactRegistry.Help;

/// <summary>The about page of the module, with the table of errors made from the module's catalog.</summary>
internal static class AboutPage
{
    private const string Place = "{errors}";
    private const int Width = 80, Indent = 4;

    /// <summary>Fills in the table.</summary>
    /// <param name="module">The module's assembly.</param>
    /// <param name="page">The text of the page.</param>
    /// <exception cref="FormatException">The page has no place for the table.</exception>
    public static string Write(Assembly module, string page)
    {
        if (!page.Contains(Place, StringComparison.Ordinal))
            throw new FormatException($"the about page has no line {Place} for the table of errors.");
        object all = module
            .GetType("ArtifactRegistry.ErrorCatalog", throwOnError: true)!
            .GetProperty("All")!
            .GetValue(null)!;
        (string Id, string Meaning)[] errors =
        [
            .. ((IEnumerable<object>)all)
                .Select(entry => (Text(entry, "Id"), Text(entry, "Meaning")))
                .OrderBy(error => error.Item1, StringComparer.Ordinal),
        ];
        int column = Indent + errors.Max(error => error.Id.Length) + 2;
        string[] head = [Row("Id", "What it means", column), Row("--", "-------------", column)];
        return page.Replace(
            Place,
            string.Join('\n', [.. head, .. errors.Select(error => Row(error.Id, error.Meaning, column))]),
            StringComparison.Ordinal
        );
    }

    private static string Row(string id, string text, int column)
    {
        List<string> lines = [new string(' ', Indent) + id.PadRight(column - Indent)];
        foreach (string word in text.Split(' '))
        {
            bool isFirst = lines[^1].Length == column;
            if (!isFirst && lines[^1].Length + 1 + word.Length > Width)
                (lines, isFirst) = ([.. lines, new string(' ', column)], true);
            lines[^1] += isFirst ? word : " " + word;
        }

        return string.Join('\n', lines);
    }

    private static string Text(object entry, string name) =>
        (string)entry.GetType().GetProperty(name)!.GetValue(entry)!;
}
