using Google.Apis.Http;

namespace ArtifactRegistry.GoogleAuth;

/// <summary>Has Google's library send through our handler, which checks every address and follows no redirect.</summary>
internal sealed class HandlerFactory(HttpMessageHandler http) : HttpClientFactory
{
    protected override HttpMessageHandler CreateHandler(CreateHttpClientArgs args) => new Shared(http);

    /// <summary>The library makes a client for each step; ours must not go when one of them does.</summary>
    private sealed class Shared(HttpMessageHandler http) : HttpMessageHandler
    {
        private readonly HttpMessageInvoker _inner = new(http, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            _inner.SendAsync(request, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            _inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
