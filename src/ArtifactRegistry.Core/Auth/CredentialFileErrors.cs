namespace ArtifactRegistry.Auth;

/// <summary>
/// The errors of a credential file. They name fields, and never repeat their values except addresses: a secret may be
/// in the wrong field.
/// </summary>
/// <param name="description">A description of the file, for example "the credential file 'key.json'".</param>
internal sealed class CredentialFileErrors(string description)
{
    /// <summary>Gets the description of the file, as a sentence begins.</summary>
    public string Subject => char.ToUpperInvariant(description[0]) + description[1..];

    /// <summary>Creates the error of a file that cannot be used.</summary>
    /// <param name="what">The problem with it.</param>
    public RegistryException Wrong(string what) =>
        new(RegistryErrorKind.Unauthenticated, $"{Subject} cannot be used to sign in: {what}.")
        {
            Advice =
                "A person makes a new file with: gcloud auth application-default login. A service account gets one "
                    + "with: gcloud iam service-accounts keys create KEY.json --iam-account=ACCOUNT",
        };

    /// <summary>Creates the error of a file that would cause a secret to be sent to a wrong place.</summary>
    /// <param name="field">The field that contains the address.</param>
    /// <param name="address">The address.</param>
    /// <param name="why">The reason why it is wrong.</param>
    public RegistryException Unsafe(string field, string address, string why)
    {
        // Only an address is shown, without user and query.
        const UriComponents Shown = UriComponents.SchemeAndServer | UriComponents.Path;
        string where = Uri.TryCreate(address, UriKind.Absolute, out Uri? parsed)
            ? $"leads to '{parsed.GetComponents(Shown, UriFormat.UriEscaped)}', and {why}"
            : "is not an address";
        return new RegistryException(
            RegistryErrorKind.UnsafeRequest,
            $"{Subject} is not used: {field} {where}. Take such a file only from Google Cloud and people you trust.");
    }

    /// <summary>
    /// Describes a file that contains a credential in another form than JSON; null for any other text.
    /// </summary>
    public static string? DescribeOtherForm(string text)
    {
        string start = text.TrimStart();
        return start.StartsWith("-----BEGIN", StringComparison.Ordinal)
                ? "it holds a private key alone; the JSON file that the key came in is needed"
            : start.StartsWith("eyJ", StringComparison.Ordinal) || start.StartsWith("ewo", StringComparison.Ordinal)
                ? "it holds base64; decode it first, for example with base64 --decode"
            : start.StartsWith("ya29.", StringComparison.Ordinal)
                ? "it holds an access token; use the variable CLOUDSDK_AUTH_ACCESS_TOKEN_FILE for such a file"
            : null;
    }

    /// <summary>
    /// Gets the name of a type or domain as it may be shown: such names are short and have no uppercase letters.
    /// </summary>
    public static string Shown(string name) =>
        name.Length <= 60 && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '.' or '-')
            ? name
            : "(not shown)";
}
