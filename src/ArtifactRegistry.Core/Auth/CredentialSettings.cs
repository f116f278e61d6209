namespace ArtifactRegistry.Auth;

/// <summary>What Connect-ArRegistry was told about credentials. Whatever is null is looked for in the environment.</summary>
/// <remarks>No record: the text of a record would show the token.</remarks>
internal sealed class CredentialSettings
{
    /// <summary>A token to use as it is.</summary>
    public string? AccessToken { internal get; init; }

    /// <summary>The full path of a credential file.</summary>
    public string? CredentialFile { get; init; }

    /// <summary>Use the account that gcloud is signed in with.</summary>
    public bool UseGcloud { get; init; }

    /// <summary>Send requests without credentials, as for a public repository.</summary>
    public bool Anonymous { get; init; }

    /// <summary>The e-mail address of the service account to act as.</summary>
    public string? ImpersonateServiceAccount { get; init; }

    /// <summary>The chain of accounts in between, each of which may impersonate the next.</summary>
    public IReadOnlyList<string> Delegates { get; init; } = [];

    /// <summary>The project whose quota requests count against.</summary>
    public string? QuotaProject { get; init; }

    internal bool NamesSource => AccessToken is not null || CredentialFile is not null || UseGcloud || Anonymous;
}
