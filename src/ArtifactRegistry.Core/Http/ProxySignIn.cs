using System.Net;

namespace ArtifactRegistry.Http;

/// <summary>
/// Tries the credentials of a proxy with one request before others use them, and never again after they were refused:
/// sixteen concurrent requests with an old password could lock an account.
/// </summary>
/// <param name="proxy">The proxy.</param>
/// <param name="connections">The connections, which sign in to the proxy.</param>
internal sealed class ProxySignIn(SessionProxy proxy, HttpMessageHandler connections) : DelegatingHandler(connections)
{
    private readonly SemaphoreSlim _first = new(1);

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        Uri? address = proxy.GetProxy(request.RequestUri!);
        if (address is null || !proxy.HasCredentials(address)) return await base.SendAsync(request, cancellationToken);
        if (proxy.IsAccepted(address) is not null) return await SendAsync(request, address, cancellationToken);

        await _first.WaitAsync(cancellationToken);
        try
        {
            return await SendAsync(request, address, cancellationToken);
        }
        finally
        {
            _first.Release();
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _first.Dispose();
        base.Dispose(disposing);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, Uri address, CancellationToken stop)
    {
        try
        {
            HttpResponseMessage response = await base.SendAsync(request, stop);
            proxy.Remember(address, response.StatusCode is not HttpStatusCode.ProxyAuthenticationRequired);
            return response;
        }
        catch (HttpRequestException e) when (ConnectionFailure.IsProxyRefusal(e))
        {
            proxy.Remember(address, isAccepted: false);
            throw;
        }
    }
}
