namespace ArtifactRegistry.Auth;

/// <summary>Google's own library for credentials. It is loaded when this is first asked for a token, and not before.</summary>
internal interface IGoogleAuth
{
    /// <summary>Exchanges what a credential file holds for an access token.</summary>
    /// <param name="json">The content of the file, already checked.</param>
    /// <param name="type">Its <c>type</c>: service_account, authorized_user, external_account or external_account_authorized_user.</param>
    /// <param name="selfSigned">True where the token is signed here and no service is asked, as outside googleapis.com.</param>
    /// <param name="http">What sends. It checks addresses, and follows no redirect.</param>
    /// <param name="stop">Cancelled when the command ends or the time is over.</param>
    /// <exception cref="RegistryException">
    /// The token service refused. Its OAuth error code is in <see cref="RegistryException.Reason"/>.
    /// </exception>
    Task<AccessToken> RequestTokenAsync(
        string json, string type, bool selfSigned, HttpMessageHandler http, CancellationToken stop);
}
