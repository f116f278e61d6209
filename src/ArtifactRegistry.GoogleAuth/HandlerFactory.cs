using Google.Apis.Http;

namespace ArtifactRegistry.GoogleAuth;

/// <summary>
/// Makes Google's library send through our handler, which checks every address and does not follow redirects.
/// </summary>
internal sealed class HandlerFactory(HttpMessageHandler http) : HttpClientFactory
{
    protected override HttpMessageHandler CreateHandler(CreateHttpClientArgs args) => new Shared(http);

    /// <summary>Keeps our handler alive when the library disposes the client that it creates for each step.</summary>
    private sealed class Shared(HttpMessageHandler http) : HttpMessageHandler
    {
        private readonly HttpMessageInvoker _inner = new(http, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        ) => _inner.SendAsync(request, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            _inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
