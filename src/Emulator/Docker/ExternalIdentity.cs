using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;

namespace ArtifactRegistry.Emulator.Docker;

/// <summary>
/// Authenticates the caller as registries other than Google's do: with a token for one image that has to be got first,
/// or with Basic. Access tokens of Google are worth nothing there.
/// </summary>
internal static class ExternalIdentity
{
    /// <summary>Requires a sign-in that allows a request.</summary>
    public static void Check(DockerCall call, string[] path, ExternalSignIn signIn)
    {
        (string? image, string actions) = DockerIdentity.ScopeOf(call, path);
        string[] words = (call.Header("Authorization") ?? "").Split(' ', 2, StringSplitOptions.TrimEntries);
        bool isAllowed = signIn.UsesBasic
            ? words is ["Basic", string basic] && Decode(basic) == signIn.Pair
            : words is ["Bearer", string token] && signIn.TakeToken(token, image, actions);
        if (!isAllowed) throw Unauthorized(call, signIn, image, actions);
        // As on Docker Hub: whoever asks for an image that does not exist is not told that.
        if (image is not null && !signIn.UsesBasic && !Exists(call, image))
            throw Unauthorized(call, signIn, image, actions);
    }

    /// <summary>
    /// GET /v2/token?service=…&amp;scope=repository:IMAGE:pull
    /// (https://distribution.github.io/distribution/spec/auth/token/).
    /// </summary>
    public static Answer Token(DockerCall call, ExternalSignIn signIn)
    {
        if (call.Method != "GET" || signIn.UsesBasic) throw DockerError.Unsupported(405, "There are no tokens here.");
        string? header = call.Header("Authorization");
        bool isKnown = header?.StartsWith("Basic ", StringComparison.Ordinal) == true
            && Decode(header["Basic ".Length..]) == signIn.Pair;
        if ((header is not null && !isKnown) || (header is null && !signIn.IsPublic))
            return Answer.Json(new JsonObject { ["details"] = "incorrect username or password" }, 401);
        string[] scope = (call.Query("scope") ?? "").Split(':');
        if (call.Query("service") != ExternalSignIn.Service
            || scope is not ["repository", string image, string actions])
            return Answer.Json(new JsonObject { ["details"] = "no service and scope of this registry" }, 400);
        return Answer.Json(new JsonObject
        {
            [signIn.NamesAccessToken ? "access_token" : "token"] = signIn.Issue(image, actions),
            ["expires_in"] = 300,
            ["issued_at"] = Json.Time(call.State.Now),
        });
    }

    private static bool Exists(DockerCall call, string image) => call.Locked(() =>
    {
        try
        {
            (Model.RepositoryEntry repository, string package) = DockerName.Parse(image, call.Host).In(call.State);
            return repository.Packages.ContainsKey(package);
        }
        catch (DockerError)
        {
            return false;
        }
    });

    private static DockerError Unauthorized(DockerCall call, ExternalSignIn signIn, string? image, string actions)
    {
        string realm = signIn.Realm ?? $"http://{DownloadMethods.OtherName(call.Host)}/v2/token";
        string challenge = signIn.UsesBasic ? "Basic realm=\"registry\"" : string.Create(
            CultureInfo.InvariantCulture, $"Bearer realm=\"{realm}\",service=\"{ExternalSignIn.Service}\"");
        if (image is not null && !signIn.UsesBasic) challenge += $",scope=\"repository:{image}:{actions}\"";
        return new DockerError(401, "UNAUTHORIZED", "authentication required")
        {
            Headers = new() { ["WWW-Authenticate"] = challenge },
        };
    }

    private static string? Decode(string base64)
    {
        byte[] bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out int length)
            ? Encoding.UTF8.GetString(bytes, 0, length)
            : null;
    }
}
