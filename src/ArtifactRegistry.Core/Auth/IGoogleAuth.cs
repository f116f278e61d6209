namespace ArtifactRegistry.Auth;

/// <summary>Google's own authentication library. It is loaded only when a token is first requested.</summary>
internal interface IGoogleAuth
{
    /// <summary>Exchanges the content of a credential file for an access token.</summary>
    /// <param name="json">The content of the file, already checked.</param>
    /// <param name="type">Its <c>type</c>: service_account, authorized_user, external_account or
    /// external_account_authorized_user.</param>
    /// <param name="selfSigned">
    /// Whether the token is signed here without a request to a service, as outside googleapis.com.
    /// </param>
    /// <param name="http">The handler that sends requests. It checks addresses and does not follow redirects.</param>
    /// <param name="stop">Cancelled when the command ends or the time limit is reached.</param>
    /// <exception cref="RegistryException">
    /// The token service refused. Its OAuth error code is in <see cref="RegistryException.Reason"/>.
    /// </exception>
    Task<AccessToken> RequestTokenAsync(
        string json, string type, bool selfSigned, HttpMessageHandler http, CancellationToken stop);
}
