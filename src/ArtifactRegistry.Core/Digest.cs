using System.Buffers;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>The digest of an image: <c>sha256:</c> and 64 lower-case hexadecimal digits.</summary>
/// <remarks>
/// The OCI image-spec knows other algorithms; Artifact Registry names versions by SHA-256 alone. Hexadecimal digits
/// are lower case there (https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md#sha-256).
/// </remarks>
public static class Digest
{
    internal const string Prefix = "sha256:";
    internal const int HexLength = 64;

    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");

    /// <summary>Whether a text is a whole digest. No error: null and anything malformed are false.</summary>
    public static bool IsValid(string? digest)
    {
        if (digest is null || digest.Length != Prefix.Length + HexLength) return false;
        return digest.StartsWith(Prefix, StringComparison.Ordinal)
            && digest.AsSpan(Prefix.Length).IndexOfAnyExcept(Hex) < 0;
    }

    /// <summary>All digests that stand in a text, whatever is around them.</summary>
    internal static IEnumerable<string> AllIn(string text)
    {
        int length = Prefix.Length + HexLength;
        for (int at = text.IndexOf(Prefix, StringComparison.Ordinal); at >= 0 && at + length <= text.Length;
            at = text.IndexOf(Prefix, at + 1, StringComparison.Ordinal))
        {
            string digest = text.Substring(at, length);
            if (IsValid(digest)) yield return digest;
        }
    }

    /// <summary>A digest as tables show it, <c>sha256:4be1…9c0a</c>; what is no digest comes back unchanged.</summary>
    /// <remarks>
    /// For the eye only: <see cref="ImageName.Parse"/> refuses the short form. Where standard output is redirected in an encoding
    /// that has no ellipsis, two dots stand for it.
    /// </remarks>
    public static string Shorten(string? digest)
    {
        if (!IsValid(digest)) return digest ?? "";
        return string.Concat(digest.AsSpan(0, Prefix.Length + 4), SafeText.Ellipsis, digest.AsSpan(digest!.Length - 4));
    }
}
