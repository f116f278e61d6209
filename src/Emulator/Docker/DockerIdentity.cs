using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;

namespace ArtifactRegistry.Emulator.Docker;

/// <summary>
/// Authenticates the caller with the token challenge of Google's hosts. An access token is accepted as is, as the
/// password of one of the users below, or in exchange for a token of the registry.
/// </summary>
internal static class DockerIdentity
{
    private const string Prefix = "docker.";

    // The user names in Google's documentation, and those of gcloud and gcrane.
    private static readonly string[] Users = ["_token", "oauth2accesstoken", "_dcgcloud_token"];

    public static void Check(DockerCall call, string[] path)
    {
        if (call.Behaviour.ExternalSignIn is ExternalSignIn external)
        {
            ExternalIdentity.Check(call, path, external);
            return;
        }

        if (!call.Behaviour.RequireToken) return;
        if (AccessToken(call) is string token && Identity.Knows(call.Behaviour, call.State, token)) return;
        throw Unauthorized(call, path);
    }

    /// <summary>GET /v2/token: a token of the registry in exchange for an access token.</summary>
    public static Answer Token(DockerCall call)
    {
        if (call.Behaviour.ExternalSignIn is ExternalSignIn external) return ExternalIdentity.Token(call, external);
        if (call.Method != "GET") throw DockerError.Unsupported(405, "A token is got with GET.");
        string? access = AccessToken(call);
        if (call.Behaviour.RequireToken && (access is null || !Identity.Knows(call.Behaviour, call.State, access)))
            throw Unauthorized(call, []);
        return Answer.Json(new JsonObject
        {
            // It grants what the access token grants, for the same time.
            ["token"] = Prefix + Convert.ToBase64String(Encoding.UTF8.GetBytes(access ?? "anonymous")),
            ["expires_in"] = 3600,
            ["issued_at"] = Json.Time(call.State.Now),
        });
    }

    /// <summary>Gets the image of a request, null if it is about none, and what is to be done with it.</summary>
    public static (string? Image, string Actions) ScopeOf(DockerCall call, string[] path)
    {
        int end = Array.FindLastIndex(path, part => part is "blobs" or "manifests" or "tags" or "referrers");
        return (
            path.Length > 3 && end > 1 ? string.Join('/', path[1..end]) : null,
            call.Method == "GET" ? "pull" : "pull,push");
    }

    private static string? AccessToken(DockerCall call)
    {
        string[] words = (call.Header("Authorization") ?? "").Split(' ', 2, StringSplitOptions.TrimEntries);
        if (words.Length != 2) return null;
        if (words[0].Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            return words[1].StartsWith(Prefix, StringComparison.Ordinal) ? Decode(words[1][Prefix.Length..]) : words[1];
        if (!words[0].Equals("Basic", StringComparison.OrdinalIgnoreCase))
            return null;
        return Decode(words[1])?.Split(':', 2) is [string user, string password] && Users.Contains(user)
            ? password
            : null;
    }

    private static string? Decode(string base64)
    {
        byte[] bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out int length)
            ? Encoding.UTF8.GetString(bytes, 0, length)
            : null;
    }

    private static DockerError Unauthorized(DockerCall call, string[] path)
    {
        string challenge = string.Create(
            CultureInfo.InvariantCulture,
            $"Bearer realm=\"http://{call.Host}/v2/token\",service=\"{call.Host}\""
        );
        if (ScopeOf(call, path) is (string image, { } actions))
            challenge += $",scope=\"repository:{image}:{actions}\"";
        return new DockerError(401, "UNAUTHORIZED", "No valid credential was supplied.")
        {
            Headers = new() { ["WWW-Authenticate"] = challenge },
        };
    }
}
