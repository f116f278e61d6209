using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Auth;

/// <summary>
/// Signs in to a registry other than Google's for one image, in the way that the registry asks for: with a token of a
/// service that it names (https://distribution.github.io/distribution/spec/auth/token/), or with user name and
/// password.
/// </summary>
/// <remarks>
/// Where the password goes: to the registry itself if it asks for Basic, and otherwise to the service that it names, as
/// with docker and containerd. Only an answer of the registry's own host can name one, never one that came after a
/// redirect; the service is asked by https, and by http only within this machine. Nothing is sent before the registry
/// has asked. The scope is reading this image and nothing else, whatever the registry asks for.
/// </remarks>
/// <param name="image">The image.</param>
/// <param name="credential">The user name and password; null for none.</param>
/// <param name="open">Opens a way to the service, with these credentials and no others.</param>
#pragma warning disable CA1001 // A semaphore whose wait handle nobody asks for holds nothing to be disposed of.
internal sealed partial class ExternalSignIn(
    ExternalImageName image, NetworkCredential? credential, Func<ITokenSource, RestTransport> open) : ITokenSource
#pragma warning restore CA1001
{
    private readonly SemaphoreSlim _turn = new(1);
    private AccessToken _current = AccessToken.None;

    /// <inheritdoc/>
    public string Description => HasCredential ? "-SourceCredential" : "none";

    /// <summary>Gets whether there are a user name and password.</summary>
    public bool HasCredential => credential is not null;

    /// <summary>Gets whether the registry itself was sent the password.</summary>
    public bool SendsPassword => _current.Scheme == "Basic";

    /// <inheritdoc/>
    public ValueTask<AccessToken> GetTokenAsync(AccessToken? refused, Action<string>? trace, CancellationToken stop) =>
        ValueTask.FromResult(_current);

    /// <inheritdoc/>
    public async ValueTask<AccessToken> RenewTokenAsync(
        AccessToken refused, RegistryException refusal, Action<string>? trace, CancellationToken stop)
    {
        await _turn.WaitAsync(stop);
        try
        {
            // Another request may have renewed it meanwhile.
            if (refused != _current) return _current;
            if (Challenge(refusal, "Bearer") is { Parameter: string parameter })
                return _current = await GetTokenAsync(ParametersOf(parameter), stop);
            if (Challenge(refusal, "Basic") is not null && credential is not null && !SendsPassword)
                return _current = AccessToken.Basic(credential);
            return refused;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Gets the error for a user name and password that were refused, or for a sign-in without them.</summary>
    public RegistryException Refused(RegistryException e) => HasCredential
        ? e.WithMessage(
            $"'{image}' was not read: {image.Host} does not accept the user name and password of -SourceCredential: "
                + e.Message,
            "Check both. Many registries take an access token in place of the password.",
            namesItsSubject: true,
            kind: RegistryErrorKind.Unauthenticated)
        : e.WithMessage(
            $"{image.Host} does not show '{image}' without a sign-in, or does not have it: {e.Message}",
            "Check the name, and give -SourceCredential (Get-Credential) if the image is not public.",
            namesItsSubject: true,
            kind: RegistryErrorKind.Unauthenticated);

    private async Task<AccessToken> GetTokenAsync(Dictionary<string, string> challenge, CancellationToken stop)
    {
        Uri realm = RealmOf(challenge);
        string scope = $"scope={Uri.EscapeDataString($"repository:{image.Path}:pull")}";
        if (challenge.TryGetValue("service", out string? service))
            scope = $"service={Uri.EscapeDataString(service)}&{scope}";
        Uri address = new($"{realm.AbsoluteUri}{(realm.Query.Length == 0 ? "?" : "&")}{scope}");
        ITokenSource way = credential is null
            ? new NoCredentials("none")
            : new Password(AccessToken.Basic(credential));
        try
        {
            return await open(way).SendAsync(
                new Call<AccessToken>(HttpMethod.Get, address, null, Repeat.Freely, Read), stop);
        }
        catch (RegistryException e)
            when (e.Kind is RegistryErrorKind.Unauthenticated or RegistryErrorKind.PermissionDenied
                && e.Status is not null)
        {
            throw Refused(e);
        }
        catch (RegistryException e) when (e.Status is HttpStatusCode.NotFound)
        {
            // It must not read as if the image did not exist.
            throw new RegistryException(
                RegistryErrorKind.UnexpectedAnswer,
                $"{image.Host} names a service for signing in that does not exist: {e.Message}",
                e)
            {
                Request = e.Request,
                IsFinal = true,
            };
        }
    }

    private Uri RealmOf(Dictionary<string, string> challenge)
    {
        if (!challenge.TryGetValue("realm", out string? text) || !Uri.TryCreate(text, UriKind.Absolute, out Uri? realm))
            throw new RegistryException(
                RegistryErrorKind.UnexpectedAnswer, $"{image.Host} asks for a sign-in without saying where.")
            {
                IsFinal = true,
            };
        // A registry elsewhere must not have this machine's own services asked, and least of all with a password.
        return RestTransport.IsSafe(realm) && realm.UserInfo.Length == 0 && realm.Fragment.Length == 0
            && (!Loopback.Is(realm) || Loopback.Is(image.Address))
            ? realm
            : throw new RegistryException(
                RegistryErrorKind.UnsafeRequest,
                $"'{image}' was not read: {image.Host} names {realm.GetLeftPart(UriPartial.Authority)} for signing in, "
                    + "where no password is sent.")
            {
                Advice = "Whoever runs the registry must name an https address.",
            };
    }

    private AccessToken Read(JsonElement json) =>
        (ErrorDetails.Text(json, "token") ?? ErrorDetails.Text(json, "access_token")) is { Length: > 0 } token
            ? AccessToken.Parse(token, $"what {image.Host} names for signing in")
            : throw new JsonException("It has no token.");

    private static AuthenticationHeaderValue? Challenge(RegistryException refusal, string scheme) =>
        refusal.Challenges.FirstOrDefault(each =>
            string.Equals(each.Scheme, scheme, StringComparison.OrdinalIgnoreCase));

    private static Dictionary<string, string> ParametersOf(string challenge)
    {
        Dictionary<string, string> read = new(StringComparer.OrdinalIgnoreCase);
        foreach (Match match in Parameter().Matches(challenge))
            read.TryAdd(
                match.Groups["name"].Value,
                match.Groups["quoted"] is { Success: true } quoted
                    ? Escape().Replace(quoted.Value, "$1")
                    : match.Groups["plain"].Value);
        return read;
    }

    // RFC 9110, section 11.2: auth-param.
    [GeneratedRegex("""(?<name>[\w-]+)\s*=\s*(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<plain>[^\s,"]+))""")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"\\(.)")]
    private static partial Regex Escape();

    /// <summary>The user name and password, for the one request for a token.</summary>
    private sealed class Password(AccessToken basic) : ITokenSource
    {
        public string Description => "-SourceCredential";

        public ValueTask<AccessToken> GetTokenAsync(
            AccessToken? refused, Action<string>? trace, CancellationToken stop) => ValueTask.FromResult(basic);
    }
}
