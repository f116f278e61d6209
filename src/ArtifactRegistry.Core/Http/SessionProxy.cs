using System.Collections.Concurrent;
using System.Net;
using ArtifactRegistry.Text;

namespace ArtifactRegistry.Http;

/// <summary>
/// The proxy that the session uses at the moment, as for Invoke-WebRequest: what <see cref="HttpClient.DefaultProxy"/> was
/// set to last, else the system's. It is for what leaves this machine alone, since it would see a token that is sent over
/// plain http.
/// </summary>
/// <remarks>
/// SocketsHttpHandler takes a proxy, and its credentials, once; so this stands for those of the moment. Credentials that a
/// proxy refused are not handed out again, since an account might be locked after a few tries.
/// </remarks>
/// <param name="current">Gets the proxy of the moment.</param>
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
    public bool IsBypassed(Uri host) => Loopback.Is(host) || SignInHandler.IsLinkLocal(host) || current().IsBypassed(host);

    /// <inheritdoc/>
    public NetworkCredential? GetCredential(Uri uri, string authType)
    {
        NetworkCredential? credential = Given(uri, authType);
        return credential is null || IsAccepted(uri) is false ? null : credential;
    }

    /// <summary>Gets whether the proxy accepted its credentials; null if it has not yet been asked, or has none.</summary>
    public bool? IsAccepted(Uri proxy) =>
        Key(proxy) is string key && _isAccepted.TryGetValue(key, out bool isAccepted) ? isAccepted : null;

    /// <summary>Gets whether there are credentials for a proxy, accepted or not.</summary>
    public bool HasCredentials(Uri proxy) => Key(proxy) is not null;

    /// <summary>Remembers whether a proxy accepted its credentials.</summary>
    public void Remember(Uri proxy, bool isAccepted)
    {
        if (Key(proxy) is string key) _isAccepted[key] = isAccepted;
    }

    // Windows signs in to the proxies of a company as the user who is signed in to Windows.
    private NetworkCredential? Given(Uri proxy, string scheme)
    {
        NetworkCredential? credential = current().Credentials?.GetCredential(proxy, scheme);
        if (credential is not null) Secrets.Add(credential);
        bool isWindowsSignIn = OperatingSystem.IsWindows() && scheme is "Negotiate" or "NTLM";
        return credential ?? (isWindowsSignIn ? CredentialCache.DefaultNetworkCredentials : null);
    }

    // Another password is another try. A proxy that no credentials were given for has no key.
    private string? Key(Uri proxy) => Schemes.Select(scheme => Given(proxy, scheme)).FirstOrDefault(each => each is not null)
        is NetworkCredential credential
        ? $"{proxy.GetLeftPart(UriPartial.Authority)} {credential.Domain} {credential.UserName} {credential.Password}"
        : null;
}
