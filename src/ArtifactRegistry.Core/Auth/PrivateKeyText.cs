using System.Formats.Asn1;
using System.Security.Cryptography;

namespace ArtifactRegistry.Auth;

/// <summary>The <c>private_key</c> of a service account's key file.</summary>
internal static class PrivateKeyText
{
    /// <summary>
    /// Gets the key in a form that this platform can use; line breaks that were escaped twice are corrected.
    /// </summary>
    /// <param name="pem">The field's text.</param>
    /// <param name="problem">The problem with the key, without any part of the key; null if there is none.</param>
    public static string Check(string pem, out string? problem)
    {
        // Templates and shells that escape JSON a second time write \n as two characters.
        string mended = pem.Replace("\\r", "", StringComparison.Ordinal).Replace("\\n", "\n", StringComparison.Ordinal);
        problem = null;
        try
        {
            using RSA key = RSA.Create();
            key.ImportFromPem(mended);
        }
        catch (CryptographicException e) when (IsWhole(mended))
        {
            // Some systems do not support RSA, or reject a key of this length.
            problem = $"its private_key is complete, but this system cannot use it: {e.Message.TrimEnd('.')}";
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            problem = "its private_key is not a private key in PEM; the file may be cut off or edited";
        }

        return mended;
    }

    /// <summary>
    /// Returns whether the text is PEM with one complete ASN.1 structure, whatever kind of key that is.
    /// </summary>
    private static bool IsWhole(string pem)
    {
        if (!PemEncoding.TryFind(pem, out PemFields fields)) return false;
        try
        {
            byte[] content = Convert.FromBase64String(pem[fields.Base64Data]);
            AsnReader reader = new(content, AsnEncodingRules.DER);
            AsnReader inside = reader.ReadSequence();
            while (inside.HasData) inside.ReadEncodedValue();
            return !reader.HasData;
        }
        catch (Exception e) when (e is FormatException or AsnContentException)
        {
            return false;
        }
    }
}
