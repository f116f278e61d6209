using System.Management.Automation;
using System.Net;
using System.Security;

namespace ArtifactRegistry;

/// <summary>Lets a SecureString parameter accept plain text as well, such as a token from a command's output.</summary>
public sealed class SecureTextArgumentAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is SecureString or null) return value;
        // The message must not repeat the input, which may be the secret in another form.
        if (value is not string { Length: > 0 } text)
            throw new ArgumentTransformationMetadataException("Expected a SecureString, or text that is not empty.");
        return Hide(text);
    }

    internal static SecureString Hide(string text) => new NetworkCredential("", text).SecurePassword;

    internal static string Reveal(SecureString secret) => new NetworkCredential("", secret).Password;
}
