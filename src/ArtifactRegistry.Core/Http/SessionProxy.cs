using System.Collections.Concurrent;
using System.Net;
using ArtifactRegistry.Text;

namespace ArtifactRegistry.Http;

/// <summary>
/// The current proxy of the session, as for Invoke-WebRequest: the last value of <see cref="HttpClient.DefaultProxy"/>,
/// otherwise the system's proxy. It is used only for requests that leave this machine, because it would see a token
/// that is sent over plain http.
/// </summary>
/// <remarks>
/// SocketsHttpHandler accepts a proxy and its credentials only once, so this class forwards to the current ones.
/// Credentials that a proxy refused are not used again, because an account might be locked after a few attempts.
/// </remarks>
/// <param name="current">Gets the current proxy.</param>
internal sealed class SessionProxy(Func<IWebProxy> current) : IWebProxy, ICredentials
{
    private static readonly string[] Schemes = ["Negotiate", "NTLM", "Digest", "Basic"];

    private readonly ConcurrentDictionary<string, bool> _isAccepted = new(StringComparer.Ordinal);

    ICredentials? IWebProxy.Credentials
    {
        get => this;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public Uri? GetProxy(Uri destination)
    {
        if (IsBypassed(destination)) return null;
        Uri? proxy = current().GetProxy(destination);
        if (proxy is { UserInfo: { Length: > 0 } user } && user.Split(':', 2) is [string name, string password])
            Secrets.Add(new NetworkCredential(Uri.UnescapeDataString(name), Uri.UnescapeDataString(password)));
        return proxy;
    }

    /// <inheritdoc/>
    public bool IsBypassed(Uri host) =>
        Loopback.Is(host) || SignInHandler.IsLinkLocal(host) || current().IsBypassed(host);

    /// <inheritdoc/>
    public NetworkCredential? GetCredential(Uri uri, string authType)
    {
        NetworkCredential? credential = Given(uri, authType);
        return credential is null || IsAccepted(uri) is false ? null : credential;
    }

    /// <summary>
    /// Gets whether a proxy accepted its credentials; null if they were not tried yet, or if there are none.
    /// </summary>
    public bool? IsAccepted(Uri proxy) =>
        Key(proxy) is string key && _isAccepted.TryGetValue(key, out bool isAccepted) ? isAccepted : null;

    /// <summary>Gets whether there are credentials for a proxy, accepted or not.</summary>
    public bool HasCredentials(Uri proxy) => Key(proxy) is not null;

    /// <summary>Remembers whether a proxy accepted its credentials.</summary>
    public void Remember(Uri proxy, bool isAccepted)
    {
        if (Key(proxy) is string key) _isAccepted[key] = isAccepted;
    }

    // On Windows, requests sign in to a company's proxy as the current Windows user.
    private NetworkCredential? Given(Uri proxy, string scheme)
    {
        NetworkCredential? credential = current().Credentials?.GetCredential(proxy, scheme);
        if (credential is not null) Secrets.Add(credential);
        bool isWindowsSignIn = OperatingSystem.IsWindows() && scheme is "Negotiate" or "NTLM";
        return credential ?? (isWindowsSignIn ? CredentialCache.DefaultNetworkCredentials : null);
    }

    // A different password may be tried again. A proxy without credentials has no key.
    private string? Key(Uri proxy) =>
        Schemes.Select(scheme => Given(proxy, scheme)).FirstOrDefault(each => each is not null)
            is NetworkCredential credential
            ? $"{proxy.GetLeftPart(UriPartial.Authority)} {credential.Domain} {credential.UserName} "
                + $"{credential.Password}"
            : null;
}
