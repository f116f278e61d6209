using System.Text.RegularExpressions;

namespace ArtifactRegistry.Operations.InUse;

/// <summary>Finds names of images in texts of any form: YAML, shell scripts, fields of custom resources.</summary>
internal static partial class ImageNamesInText
{
    /// <summary>Gets the names that are in a registry of Google or have a digest.</summary>
    public static IEnumerable<string> Find(string text) => Names().Matches(text).Select(match => match.Value);

    [GeneratedRegex(
        RegistryHosts.InText
            + @"/[\w./-]*\w(?::[\w.-]+)?(?:@sha256:[0-9a-f]{64})?|[\w.:/-]*\w@sha256:[0-9a-f]{64}",
        RegexOptions.CultureInvariant)]
    private static partial Regex Names();
}
