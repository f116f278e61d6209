using System.Formats.Asn1;
using System.Security.Cryptography;

namespace ArtifactRegistry.Auth;

/// <summary>The <c>private_key</c> of a service account's key file.</summary>
internal static class PrivateKeyText
{
    /// <summary>Gets the key as this platform can use it, with line breaks mended that were escaped twice.</summary>
    /// <param name="pem">The field's text.</param>
    /// <param name="problem">What is wrong with the key, without a part of it; null if nothing is.</param>
    public static string Check(string pem, out string? problem)
    {
        // Templates and shells that escape JSON once more write \n as two characters.
        string mended = pem.Replace("\\r", "", StringComparison.Ordinal).Replace("\\n", "\n", StringComparison.Ordinal);
        problem = null;
        try
        {
            using var key = RSA.Create();
            key.ImportFromPem(mended);
        }
        catch (CryptographicException e) when (IsWhole(mended))
        {
            // Some systems have no RSA, or forbid a key that is this short.
            problem = $"its private_key is complete, but this system cannot use it: {e.Message.TrimEnd('.')}";
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            problem = "its private_key is not a private key in PEM; the file may be cut off or edited";
        }

        return mended;
    }

    /// <summary>Whether the text is PEM around one complete structure of ASN.1, whatever key that is.</summary>
    private static bool IsWhole(string pem)
    {
        if (!PemEncoding.TryFind(pem, out PemFields fields)) return false;
        try
        {
            byte[] content = Convert.FromBase64String(pem[fields.Base64Data]);
            var reader = new AsnReader(content, AsnEncodingRules.DER);
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
