using System.Text.RegularExpressions;

namespace ArtifactRegistry.Operations.CleanUp.Stale;

/// <summary>The tags that keep an image unless a rule names them.</summary>
internal static partial class ProtectedTags
{
    /// <summary>The tag that is meant where no tag is written.</summary>
    public const string Latest = "latest";

    /// <summary>Returns whether a tag looks like a release: three numbers, perhaps after a v.</summary>
    public static bool IsRelease(string tag) => Release().IsMatch(tag);

    [GeneratedRegex(@"^[vV]?[0-9]+\.[0-9]+\.[0-9]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Release();
}
