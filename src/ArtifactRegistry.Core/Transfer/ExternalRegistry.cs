using System.Net;
using ArtifactRegistry.Auth;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Transfer;

/// <summary>
/// An image in a registry other than Artifact Registry, which is only ever read; errors say what such a registry means
/// by them.
/// </summary>
internal sealed class ExternalRegistry : IContentSource
{
    // What registries without a list of referrers answer; only 404 is in the specification.
    private static readonly HttpStatusCode[] HasNoList =
    [
        HttpStatusCode.BadRequest, HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed,
        HttpStatusCode.NotAcceptable, HttpStatusCode.NotImplemented, HttpStatusCode.Redirect,
        HttpStatusCode.RedirectMethod, HttpStatusCode.TemporaryRedirect,
    ];

    private readonly ExternalImageName _name;
    private readonly ExternalSignIn _signIn;
    private readonly RegistryImage _image;
    private Manifest? _root;

    /// <summary>Opens an image.</summary>
    /// <param name="name">The image.</param>
    /// <param name="credential">The user name and password for the registry; null for none.</param>
    /// <param name="open">Opens a way to it, with these credentials and no others.</param>
    public ExternalRegistry(
        ExternalImageName name, NetworkCredential? credential, Func<ITokenSource, RestTransport> open)
    {
        _name = name;
        _signIn = new ExternalSignIn(name, credential, open);
        _image = new RegistryImage(open(_signIn), name.Address, name.Host);
    }

    /// <summary>Reads the manifest that the name stands for.</summary>
    /// <exception cref="RegistryException">It is not there, or cannot be read.</exception>
    public async Task<Manifest> ReadRootAsync(CancellationToken stop) =>
        _root = await ExplainAsync(() => _image.FindManifestAsync(_name.Digest ?? _name.Tag!, stop))
            ?? throw new RegistryException(
                RegistryErrorKind.NotFound, $"'{_name}' was not found: {_name.Host} has no such image, tag or digest.")
            {
                Advice = "Check the name, with the same host as docker pull has.",
                NamesItsSubject = true,
            };

    /// <inheritdoc/>
    /// <remarks>A tag is looked for before it is read, since registries limit how many manifests they send.</remarks>
    public Task<Manifest?> FindManifestAsync(string reference, CancellationToken stop) => ExplainAsync(async () =>
        _root?.Digest == reference ? _root
            : Digest.IsValid(reference) || await _image.HasReferenceAsync(reference, stop)
                ? await _image.FindManifestAsync(reference, stop)
                : null);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ListReferrersAsync(string digest, CancellationToken stop)
    {
        try
        {
            return await ExplainAsync(() => _image.ListReferrersAsync(digest, stop));
        }
        catch (RegistryException e) when (e.Status is HttpStatusCode status && HasNoList.Contains(status))
        {
            return [];
        }
    }

    /// <inheritdoc/>
    public Task<bool> HasBlobAsync(Descriptor blob, CancellationToken stop) =>
        ExplainAsync(() => _image.HasBlobAsync(blob, stop));

    /// <inheritdoc/>
    public Task<Stream> OpenBlobAsync(Descriptor blob, long from, CancellationToken stop) =>
        ExplainAsync(() => _image.OpenBlobAsync(blob, from, stop));

    private async Task<T> ExplainAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (RegistryException e) when (e is { Advice: null, NamesItsSubject: false })
        {
            if (Explain(e) is RegistryException explained) throw explained;
            throw;
        }
    }

    // Google's advice about roles and sign-in would be wrong here.
    private RegistryException? Explain(RegistryException e) => e.Kind switch
    {
        RegistryErrorKind.Unreachable => e.WithMessage(
            e.Message, $"Check the host {_name.Host}, the network and the proxy (HTTPS_PROXY)."),
        RegistryErrorKind.Unauthenticated or RegistryErrorKind.PermissionDenied when !_signIn.HasCredential =>
            _signIn.Refused(e),
        RegistryErrorKind.Unauthenticated when _signIn.SendsPassword => _signIn.Refused(e),
        RegistryErrorKind.Unauthenticated or RegistryErrorKind.PermissionDenied => e.WithMessage(
            $"{_name.Host} does not have '{_name}', or the user of -SourceCredential may not read it: {e.Message}",
            "Check the name, and what the user or the access token may read.",
            namesItsSubject: true,
            kind: RegistryErrorKind.PermissionDenied),
        RegistryErrorKind.QuotaExceeded => e.WithMessage(
            $"{_name.Host} does not send '{_name}' for now: {e.Message}",
            _signIn.HasCredential
                ? "Run the command again later; it goes on where it was."
                : "Run the command again later, or with -SourceCredential if the registry then allows more.",
            namesItsSubject: true),
        _ => null,
    };
}
