using System.Diagnostics.CodeAnalysis;

namespace ArtifactRegistry;

/// <summary>
/// A tag that names a digest: the digest that it points to belongs to the image that it names.
/// </summary>
/// <remarks>
/// <c>sha256-HEX</c> is the referrers tag schema, an index over all that refers to the digest, for clients of
/// registries without the referrers API
/// (https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#referrers-tag-schema).
/// <c>sha256-HEX.sig</c>, <c>.att</c> and <c>.sbom</c> are cosign's
/// (https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md#tag-based-discovery).
/// </remarks>
/// <param name="Subject">The digest that the tag names.</param>
/// <param name="Kind">The kind of the digest that it points to, according to the tag.</param>
internal readonly record struct ReferrerTag(string Subject, ImageKind Kind)
{
    private const string Prefix = "sha256-";
    private const int Length = 7 + Digest.HexLength;

    /// <summary>Gets the tags that name a digest.</summary>
    public static IReadOnlyList<string> Of(string digest)
    {
        string tag = digest.Replace(':', '-');
        return [tag, $"{tag}.sig", $"{tag}.att", $"{tag}.sbom"];
    }

    /// <summary>Parses a tag; returns false if it does not name a digest.</summary>
    public static bool TryParse(string tag, [NotNullWhen(true)] out ReferrerTag? read)
    {
        read = null;
        if (tag.Length < Length || !tag.StartsWith(Prefix, StringComparison.Ordinal)) return false;
        string subject = Digest.Prefix + tag[Prefix.Length..Length];
        ImageKind? kind = tag[Length..] switch
        {
            "" => ImageKind.Index,
            ".sig" => ImageKind.Signature,
            ".att" => ImageKind.Attestation,
            ".sbom" => ImageKind.Sbom,
            _ => null,
        };
        if (kind is ImageKind known && Digest.IsValid(subject)) read = new ReferrerTag(subject, known);
        return read is not null;
    }
}
