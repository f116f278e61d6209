using System.Net;

namespace ArtifactRegistry.Http;

/// <summary>
/// Observes whether the services accept the credentials of requests. It is not disposed, because the connections are
/// shared.
/// </summary>
/// <param name="connections">The shared connections.</param>
/// <param name="accepted">
/// Called with true after a successful response, and with false when the credentials were refused.
/// </param>
internal sealed class AnswerWatcher(HttpMessageHandler connections, Action<bool> accepted)
    : DelegatingHandler(connections)
{
    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        if (response.IsSuccessStatusCode) accepted(true);
        else if (response.StatusCode is HttpStatusCode.Unauthorized) accepted(false);
        return response;
    }
}
