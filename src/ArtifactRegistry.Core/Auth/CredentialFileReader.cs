using System.Text.Json;
using System.Text.Json.Nodes;
using ArtifactRegistry.Http;
using ArtifactRegistry.Text;

namespace ArtifactRegistry.Auth;

/// <summary>
/// Reads the content of a credential file, with the field names that gcloud writes
/// (googlecloudsdk/core/credentials/creds.py) and Google.Apis.Auth reads. Messages name fields, and never repeat their
/// values except addresses.
/// </summary>
internal sealed class CredentialFileReader(string description, Endpoints endpoints)
{
    private const int MaxDepth = 16;

    public CredentialFile Read(string text)
    {
        try
        {
            var options = new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = MaxDepth };
            if (JsonNode.Parse(text, null, options) is JsonObject json) return Read(json);
            throw Wrong("it holds JSON, but not an object");
        }
        catch (JsonException e)
        {
            // The parser's message would repeat a character of the secret.
            throw Wrong(NotJson(text) ?? $"it is not JSON from line {e.LineNumber + 1} on");
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or ArgumentException)
        {
            throw Wrong("a value in it has the wrong type");
        }
    }

    /// <summary>Describes the file if it contains a credential in another form; otherwise returns null.</summary>
    private static string? NotJson(string text)
    {
        string start = text.TrimStart();
        return start.StartsWith("-----BEGIN", StringComparison.Ordinal)
                ? "it holds a private key alone; the JSON file that the key came in is needed"
            : start.StartsWith("eyJ", StringComparison.Ordinal) || start.StartsWith("ewo", StringComparison.Ordinal)
                ? "it holds base64; decode it first, for example with base64 --decode"
            : start.StartsWith("ya29.", StringComparison.Ordinal)
                ? "it holds an access token; use the variable CLOUDSDK_AUTH_ACCESS_TOKEN_FILE for such a file"
            : null;
    }

    private CredentialFile Read(JsonObject json)
    {
        RememberSecrets(json);
        string universe = UniverseOf(json);
        // The file must not decide where tokens are sent, so the universe is chosen elsewhere, and both must agree.
        if (Optional(json, "type") is null || string.Equals(universe, endpoints.Universe, StringComparison.OrdinalIgnoreCase))
            return ReadByType(json);
        throw new RegistryException(
            RegistryErrorKind.UnsafeRequest,
            $"{Capital(description)} belongs to the universe '{Shown(universe)}', and the services to '{endpoints.Universe}'.")
        {
            Advice = $"If that universe is right, use Connect-ArRegistry -UniverseDomain {Shown(universe)}.",
        };
    }

    private static string UniverseOf(JsonObject json) =>
        Optional(json, "universe_domain") is { Length: > 0 } domain ? domain : Endpoints.GoogleUniverse;

    private static readonly HashSet<string> Schemes = new(["Basic", "Bearer", "Token"], StringComparer.OrdinalIgnoreCase);

    // From now on these values are hidden in all output. What any header says may be a secret; a short one is hidden only
    // where the name says that it is one, because others are words such as "True" and "Google".
    private static void RememberSecrets(JsonNode? node, bool isSecret = false, bool evenShort = false)
    {
        if (node is JsonObject fields)
        {
            foreach ((string name, JsonNode? value) in fields)
            {
                bool isNamed = value is JsonValue && (Secrets.IsSecretName(name) || name.Equals("Authorization", StringComparison.OrdinalIgnoreCase));
                RememberSecrets(value, isSecret || isNamed || name == "headers", isNamed);
            }
        }
        else if (node is JsonArray items)
        {
            foreach (JsonNode? item in items) RememberSecrets(item, isSecret, evenShort);
        }
        else if (isSecret && node is JsonValue text && text.TryGetValue(out string? secret))
        {
            Secrets.Add(secret, evenShort);
            // In a header the secret follows its scheme. The last word of any other text may be an ordinary word.
            if (secret.Split(' ') is [string scheme, string value]) Secrets.Add(value, evenShort && Schemes.Contains(scheme));
        }
    }

    private CredentialFile ReadByType(JsonObject json) => Optional(json, "type") switch
    {
        "service_account" => ServiceAccount(json),
        "authorized_user" => User(json),
        "external_account" => External(json),
        "external_account_authorized_user" => ExternalUser(json),
        "impersonated_service_account" => Impersonated(json),
        "service_account_p12" => throw Wrong("it holds a key in PKCS #12, which this module does not use; make a key in JSON"),
        null when json.ContainsKey("installed") || json.ContainsKey("web") => throw Wrong(
            "it is an OAuth client's secret, which signs nobody in by itself; "
            + "gcloud auth application-default login --client-id-file=FILE makes a credential with it"),
        null => throw Wrong("it has no \"type\""),
        string type => throw Wrong(
            $"its type '{Shown(type)}' is none of service_account, authorized_user, external_account, "
            + "external_account_authorized_user and impersonated_service_account"),
    };

    private CredentialFile ServiceAccount(JsonObject json)
    {
        string email = Required(json, "client_email");
        json["private_key"] = PrivateKeyText.Check(Required(json, "private_key"), out string? problem);
        if (problem is not null) throw Wrong(problem);
        CheckEndpoint(json, "token_uri");
        return Checked(json, "service_account", email);
    }

    private CredentialFile User(JsonObject json)
    {
        foreach (string field in new[] { "client_id", "client_secret", "refresh_token" }) Required(json, field);
        return Checked(json, "authorized_user", Optional(json, "account") is { Length: > 0 } account ? account : null);
    }

    private CredentialFile ExternalUser(JsonObject json)
    {
        foreach (string field in new[] { "client_id", "client_secret", "refresh_token", "token_url" }) Required(json, field);
        CheckEndpoint(json, "token_url");
        CheckEndpoint(json, "token_info_url");
        return Checked(json, "external_account_authorized_user", null);
    }

    private CredentialFile External(JsonObject json)
    {
        foreach (string field in new[] { "audience", "subject_token_type", "token_url" }) Required(json, field);
        CheckEndpoint(json, "token_url");
        CheckEndpoint(json, "token_info_url");
        if (json["credential_source"] is not JsonObject source) throw Wrong("it has no \"credential_source\"");
        // Google's library for .NET starts no programs, and neither does this module because a file says so; gcloud
        // can.
        if (source.ContainsKey("executable") || source.ContainsKey("certificate"))
            throw Wrong(
                "its credential_source is an executable or a certificate, which this module does not use; sign in with "
                + "it to gcloud (gcloud auth login --cred-file=FILE), and use Connect-ArRegistry -UseGcloud");
        var providers = new List<string>();
        foreach (string field in new[] { "url", "region_url", "imdsv2_session_token_url" })
        {
            if (Optional(source, field) is not string text) continue;
            // A regional address contains {region}.
            if (!Uri.TryCreate(text.Replace("{region}", "region", StringComparison.Ordinal), UriKind.Absolute, out Uri? address)
                || !SignInHandler.MayProveIdentity(address))
                throw Unsafe($"credential_source.{field}", text, "it is neither https nor this machine's own");
            providers.Add(address.Host);
        }

        Impersonation? impersonation = ImpersonationIn(json, []);
        // Google's library exchanges the proof of identity for a token; this module then impersonates the account.
        json.Remove("service_account_impersonation_url");
        return Checked(json, "external_account", null, providers, impersonation is null ? [] : [impersonation]);
    }

    private CredentialFile Impersonated(JsonObject json)
    {
        string[] delegates = json["delegates"] is JsonArray list ? [.. list.Select(each => each!.GetValue<string>())] : [];
        Impersonation impersonation = ImpersonationIn(json, delegates) ?? throw Wrong("it has no \"service_account_impersonation_url\"");
        if (json["source_credentials"] is not JsonObject inner) throw Wrong("it has no \"source_credentials\"");
        CredentialFile source = Read(inner);
        return new CredentialFile
        {
            Type = source.Type,
            Json = source.Json,
            Account = source.Account,
            Project = source.Project,
            QuotaProject = QuotaProjectIn(json) ?? source.QuotaProject,
            Audience = source.Audience,
            SelfSigned = source.SelfSigned,
            IdentityProviders = source.IdentityProviders,
            Impersonations = [.. source.Impersonations, impersonation],
        };
    }

    private Impersonation? ImpersonationIn(JsonObject json, string[] delegates)
    {
        if (CheckEndpoint(json, "service_account_impersonation_url") is not Uri address) return null;
        string last = Uri.UnescapeDataString(address.Segments[^1]);
        const string Verb = ":generateAccessToken";
        if (!last.EndsWith(Verb, StringComparison.Ordinal))
            throw Wrong($"its service_account_impersonation_url does not end in ACCOUNT{Verb}");
        int? seconds = json["service_account_impersonation"] is JsonObject more && more["token_lifetime_seconds"] is JsonNode lifetime
            ? lifetime.GetValue<int>()
            : null;
        return new Impersonation(Impersonation.CheckedAccount(last[..^Verb.Length], description), delegates)
        {
            Address = address,
            Lifetime = TimeSpan.FromSeconds(seconds ?? Impersonation.Hour.TotalSeconds),
        };
    }

    private CredentialFile Checked(
        JsonObject json, string type, string? account, IReadOnlyList<string>? providers = null, IReadOnlyList<Impersonation>? impersonations = null) => new()
        {
            Type = type,
            Json = json.ToJsonString(),
            Account = account,
            Project = Optional(json, "project_id") is { Length: > 0 } project && ImageNameGrammar.ProjectProblem(project) is null ? project : null,
            QuotaProject = QuotaProjectIn(json),
            Audience = Optional(json, "audience"),
            IdentityProviders = providers ?? [],
            Impersonations = impersonations ?? [],
            // Other universes only accept tokens that are signed with the key itself.
            SelfSigned = type == "service_account" && UniverseOf(json) != Endpoints.GoogleUniverse,
        };

    private string? QuotaProjectIn(JsonObject json) =>
        Optional(json, "quota_project_id") is not { Length: > 0 } project ? null
        : ImageNameGrammar.ProjectProblem(project) is string problem ? throw Wrong($"its quota_project_id does not name a project: {problem}")
        : project;

    private Uri? CheckEndpoint(JsonObject json, string field)
    {
        if (Optional(json, field) is not { Length: > 0 } text) return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.UserInfo.Length == 0
            && SignInHandler.MayReceiveSecrets(address, endpoints))
            return address;
        throw Unsafe(field, text, $"it is none of Google's hosts ({endpoints.Universe}) by https");
    }

    private string Required(JsonObject json, string field) =>
        Optional(json, field) is { Length: > 0 } value ? value : throw Wrong($"it has no \"{field}\"");

    private static string? Optional(JsonObject json, string field) => json[field]?.GetValue<string>();

    private RegistryException Wrong(string what) => new(
        RegistryErrorKind.Unauthenticated, $"{Capital(description)} cannot be used to sign in: {what}.")
    {
        Advice = "A person makes a new file with: gcloud auth application-default login. A service account gets one with: "
            + "gcloud iam service-accounts keys create KEY.json --iam-account=ACCOUNT",
    };

    private RegistryException Unsafe(string field, string address, string why)
    {
        // A secret may be in the wrong field, so only an address is shown, without user and query.
        string where = Uri.TryCreate(address, UriKind.Absolute, out Uri? parsed)
            ? $"leads to '{parsed.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)}', and {why}"
            : "is not an address";
        return new RegistryException(
            RegistryErrorKind.UnsafeRequest,
            $"{Capital(description)} is not used: {field} {where}. Take such a file only from Google Cloud and people you trust.");
    }

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    // A secret may be in the wrong field; names of types and domains are short and have no uppercase letters.
    private static string Shown(string value) =>
        value.Length <= 60 && value.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '.' or '-') ? value : "(not shown)";
}
