using System.Buffers;
using System.Security.Cryptography;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>The digest of an image: <c>sha256:</c> and 64 lowercase hexadecimal digits.</summary>
/// <remarks>
/// The OCI image-spec defines other algorithms too; Artifact Registry names versions only by SHA-256. The specification
/// requires lowercase digits (https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md#sha-256).
/// </remarks>
public static class Digest
{
    internal const string Prefix = "sha256:";
    internal const int HexLength = 64;

    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");

    /// <summary>
    /// Returns whether a text is a complete digest. Never throws: returns false for null and malformed text.
    /// </summary>
    public static bool IsValid(string? digest)
    {
        if (digest is null || digest.Length != Prefix.Length + HexLength) return false;
        return digest.StartsWith(Prefix, StringComparison.Ordinal)
            && digest.AsSpan(Prefix.Length).IndexOfAnyExcept(Hex) < 0;
    }

    /// <summary>Gets the digest of bytes.</summary>
    internal static string Of(ReadOnlySpan<byte> bytes) => FromHash(SHA256.HashData(bytes));

    /// <summary>Gets the digest that has a hash.</summary>
    internal static string FromHash(ReadOnlySpan<byte> hash) => Prefix + Convert.ToHexString(hash).ToLowerInvariant();

    /// <summary>Gets all digests in a text, whatever surrounds them.</summary>
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

    /// <summary>
    /// Gets the short form of a digest for tables, <c>sha256:4be1…9c0a</c>; text that is not a digest is returned
    /// unchanged.
    /// </summary>
    /// <remarks>
    /// For display only: <see cref="ImageName.Parse"/> rejects the short form. If standard output is redirected in an
    /// encoding without an ellipsis, two dots replace it.
    /// </remarks>
    public static string Shorten(string? digest)
    {
        if (!IsValid(digest)) return digest ?? "";
        return string.Concat(digest.AsSpan(0, Prefix.Length + 4), SafeText.Ellipsis, digest.AsSpan(digest!.Length - 4));
    }
}
