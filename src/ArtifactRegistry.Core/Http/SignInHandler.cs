using System.Diagnostics;
using System.Net;

namespace ArtifactRegistry.Http;

/// <summary>
/// Sends the requests for signing in. Requests and responses contain secrets, so each address is checked, no matter
/// where it comes from, and redirects are not followed.
/// </summary>
/// <param name="connections">The shared connections.</param>
/// <param name="endpoints">The addresses of the services.</param>
/// <param name="identityProviders">
/// The hosts outside Google from which a credential file gets its proof of identity.
/// </param>
/// <param name="trace">Called once per request with a line for -Verbose.</param>
internal sealed class SignInHandler(
    HttpMessageHandler connections, Endpoints endpoints, IReadOnlyList<string> identityProviders, Action<string>? trace)
    : HttpMessageHandler
{
    private const int MaxAnswer = 1 << 20;
    private const int MaxAttempts = 3;

    // Old key files name accounts.google.com as their token service.
    private static readonly string[] OtherHostsOfGoogle = ["accounts.google.com"];
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(1);

    private readonly HttpMessageInvoker _inner = new(connections, disposeHandler: false);

    /// <summary>Gets whether a failed request is retried.</summary>
    public bool MayRetry { get; init; } = true;

    /// <summary>
    /// Gets how far this machine's clock is ahead of that of the service that answered last; null if none did.
    /// </summary>
    public TimeSpan? ClockAhead { get; private set; }

    /// <summary>
    /// Returns whether an address is reachable only from the machine itself, as those of metadata servers are.
    /// </summary>
    public static bool IsLinkLocal(Uri address) =>
        address.Host is "metadata.google.internal"
        || (IPAddress.TryParse(address.DnsSafeHost, out IPAddress? ip)
            && (ip.IsIPv6LinkLocal || ip.ToString().StartsWith("169.254.", StringComparison.Ordinal)
                || ip.ToString().StartsWith("fd00:ec2:", StringComparison.Ordinal)));

    /// <summary>
    /// Returns whether a secret may be sent to an address: Google's hosts in the universe by https, or this machine.
    /// </summary>
    public static bool MayReceiveSecrets(Uri address, Endpoints endpoints)
    {
        if (!RestTransport.IsSafe(address)) return false;
        return Loopback.Is(address)
            || address.Host.EndsWith($".{endpoints.Universe}", StringComparison.OrdinalIgnoreCase)
            || OtherHostsOfGoogle.Contains(address.Host, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Returns whether a proof of identity may be fetched from an address.</summary>
    public static bool MayProveIdentity(Uri address) => RestTransport.IsSafe(address) || IsLinkLocal(address);

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        Uri asked = request.RequestUri!;
        Require(request, asked);
        request.RequestUri = endpoints.ForSignIn(asked);
        Retry retry = new(MayRetry ? MaxAttempts : 1, FirstPause, MaxPause, trace: trace);
        return await retry.RunAsync((_, stop) => TryAsync(request, stop), cancellationToken);
    }

    // A metadata server uses http and is sent no secret; for everything else the two rules above apply.
    private void Require(HttpRequestMessage request, Uri address)
    {
        bool isFromGoogle = MayReceiveSecrets(address, endpoints);
        bool isProvider = IsProvider(address) && RestTransport.IsSafe(address);
        bool isMetadata = (IsLinkLocal(address) || address.Authority == endpoints.Metadata.Authority)
            && request.Headers.Authorization is null && request.Content is null;
        if (!isFromGoogle && !isProvider && !isMetadata)
            throw new RegistryException(
                RegistryErrorKind.UnsafeRequest,
                $"Nothing is sent to {address.GetLeftPart(UriPartial.Authority)} for signing in: it is not one of the "
                    + $"hosts of {endpoints.Universe} by https, and not this machine.");
    }

    private bool IsProvider(Uri address) => identityProviders.Contains(address.Host);

    private async Task<Attempt<HttpResponseMessage>> TryAsync(HttpRequestMessage request, CancellationToken stop)
    {
        string line = $"{request.Method} {request.RequestUri!.GetLeftPart(UriPartial.Path)}";
        long started = Stopwatch.GetTimestamp();
        HttpResponseMessage? response = null;
        bool done = false;
        try
        {
            response = await _inner.SendAsync(request, stop);
            trace?.Invoke(FormattableString.Invariant(
                $"{line} -> {(int)response.StatusCode} in {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms"));
            if (response.Headers.Date is DateTimeOffset date) ClockAhead = DateTimeOffset.UtcNow - date;
            if ((int)response.StatusCode is >= 300 and < 400)
                throw new RegistryException(
                    RegistryErrorKind.UnsafeRequest,
                    $"{line} answered with a redirect to {response.Headers.Location?.Host ?? "nowhere"}. Redirects are "
                        + $"not followed, since what is sent for signing in is secret.");
            if ((int)response.StatusCode is >= 500 or 429)
            {
                string times = MayRetry ? " several times" : "";
                return new Attempt<HttpResponseMessage>(
                    new RegistryException(
                        RegistryErrorKind.Unauthenticated,
                        $"{line} answered {(int)response.StatusCode} ({response.ReasonPhrase}){times}."
                    )
                    {
                        Advice = "Run the command again later.",
                    }
                );
            }

            await response.Content.LoadIntoBufferAsync(MaxAnswer).WaitAsync(stop);
            if (IsProvider(request.RequestUri) && !response.IsSuccessStatusCode)
                throw IdentityProviderRefusal.Of(
                    request.RequestUri,
                    response.StatusCode,
                    await response.Content.ReadAsStringAsync(stop)
                );
            done = true;
            return new Attempt<HttpResponseMessage>(response);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            RegistryException failure = ConnectionFailure.Translate(e, line);
            trace?.Invoke($"{line} -> {failure.Message}");
            return new Attempt<HttpResponseMessage>(new RegistryException(
                RegistryErrorKind.Unauthenticated, $"{line}: {e.GetBaseException().Message}", e)
            {
                IsFinal = failure.IsFinal,
                Advice = failure.Advice ?? "Check the network, and the proxy (HTTPS_PROXY, NO_PROXY).",
            });
        }
        finally
        {
            if (!done) response?.Dispose();
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // The connections are shared, and an invoker that does not own them has nothing else to dispose.
        _inner.Dispose();
        base.Dispose(disposing);
    }
}
