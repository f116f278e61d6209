using System.Text;
using ArtifactRegistry.Operations.CleanUp.Stale;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>Reads files of rules for stale images, which are PowerShell data files or JSON.</summary>
internal static class StaleRulePath
{
    // More would not be read; Test-ArStaleRule shows all.
    private const int MostShown = 20;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Reads a file, in which there may be problems.</summary>
    /// <param name="path">The full path.</param>
    /// <exception cref="RegistryException">There is no file, or it cannot be read.</exception>
    public static StaleRuleFile Read(string path)
    {
        byte[] bytes = ReadBytes(path);
        if (bytes.Length > StaleRuleFile.MaxBytes) return Unreadable(null, "The file is larger than 1 MB.");
        bool isJson = path.EndsWith(".json", StringComparison.OrdinalIgnoreCase);
        if (!isJson && !path.EndsWith(".psd1", StringComparison.OrdinalIgnoreCase))
            return Unreadable(null, "The name of the file ends neither with .psd1 nor with .json.");

        string text;
        try
        {
            text = Decode(bytes);
        }
        catch (DecoderFallbackException e)
        {
            int line = 1 + bytes.AsSpan(0, Math.Clamp(e.Index, 0, bytes.Length)).Count((byte)'\n');
            return Unreadable(
                line, "This is not UTF-8. Save the file as UTF-8, or as UTF-16 with its byte order mark.");
        }

        if (text.Contains('\0', StringComparison.Ordinal))
            return Unreadable(1, "This is not text. UTF-16 needs a byte order mark; UTF-8 does not.");
        if (string.IsNullOrWhiteSpace(text)) return Unreadable(null, "The file is empty.");

        List<StaleRuleProblem> problems = [];
        RuleValue? value = isJson ? JsonRules.Parse(text, problems) : DataFileRules.Parse(text, problems);
        return value is null
            ? StaleRuleFile.Unreadable(problems)
            : StaleRuleReader.Read(value, DateTimeOffset.Now);
    }

    /// <summary>Reads a file in which there must be no problem.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="given">The path as it was given, for messages.</param>
    /// <param name="notDone">What does not happen if there is a problem.</param>
    /// <exception cref="RegistryException">There is a problem; the message lists all of them.</exception>
    public static StaleRuleFile Require(string path, string given, string notDone)
    {
        StaleRuleFile file = Read(path);
        if (file.Problems.Count == 0) return file;
        IEnumerable<string> lines = file.Problems.Take(MostShown).Select(problem => $"\n- {problem}");
        string more = file.Problems.Count > MostShown ? $"\n- … and {file.Problems.Count - MostShown} more" : "";
        throw new RegistryException(
            RegistryErrorKind.InvalidRule,
            $"The rules in '{given}' cannot be used, so {notDone}:{string.Concat(lines)}{more}")
        {
            NamesItsSubject = true,
            Advice = "Correct the file. Test-ArStaleRule checks it without a registry.",
        };
    }

    /// <summary>Gets the patterns that are examined: each once, and none beside its whole repository.</summary>
    public static IEnumerable<ImagePattern> Scopes(IReadOnlyList<ImagePattern> images)
    {
        HashSet<ImageName> whole =
            [.. images.Where(image => !image.HasWildcards && image.Name.IsRepository).Select(image => image.Name)];
        return images.DistinctBy(image => image.ToString())
            .Where(image => whole.Contains(image.Name)
                ? !image.HasWildcards : !whole.Contains(image.Name.ToRepository()));
    }

    private static byte[] ReadBytes(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            byte[] bytes = new byte[StaleRuleFile.MaxBytes + 1];
            return bytes[..file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RegistryException(RegistryErrorKind.NotFound, $"There is no file '{path}'.", e)
            {
                NamesItsSubject = true,
                Advice = "Give the path of a file with rules: .psd1 or .json.",
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RegistryException(
                RegistryErrorKind.InvalidRule, $"The rules in '{path}' cannot be read: {e.Message}", e)
            {
                NamesItsSubject = true,
                Advice = "Give the path of a file that you may read.",
            };
        }
    }

    private static string Decode(byte[] bytes) => bytes switch
    {
        [0xEF, 0xBB, 0xBF, ..] => StrictUtf8.GetString(bytes, 3, bytes.Length - 3),
        [0xFF, 0xFE, ..] => Encoding.Unicode.GetString(bytes, 2, bytes.Length - 2),
        [0xFE, 0xFF, ..] => Encoding.BigEndianUnicode.GetString(bytes, 2, bytes.Length - 2),
        _ => StrictUtf8.GetString(bytes),
    };

    private static StaleRuleFile Unreadable(int? line, string text) =>
        StaleRuleFile.Unreadable(new StaleRuleProblem(line, null, SafeText.Clean(text)));
}
