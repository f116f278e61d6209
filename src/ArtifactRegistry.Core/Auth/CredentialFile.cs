using ArtifactRegistry.Http;

namespace ArtifactRegistry.Auth;

/// <summary>
/// A credential file that has been read and checked: nothing in it may cause a secret to be sent to a wrong place.
/// See https://google.aip.dev/auth/4110 and the pages linked there.
/// </summary>
/// <remarks>Not a record, because the ToString of a record would show the secrets.</remarks>
internal sealed class CredentialFile
{
    private const int MaxLength = 1 << 20;

    /// <summary>Gets the <c>type</c>, one of those that <see cref="IGoogleAuth"/> knows.</summary>
    public required string Type { get; init; }

    /// <summary>Gets the content for <see cref="IGoogleAuth"/>.</summary>
    public required string Json { get; init; }

    /// <summary>
    /// Gets the account that the content signs in as, before it acts as another; null if the file does not contain it.
    /// </summary>
    public string? Account { get; init; }

    /// <summary>Gets the project that the file belongs to; null if it does not contain one.</summary>
    public string? Project { get; init; }

    public string? QuotaProject { get; init; }

    /// <summary>
    /// Gets the full name of the provider of workload or workforce identity federation; null for other files.
    /// </summary>
    public string? Audience { get; init; }

    /// <summary>Gets the hosts that prove the identity of this machine, for identity federation.</summary>
    public IReadOnlyList<string> IdentityProviders { get; init; } = [];

    /// <summary>Gets the accounts to act as, one after the other, according to the file; usually one or none.</summary>
    public IReadOnlyList<Impersonation> Impersonations { get; init; } = [];

    /// <summary>Gets whether the token is signed here, without a request to a service.</summary>
    public bool SelfSigned { get; init; }

    /// <summary>Reads and checks a file.</summary>
    /// <exception cref="RegistryException">
    /// It cannot be read, is not a credential file, or contains an address that is not allowed.
    /// </exception>
    public static CredentialFile Read(string path, string description, Endpoints endpoints)
    {
        string text;
        try
        {
            using FileStream file = SharedFile.Open(path);
            using StreamReader reader = new(file);
            char[] buffer = new char[MaxLength];
            int length = reader.ReadBlock(buffer);
            if (length == MaxLength) throw new IOException("It is longer than any credential.");
            text = new string(buffer, 0, length);
        }
        catch (Exception e)
            when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            string why = e is FileNotFoundException or DirectoryNotFoundException
                ? "there is no such file."
                : e.Message;
            throw new RegistryException(RegistryErrorKind.Unauthenticated, $"Cannot read {description}: {why}", e)
            {
                Advice = "Check the path, and that this account of the machine may read the file.",
            };
        }

        return new CredentialFileReader(description, endpoints).Read(text);
    }

    /// <inheritdoc/>
    public override string ToString() => Type;
}
