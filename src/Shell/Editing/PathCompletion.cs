namespace ArtifactRegistry.Shell.Editing;

/// <summary>Completes paths of files, for which the engine needs cmdlets that this shell does not have.</summary>
internal static class PathCompletion
{
    private const string Separators = " \t\n,;=(){}|&@";

    public static (int Start, int Length, IReadOnlyList<string> Candidates) Find(string text, int cursor, string folder)
    {
        (int start, bool isQuoted) = WordStart(text, cursor);
        string word = text[start..cursor];
        int slash = word.LastIndexOfAny([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar]);
        string above = word[..(slash + 1)];
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string place = Path.Combine(folder, above.StartsWith('~') ? home + above[1..] : above);
        if (word.Length == 0 || word.IndexOfAny(['*', '?', '$']) >= 0 || !Directory.Exists(place))
            return (start, 0, []);

        IEnumerable<string> candidates = new DirectoryInfo(place).EnumerateFileSystemInfos(word[(slash + 1)..] + "*")
            .Select(entry => above + entry.Name)
            .Order(StringComparer.CurrentCulture)
            .Select(path => isQuoted || path.IndexOfAny([.. Separators, '\'']) < 0 ? path : Quoted(path));
        return (start, word.Length, [.. candidates]);
    }

    private static string Quoted(string path) => $"'{path.Replace("'", "''", StringComparison.Ordinal)}'";

    private static (int Start, bool IsQuoted) WordStart(string text, int cursor)
    {
        char quote = '\0';
        int start = 0;
        for (int i = 0; i < cursor; i++)
        {
            if (quote != '\0')
            {
                if (text[i] == quote) quote = '\0';
            }
            else if (text[i] is '"' or '\'') (quote, start) = (text[i], i + 1);
            else if (Separators.Contains(text[i], StringComparison.Ordinal)) start = i + 1;
        }

        return (start, quote != '\0');
    }
}
