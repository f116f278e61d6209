namespace ArtifactRegistry.Auth;

/// <summary>The credential settings of Connect-ArRegistry. If all are null, the environment is searched.</summary>
/// <remarks>Not a record, because the ToString of a record would show the token.</remarks>
internal sealed class CredentialSettings
{
    /// <summary>A token to use as is.</summary>
    public string? AccessToken { internal get; init; }

    /// <summary>The full path of a credential file.</summary>
    public string? CredentialFile { get; init; }

    /// <summary>Gets whether to use the account that gcloud is signed in with.</summary>
    public bool UseGcloud { get; init; }

    /// <summary>Gets whether to send requests without credentials, for example to a public repository.</summary>
    public bool Anonymous { get; init; }

    /// <summary>The e-mail address of the service account to act as.</summary>
    public string? ImpersonateServiceAccount { get; init; }

    /// <summary>The chain of intermediate accounts, each of which may impersonate the next.</summary>
    public IReadOnlyList<string> Delegates { get; init; } = [];

    /// <summary>The project whose quota is charged for requests.</summary>
    public string? QuotaProject { get; init; }

    internal bool NamesSource => AccessToken is not null || CredentialFile is not null || UseGcloud || Anonymous;
}
