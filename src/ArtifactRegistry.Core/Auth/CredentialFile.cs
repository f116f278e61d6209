using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Auth;

/// <summary>
/// A credential file that has been read and checked: nothing in it may send a secret where no secret belongs.
/// See https://google.aip.dev/auth/4110 and the pages that it leads to.
/// </summary>
/// <remarks>No record: the text of a record would show the secrets.</remarks>
internal sealed class CredentialFile
{
    private const int LongestFile = 1 << 20;
    private const int DeepestJson = 16;

    /// <summary>Its <c>type</c>, one of those that <see cref="IGoogleAuth"/> knows.</summary>
    public required string Type { get; init; }

    /// <summary>What <see cref="IGoogleAuth"/> gets.</summary>
    public required string Json { get; init; }

    /// <summary>Who it is, where the file says so.</summary>
    public string? Account { get; init; }

    public string? QuotaProject { get; init; }

    /// <summary>The hosts that prove who this machine is, for workload identity federation.</summary>
    public IReadOnlyList<string> IdentityProviders { get; init; } = [];

    /// <summary>The account that the file says to act as.</summary>
    public Impersonation? Impersonation { get; init; }

    /// <summary>True where the token is signed here and no service is asked.</summary>
    public bool SelfSigned { get; init; }

    /// <summary>Reads and checks a file.</summary>
    /// <exception cref="RegistryException">It cannot be read, or is none, or leads somewhere it must not.</exception>
    public static CredentialFile Read(string path, string description, Endpoints endpoints)
    {
        string text;
        try
        {
            using FileStream file = SharedFile.Open(path);
            using var reader = new StreamReader(file);
            char[] buffer = new char[LongestFile];
            int length = reader.ReadBlock(buffer);
            if (length == LongestFile) throw new IOException("It is longer than any credential.");
            text = new string(buffer, 0, length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            string why = e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file." : e.Message;
            throw new RegistryException(RegistryErrorKind.Unauthenticated, $"Cannot read {description}: {why}", e)
            {
                Advice = "Check the path, and that this account of the machine may read the file.",
            };
        }

        return new CredentialFileReader(description, endpoints).Read(text);
    }

    /// <inheritdoc/>
    public override string ToString() => Type;

    /// <summary>Reads what the file holds. Messages name fields, and never repeat what they hold but addresses.</summary>
    private sealed class CredentialFileReader(string description, Endpoints endpoints)
    {
        public CredentialFile Read(string text)
        {
            try
            {
                var options = new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = DeepestJson };
                if (JsonNode.Parse(text, null, options) is JsonObject json) return Read(json);
                throw Wrong("it holds JSON, but no object");
            }
            catch (JsonException e)
            {
                // The parser's words would repeat a character of the secret.
                throw Wrong($"it is no JSON from line {e.LineNumber + 1} on");
            }
            catch (Exception e) when (e is InvalidOperationException or FormatException or ArgumentException)
            {
                throw Wrong("a value in it has the wrong type");
            }
        }

        private CredentialFile Read(JsonObject json)
        {
            string universe = UniverseOf(json);
            // The file must not decide where tokens go, so the universe is chosen elsewhere, and they have to agree.
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

        private CredentialFile ReadByType(JsonObject json) => Optional(json, "type") switch
        {
            "service_account" => ServiceAccount(json),
            "authorized_user" => User(json),
            "external_account" => External(json),
            "external_account_authorized_user" => ExternalUser(json),
            "impersonated_service_account" => Impersonated(json),
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
            using (var key = RSA.Create())
            {
                try
                {
                    key.ImportFromPem(Required(json, "private_key"));
                }
                catch (Exception e) when (e is ArgumentException or CryptographicException)
                {
                    throw Wrong("its private_key is no private key in PEM; the file may be cut off or edited");
                }
            }

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
            // Google's library for .NET starts no programs, and neither do we at the word of a file; gcloud can be told to.
            if (source.ContainsKey("executable") || source.ContainsKey("certificate"))
                throw Wrong(
                    "its credential_source is an executable or a certificate, which this module does not use; sign in with "
                    + "it to gcloud (gcloud auth login --cred-file=FILE), and use Connect-ArRegistry -UseGcloud");
            var providers = new List<string>();
            foreach (string field in new[] { "url", "region_url", "imdsv2_session_token_url" })
            {
                if (Optional(source, field) is not string text) continue;
                // The address of a region has the region in braces in it.
                if (!Uri.TryCreate(text.Replace("{region}", "region", StringComparison.Ordinal), UriKind.Absolute, out Uri? address)
                    || !SignInHandler.MayProveIdentity(address))
                    throw Unsafe($"credential_source.{field}", text, "it is neither https nor this machine's own");
                providers.Add(address.Host);
            }

            Impersonation? impersonation = ImpersonationIn(json, []);
            // The step from the proof to the token is Google's library's; the one from there to the account is ours.
            json.Remove("service_account_impersonation_url");
            CredentialFile file = Checked(json, "external_account", impersonation?.Account);
            return new CredentialFile
            {
                Type = file.Type,
                Json = file.Json,
                Account = file.Account,
                QuotaProject = file.QuotaProject,
                IdentityProviders = providers,
                Impersonation = impersonation,
            };
        }

        private CredentialFile Impersonated(JsonObject json)
        {
            string[] delegates = json["delegates"] is JsonArray list ? [.. list.Select(each => each!.GetValue<string>())] : [];
            Impersonation impersonation = ImpersonationIn(json, delegates) ?? throw Wrong("it has no \"service_account_impersonation_url\"");
            if (json["source_credential"] is not JsonObject inner) throw Wrong("it has no \"source_credential\"");
            CredentialFile source = Read(inner);
            if (source.Impersonation is not null) throw Wrong("its source_credential impersonates in turn; use \"delegates\" for a chain");
            return new CredentialFile
            {
                Type = source.Type,
                Json = source.Json,
                Account = impersonation.Account,
                QuotaProject = QuotaProjectIn(json) ?? source.QuotaProject,
                SelfSigned = source.SelfSigned,
                IdentityProviders = source.IdentityProviders,
                Impersonation = impersonation,
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

        private CredentialFile Checked(JsonObject json, string type, string? account) => new()
        {
            Type = type,
            Json = json.ToJsonString(),
            Account = account,
            QuotaProject = QuotaProjectIn(json),
            // Other universes take tokens that the key itself has signed, and no others.
            SelfSigned = type == "service_account" && UniverseOf(json) != Endpoints.GoogleUniverse,
        };

        private string? QuotaProjectIn(JsonObject json) =>
            Optional(json, "quota_project_id") is not { Length: > 0 } project ? null
            : ImageNameGrammar.ProjectProblem(project) is string problem ? throw Wrong($"its quota_project_id names no project: {problem}")
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
                + "gcloud iam service-accounts keys create KEY.json --iam-account ACCOUNT",
        };

        private RegistryException Unsafe(string field, string address, string why) => new(
            RegistryErrorKind.UnsafeRequest,
            $"{Capital(description)} is not used: {field} leads to '{Shown(address)}', and {why}. Take the file from nobody but "
            + "Google Cloud and people you trust.");

        private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

        // Somebody may have put a secret into the wrong field.
        private static string Shown(string value) => value.Length <= 100 ? value : value[..100] + "…";
    }
}
