using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace ArtifactRegistry.Emulator.SignIn;

/// <summary>
/// The token services: OAuth 2.0 (https://developers.google.com/identity/protocols/oauth2/service-account), STS
/// (https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token), IAM Credentials and the metadata server.
/// </summary>
internal static class SignInMethods
{
    private const string MetadataRoot = "/computeMetadata/v1/";
    private const string Generate = ":generateAccessToken";

    /// <summary>Gets the response, if the request is for one of them.</summary>
    public static Answer? Handle(ApiCall call)
    {
        RecordedRequest request = call.Request;
        SignInState state = call.State.SignIn;
        Answer? answer = (request.Method, Uri.UnescapeDataString(request.Path)) switch
        {
            ("POST", "/token") => Token(Form(request), state),
            ("POST", "/v1/token") => Exchange(Form(request), state),
            ("POST", "/v1/oauthtoken") => Refresh(Form(request), state),
            ("POST", string path) when path.EndsWith(Generate, StringComparison.Ordinal) =>
                Impersonate(call, path.Split('/')[^1][..^Generate.Length], state),
            ("GET", string path) when path.StartsWith(MetadataRoot, StringComparison.Ordinal) =>
                Metadata(request, path[MetadataRoot.Length..], state),
            _ => null,
        };
        if (answer is not null)
            answer.Headers["Date"] = state.Now.UtcDateTime.ToString("R", CultureInfo.InvariantCulture);
        return answer;
    }

    private static Answer Token(Dictionary<string, StringValues> form, SignInState state) =>
        Value(form, "grant_type") switch
        {
            "refresh_token" => Refresh(form, state),
            "urn:ietf:params:oauth:grant-type:jwt-bearer" => Assertion(Value(form, "assertion"), state),
            _ => Refused("unsupported_grant_type", "Invalid grant_type: " + Value(form, "grant_type")),
        };

    private static Answer Refresh(Dictionary<string, StringValues> form, SignInState state) =>
        state.UserOf(Value(form, "refresh_token")) is string user
            ? Issued(user, state)
            : Refused("invalid_grant", "Token has been expired or revoked.");

    private static Answer Assertion(string assertion, SignInState state)
    {
        string[] parts = assertion.Split('.');
        if (parts.Length != 3) return Refused("invalid_grant", "Invalid JWT: must have three parts.");
        JsonNode claims = JsonNode.Parse(WebEncoders.Base64UrlDecode(parts[1]))!;
        string issuer = claims["iss"]!.GetValue<string>();
        if (!state.HasAccount(issuer))
            return Refused("invalid_grant", "Invalid grant: account not found");
        if (
            !SignInState.IsSigned(
                Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"),
                WebEncoders.Base64UrlDecode(parts[2])
            )
        )
            return Refused("invalid_grant", "Invalid JWT Signature.");
        DateTimeOffset at = DateTimeOffset.FromUnixTimeSeconds(claims["iat"]!.GetValue<long>());
        if ((at - state.Now).Duration() > TimeSpan.FromMinutes(10))
            return Refused(
                "invalid_grant",
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your "
                    + "iat and exp values in the JWT claim."
            );
        return claims["scope"] is null
            ? Refused("invalid_scope", "Empty or missing scope not allowed.")
            : Issued(issuer, state);
    }

    private static Answer Exchange(Dictionary<string, StringValues> form, SignInState state) =>
        state.PrincipalOf(Value(form, "subject_token")) is string principal
            ? Issued(principal, state)
            : Refused("invalid_grant", "The given credential is rejected by the attribute condition.");

    private static Answer Impersonate(ApiCall call, string account, SignInState state)
    {
        string caller = state.IdentityOf(Bearer(call.Request)) ?? throw ApiError.Unauthenticated();
        JsonObject body = call.Body();
        string[] chain =
        [
            .. (body["delegates"] as JsonArray ?? []).Select(each => each!.GetValue<string>().Split('/')[^1]),
            account,
        ];
        foreach (string next in chain)
        {
            if (!state.MayAct(caller, next)) throw ApiError.Lacks("iam.serviceAccounts.getAccessToken", next);
            caller = next;
        }
        TimeSpan lifetime = TimeSpan.FromSeconds(
            double.Parse(body["lifetime"]!.GetValue<string>().TrimEnd('s'), CultureInfo.InvariantCulture)
        );
        if (state.TokenLifetime < lifetime)
            lifetime = state.TokenLifetime;
        return Answer.Json(
            new JsonObject
            {
                ["accessToken"] = state.Issue(account, lifetime),
                ["expireTime"] = (state.Now + lifetime).UtcDateTime.ToString(
                    "yyyy-MM-ddTHH:mm:ssZ",
                    CultureInfo.InvariantCulture
                ),
            }
        );
    }

    private static Answer? Metadata(RecordedRequest request, string path, SignInState state)
    {
        if (state.MachineAccount is not string account)
            return null;
        if (request.Headers.GetValueOrDefault("Metadata-Flavor") != "Google")
            return Text(403, "Missing Metadata-Flavor:Google header.");
        return path switch
        {
            "project/project-id" when state.MachineProject is string project => Text(200, project),
            "instance/service-accounts/default/email" => Text(200, account),
            "instance/service-accounts/default/token" when state.HasAccount(account) => Flavoured(
                Issued(account, state)
            ),
            _ => Text(404, "Not found"),
        };
    }

    private static Answer Text(int status, string text) =>
        Flavoured(new Answer(status, Encoding.UTF8.GetBytes(text), "application/text"));

    private static Answer Flavoured(Answer answer)
    {
        answer.Headers["Metadata-Flavor"] = "Google";
        return answer;
    }

    private static Answer Issued(string identity, SignInState state) => Answer.Json(new JsonObject
    {
        ["access_token"] = state.Issue(identity),
        ["issued_token_type"] = "urn:ietf:params:oauth:token-type:access_token",
        ["token_type"] = "Bearer",
        ["expires_in"] = (long)state.TokenLifetime.TotalSeconds,
    });

    private static Answer Refused(string error, string description) =>
        Answer.Json(new JsonObject { ["error"] = error, ["error_description"] = description }, 400);

    private static string Bearer(RecordedRequest request) =>
        request.Authorization?.Split(' ', 2) is [_, string token] ? token.Trim() : "";

    private static Dictionary<string, StringValues> Form(RecordedRequest request) =>
        QueryHelpers.ParseQuery(request.Body);

    private static string Value(Dictionary<string, StringValues> form, string name) =>
        form.GetValueOrDefault(name).ToString();
}
