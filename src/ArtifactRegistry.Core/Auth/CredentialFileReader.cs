using System.Text.Json;
using System.Text.Json.Nodes;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Auth;

/// <summary>
/// Reads the content of a credential file, with the field names that gcloud writes
/// (googlecloudsdk/core/credentials/creds.py) and Google.Apis.Auth reads.
/// </summary>
internal sealed class CredentialFileReader(string description, Endpoints endpoints)
{
    private const int MaxDepth = 16;

    private readonly CredentialFileErrors _errors = new(description);

    public CredentialFile Read(string text)
    {
        try
        {
            JsonDocumentOptions options = new()
            {
                AllowTrailingCommas = true,
                CommentHandling = JsonCommentHandling.Skip,
                MaxDepth = MaxDepth,
            };
            if (JsonNode.Parse(text, null, options) is JsonObject json)
                return Read(json);
            throw _errors.Wrong("it holds JSON, but not an object");
        }
        catch (JsonException e)
        {
            // The parser's message would repeat a character of the secret.
            throw _errors.Wrong(
                CredentialFileErrors.DescribeOtherForm(text) ?? $"it is not JSON from line {e.LineNumber + 1} on"
            );
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or ArgumentException)
        {
            throw _errors.Wrong("a value in it has the wrong type");
        }
    }

    private CredentialFile Read(JsonObject json)
    {
        CredentialSecrets.Hide(json);
        string universe = UniverseOf(json);
        // The file must not decide where tokens are sent, so the universe is chosen elsewhere, and both must agree.
        if (
            Optional(json, "type") is null
            || string.Equals(universe, endpoints.Universe, StringComparison.OrdinalIgnoreCase)
        )
            return ReadByType(json);
        throw new RegistryException(
            RegistryErrorKind.UnsafeRequest,
            $"{_errors.Subject} belongs to the universe '{CredentialFileErrors.Shown(universe)}', and the services to "
                + $"'{endpoints.Universe}'."
        )
        {
            Advice =
                $"If that universe is right, use Connect-ArRegistry -UniverseDomain "
                    + $"{CredentialFileErrors.Shown(universe)}.",
        };
    }

    private static string UniverseOf(JsonObject json) =>
        Optional(json, "universe_domain") is { Length: > 0 } domain ? domain : Endpoints.GoogleUniverse;

    private CredentialFile ReadByType(JsonObject json) =>
        Optional(json, "type") switch
        {
            "service_account" => ServiceAccount(json),
            "authorized_user" => User(json),
            "external_account" => External(json),
            "external_account_authorized_user" => ExternalUser(json),
            "impersonated_service_account" => Impersonated(json),
            "service_account_p12" => throw _errors.Wrong(
                "it holds a key in PKCS #12, which this module does not use; make a key in JSON"
            ),
            null when json.ContainsKey("installed") || json.ContainsKey("web") => throw _errors.Wrong(
                "it is an OAuth client's secret, which signs nobody in by itself; "
                    + "gcloud auth application-default login --client-id-file=FILE makes a credential with it"
            ),
            null => throw _errors.Wrong("it has no \"type\""),
            string type => throw _errors.Wrong(
                $"its type '{CredentialFileErrors.Shown(type)}' is not one of service_account, authorized_user, "
                    + $"external_account, external_account_authorized_user and impersonated_service_account"
            ),
        };

    private CredentialFile ServiceAccount(JsonObject json)
    {
        string email = Required(json, "client_email");
        json["private_key"] = PrivateKeyText.Check(Required(json, "private_key"), out string? problem);
        if (problem is not null) throw _errors.Wrong(problem);
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
        foreach (string field in new[] { "client_id", "client_secret", "refresh_token", "token_url" })
            Required(json, field);
        CheckEndpoint(json, "token_url");
        CheckEndpoint(json, "token_info_url");
        return Checked(json, "external_account_authorized_user", null);
    }

    private CredentialFile External(JsonObject json)
    {
        foreach (string field in new[] { "audience", "subject_token_type", "token_url" }) Required(json, field);
        CheckEndpoint(json, "token_url");
        CheckEndpoint(json, "token_info_url");
        if (json["credential_source"] is not JsonObject source) throw _errors.Wrong("it has no \"credential_source\"");
        // Google's library for .NET starts no programs, and neither does this module because a file says so; gcloud
        // can.
        if (source.ContainsKey("executable") || source.ContainsKey("certificate"))
            throw _errors.Wrong(
                "its credential_source is an executable or a certificate, which this module does not use; sign in with "
                + "it to gcloud (gcloud auth login --cred-file=FILE), and use Connect-ArRegistry -UseGcloud");
        List<string> providers = new();
        foreach (string field in new[] { "url", "region_url", "imdsv2_session_token_url" })
        {
            if (Optional(source, field) is not string text) continue;
            // A regional address contains {region}.
            if (
                !Uri.TryCreate(
                    text.Replace("{region}", "region", StringComparison.Ordinal),
                    UriKind.Absolute,
                    out Uri? address
                ) || !SignInHandler.MayProveIdentity(address)
            )
                throw _errors.Unsafe($"credential_source.{field}", text, "it is neither https nor this machine's own");
            providers.Add(address.Host);
        }

        Impersonation? impersonation = ImpersonationIn(json, []);
        // Google's library exchanges the proof of identity for a token; this module then impersonates the account.
        json.Remove("service_account_impersonation_url");
        return Checked(json, "external_account", null, providers, impersonation is null ? [] : [impersonation]);
    }

    private CredentialFile Impersonated(JsonObject json)
    {
        string[] delegates = json["delegates"] is JsonArray list
            ? [.. list.Select(each => each!.GetValue<string>())]
            : [];
        Impersonation impersonation = ImpersonationIn(json, delegates)
            ?? throw _errors.Wrong("it has no \"service_account_impersonation_url\"");
        if (json["source_credentials"] is not JsonObject inner)
            throw _errors.Wrong("it has no \"source_credentials\"");
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
            throw _errors.Wrong($"its service_account_impersonation_url does not end in ACCOUNT{Verb}");
        int? seconds =
            json["service_account_impersonation"] is JsonObject more
            && more["token_lifetime_seconds"] is JsonNode lifetime
                ? lifetime.GetValue<int>()
                : null;
        return new Impersonation(Impersonation.CheckedAccount(last[..^Verb.Length], description), delegates)
        {
            Address = address,
            Lifetime = TimeSpan.FromSeconds(seconds ?? Impersonation.Hour.TotalSeconds),
        };
    }

    private CredentialFile Checked(
        JsonObject json,
        string type,
        string? account,
        IReadOnlyList<string>? providers = null,
        IReadOnlyList<Impersonation>? impersonations = null
    ) =>
        new()
        {
            Type = type,
            Json = json.ToJsonString(),
            Account = account,
            Project =
                Optional(json, "project_id") is { Length: > 0 } project
                && ImageNameGrammar.ProjectProblem(project) is null
                    ? project
                    : null,
            QuotaProject = QuotaProjectIn(json),
            Audience = Optional(json, "audience"),
            IdentityProviders = providers ?? [],
            Impersonations = impersonations ?? [],
            // Other universes only accept tokens that are signed with the key itself.
            SelfSigned = type == "service_account" && UniverseOf(json) != Endpoints.GoogleUniverse,
        };

    private string? QuotaProjectIn(JsonObject json) =>
        Optional(json, "quota_project_id") is not { Length: > 0 } project ? null
        : ImageNameGrammar.ProjectProblem(project) is string problem
            ? throw _errors.Wrong($"its quota_project_id does not name a project: {problem}")
        : project;

    private Uri? CheckEndpoint(JsonObject json, string field)
    {
        if (Optional(json, field) is not { Length: > 0 } text) return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.UserInfo.Length == 0
            && SignInHandler.MayReceiveSecrets(address, endpoints))
            return address;
        throw _errors.Unsafe(field, text, $"it is not a host of Google ({endpoints.Universe}) by https");
    }

    private string Required(JsonObject json, string field) =>
        Optional(json, field) is { Length: > 0 } value ? value : throw _errors.Wrong($"it has no \"{field}\"");

    private static string? Optional(JsonObject json, string field) => json[field]?.GetValue<string>();
}
