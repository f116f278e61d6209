using System.Net;
using System.Text.Json;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Auth;

/// <summary>
/// The service account that is attached to this machine, pod or job: Compute Engine, GKE, Cloud Run.
/// See https://cloud.google.com/compute/docs/metadata/querying-metadata.
/// </summary>
internal sealed class MetadataServer : ICredential
{
    private const string Identity = "computeMetadata/v1/instance/service-accounts/default/";
    private const string ProjectId = "computeMetadata/v1/project/project-id";
    private const int MaxAttempts = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private readonly SignIn _signIn;

    private MetadataServer(string? account, SignIn signIn) => (Account, _signIn) = (account, signIn);

    public string Description => "the metadata server of this machine";

    public string? Account { get; }

    public TimeSpan Limit => SignIn.RequestLimit;

    /// <summary>
    /// Finds the metadata server, if there is one. Elsewhere its address is unreachable, so the time limit is short.
    /// </summary>
    public static async Task<MetadataServer?> FindAsync(SignIn signIn, Action<string>? trace, CancellationToken stop)
    {
        try
        {
            return await new Retry(MaxAttempts, Pause, Pause).RunAsync(
                (_, token) => LookAsync(signIn, trace, token),
                stop
            );
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.Unauthenticated)
        {
            return null;
        }
    }

    private static async Task<Attempt<MetadataServer?>> LookAsync(
        SignIn signIn,
        Action<string>? trace,
        CancellationToken stop
    )
    {
        using CancellationTokenSource limit = new(Patience, signIn.Clock);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        try
        {
            (HttpStatusCode status, bool isFromGoogle, string body) = await GetAsync(
                signIn, Identity + "email", tryAgain: false, trace, either.Token);
            return new Attempt<MetadataServer?>(
                isFromGoogle ? new MetadataServer(status is HttpStatusCode.OK ? body.Trim() : null, signIn) : null);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            string message = $"The metadata server did not answer within {Patience.TotalSeconds:0} s.";
            trace?.Invoke(message);
            return new Attempt<MetadataServer?>(new RegistryException(RegistryErrorKind.Unauthenticated, message));
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.Unauthenticated)
        {
            // A server that exists but fails is asked again: giving up at once would mean continuing as another
            // account.
            return IsNobodyThere(e)
                ? new Attempt<MetadataServer?>((MetadataServer?)null)
                : new Attempt<MetadataServer?>(e);
        }
    }

    private static bool IsNobodyThere(RegistryException e) => e.InnerException is HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
    };

    public async Task<AccessToken> SignInAsync(Action<string>? trace, CancellationToken stop)
    {
        (HttpStatusCode status, _, string body) =
            await GetAsync(
                _signIn, $"{Identity}token?scopes={Uri.EscapeDataString(SignIn.Scope)}", tryAgain: true, trace, stop);
        if (status is not HttpStatusCode.OK)
            throw new RegistryException(
                RegistryErrorKind.Unauthenticated,
                $"The metadata server gave no token: it answered {(int)status} ({status})."
            )
            {
                Advice =
                    status is HttpStatusCode.NotFound
                        ? "This machine has no service account. Attach one, or use Connect-ArRegistry -CredentialFile."
                        : "Check the service account of this machine. On GKE, a Kubernetes service account that stands "
                            + "for another needs roles/iam.workloadIdentityUser on it: gcloud iam service-accounts "
                            + "add-iam-policy-binding ACCOUNT --role=roles/iam.workloadIdentityUser "
                            + "--member=\"serviceAccount:PROJECT.svc.id.goog[NAMESPACE/NAME]\"",
            };
        try
        {
            using JsonDocument answer = JsonDocument.Parse(body);
            (string? text, long seconds) = answer.Read(json =>
                (json.Verbatim("access_token"u8), json.Integer("expires_in"u8) ?? 0)
            );
            AccessToken token = AccessToken.Parse(text ?? "", "the answer of the metadata server");
            return new AccessToken(token.Value)
            {
                ExpiresAt = _signIn.Clock.GetUtcNow().AddSeconds(Math.Clamp(seconds, 0, int.MaxValue)),
            };
        }
        catch (JsonException)
        {
            // The parser's message might repeat a part of the token.
            throw new RegistryException(
                RegistryErrorKind.Unauthenticated,
                "The answer of the metadata server is not JSON."
            );
        }
    }

    public async Task<string?> FindProjectAsync(Action<string>? trace, CancellationToken stop)
    {
        (HttpStatusCode status, _, string body) = await GetAsync(_signIn, ProjectId, tryAgain: true, trace, stop);
        return status is HttpStatusCode.OK && ImageNameGrammar.ProjectProblem(body.Trim()) is null ? body.Trim() : null;
    }

    private static async Task<(HttpStatusCode Status, bool IsGoogles, string Body)> GetAsync(
        SignIn signIn, string path, bool tryAgain, Action<string>? trace, CancellationToken stop)
    {
        using SignInHandler handler = new(signIn.Connections, signIn.Endpoints, [], trace) { MayRetry = tryAgain };
        using HttpMessageInvoker http = new(handler);
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(signIn.Endpoints.Metadata, path));
        request.Headers.Add("Metadata-Flavor", "Google");
        using HttpResponseMessage response = await http.SendAsync(request, stop);
        bool isFromGoogle =
            response.Headers.TryGetValues("Metadata-Flavor", out IEnumerable<string>? flavor)
            && flavor.Contains("Google");
        return (response.StatusCode, isFromGoogle, await response.Content.ReadAsStringAsync(stop));
    }
}
