namespace ArtifactRegistry.Auth;

/// <summary>
/// The credential if none was specified: that of the metadata server, otherwise gcloud's account. Which one it is is
/// determined when a token is first needed, because the request takes time.
/// </summary>
/// <param name="signIn">The environment.</param>
/// <param name="isGcloudsToAct">Whether gcloud itself impersonates the account in its configuration.</param>
internal sealed class DefaultCredential(SignIn signIn, bool isGcloudsToAct) : ICredential
{
    private ICredential? _found;

    public string Description => _found?.Description ?? "not looked for yet: the metadata server, or gcloud's account";

    public string? Account => _found?.Account;

    public string? Project => _found?.Project;

    public TimeSpan Limit => TimeSpan.FromSeconds(90);

    public async Task<AccessToken> SignInAsync(Action<string>? trace, CancellationToken stop)
    {
        _found ??= await FindAsync(trace, stop);
        return await _found.SignInAsync(trace, stop);
    }

    public async Task<string?> FindProjectAsync(Action<string>? trace, CancellationToken stop)
    {
        try
        {
            _found ??= await FindAsync(trace, stop);
            return await _found.FindProjectAsync(trace, stop);
        }
        catch (RegistryException)
        {
            // Without credentials there is no project either; the better error is that no project was specified.
            return null;
        }
    }

    private async Task<ICredential> FindAsync(Action<string>? trace, CancellationToken stop)
    {
        trace?.Invoke(
            "No credentials were named, and there are no Application Default Credentials. Looking for a metadata "
                + "server."
        );
        if (await MetadataServer.FindAsync(signIn, trace, stop) is MetadataServer server)
            return server;

        Gcloud gcloud = new(signIn, isGcloudsToAct);
        string? program = Gcloud.Find(signIn);
        if (program is not null && gcloud.Account is string account)
        {
            trace?.Invoke($"There is no metadata server. Using the account that gcloud is signed in with: {account}.");
            return gcloud;
        }

        GcloudConfiguration configuration = new(signIn);
        throw new RegistryException(
            RegistryErrorKind.Unauthenticated,
            "No credentials were found. Looked for: Connect-ArRegistry with -AccessToken, -CredentialFile or "
                + $"-UseGcloud (not used); the variables {string.Join(", ", TokenSources.SourceVariables)} (not set); "
                + $"{configuration.DefaultCredentials ?? "Application Default Credentials"} (not there); "
                + $"a metadata server at {signIn.Endpoints.Metadata.Authority} (none); "
            + (program is null ? "gcloud (not on the PATH)." : "gcloud (signed in with no account)."))
        {
            Advice = "A person runs: gcloud auth application-default login. A scheduled script begins with: "
                + "Connect-ArRegistry -CredentialFile KEY.json",
        };
    }
}
