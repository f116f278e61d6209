using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace ArtifactRegistry.Emulator.SignIn;

/// <summary>The identities that may sign in at the emulated token services, and their tokens. Thread-safe.</summary>
public sealed class SignInState(TimeProvider clock)
{
    // Created once: creating a key takes long, and nothing here is worth protecting.
    private static readonly Lazy<RSA> Key = new(() => RSA.Create(2048));

    private readonly Lock _lock = new();
    private readonly Dictionary<string, string> _refreshTokens = [];
    private readonly Dictionary<string, string> _subjects = [];
    private readonly HashSet<string> _accounts = [];
    private readonly HashSet<(string Caller, string Account)> _mayAct = [];
    private readonly Dictionary<string, (string Identity, DateTimeOffset End)> _tokens = [];
    private int _issued;

    /// <summary>The lifetime of the tokens that are issued from now on.</summary>
    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The time by which the services' clock is ahead of this machine's.</summary>
    public TimeSpan ClockAhead { get; set; }

    /// <summary>The service account of the client's machine; null if there is no metadata server.</summary>
    public string? MachineAccount { get; set; }

    /// <summary>Gets or sets the project of the client's machine.</summary>
    public string? MachineProject { get; set; }

    /// <summary>The number of tokens that were issued.</summary>
    public int Issued
    {
        get { lock (_lock) return _issued; }
    }

    /// <summary>Creates a service account without a key.</summary>
    public void AddServiceAccount(string email)
    {
        ArgumentException.ThrowIfNullOrEmpty(email);
        lock (_lock) _accounts.Add(email);
    }

    /// <summary>Creates a service account with a key.</summary>
    /// <returns>The key file, as downloaded from the console.</returns>
    public JsonObject AddServiceAccountKey(string email)
    {
        AddServiceAccount(email);
        return new JsonObject
        {
            ["type"] = "service_account",
            ["project_id"] = "shop",
            ["private_key_id"] = "5f3c",
            ["private_key"] = Key.Value.ExportPkcs8PrivateKeyPem() + "\n",
            ["client_email"] = email,
            ["client_id"] = "1234567890",
            ["token_uri"] = "https://oauth2.googleapis.com/token",
            ["universe_domain"] = "googleapis.com",
        };
    }

    /// <summary>Creates a user who is signed in.</summary>
    /// <returns>The file that gcloud auth application-default login writes.</returns>
    public JsonObject AddUser(string email)
    {
        string refreshToken = $"1//{Convert.ToHexString(RandomNumberGenerator.GetBytes(20))}";
        lock (_lock) _refreshTokens[refreshToken] = email;
        return new JsonObject
        {
            ["type"] = "authorized_user",
            ["account"] = email,
            ["client_id"] = "764086051850.apps.googleusercontent.com",
            ["client_secret"] = "d-FL95Q19q7MQmFpd7hHD0Ty",
            ["refresh_token"] = refreshToken,
            ["universe_domain"] = "googleapis.com",
        };
    }

    /// <summary>Accepts a proof of identity as that of a principal.</summary>
    public void Trust(string subjectToken, string principal)
    {
        lock (_lock) _subjects[subjectToken] = principal;
    }

    /// <summary>Grants roles/iam.serviceAccountTokenCreator.</summary>
    public void LetAct(string caller, string account)
    {
        lock (_lock)
        {
            _accounts.Add(account);
            _mayAct.Add((caller, account));
        }
    }

    /// <summary>Deletes an account with its keys, sign-ins and tokens.</summary>
    public void Revoke(string identity)
    {
        lock (_lock)
        {
            _accounts.Remove(identity);
            foreach ((string token, _) in _refreshTokens.Where(each => each.Value == identity).ToList())
                _refreshTokens.Remove(token);
        }
        RevokeTokens(identity);
    }

    /// <summary>Revokes every token of an identity, which may sign in again.</summary>
    public void RevokeTokens(string identity)
    {
        lock (_lock)
        {
            foreach ((string token, _) in _tokens.Where(each => each.Value.Identity == identity).ToList())
                _tokens.Remove(token);
        }
    }

    /// <summary>Gets the identity of a token; null if the token is unknown or has expired.</summary>
    public string? IdentityOf(string token)
    {
        lock (_lock)
            return _tokens.TryGetValue(token, out (string Identity, DateTimeOffset End) known)
                && clock.GetUtcNow() < known.End
                ? known.Identity
                : null;
    }

    internal DateTimeOffset Now => clock.GetUtcNow() + ClockAhead;

    internal string Issue(string identity, TimeSpan? lifetime = null)
    {
        lock (_lock)
        {
            string token = $"ya29.emulated-{++_issued}-{Convert.ToHexString(RandomNumberGenerator.GetBytes(16))}";
            _tokens[token] = (identity, clock.GetUtcNow() + (lifetime ?? TokenLifetime));
            return token;
        }
    }

    internal bool HasAccount(string email)
    {
        lock (_lock) return _accounts.Contains(email);
    }

    internal string? UserOf(string refreshToken)
    {
        lock (_lock) return _refreshTokens.GetValueOrDefault(refreshToken);
    }

    // A signed AWS request contains the access key somewhere; other proofs are compared as a whole.
    internal string? PrincipalOf(string subjectToken)
    {
        lock (_lock)
        {
            return _subjects.GetValueOrDefault(subjectToken)
                ?? _subjects.FirstOrDefault(each => each.Key.StartsWith("AKIA", StringComparison.Ordinal)
                    && subjectToken.Contains(each.Key, StringComparison.Ordinal)).Value;
        }
    }

    internal bool MayAct(string caller, string account)
    {
        lock (_lock) return _mayAct.Contains((caller, account));
    }

    internal static bool IsSigned(byte[] data, byte[] signature) =>
        Key.Value.VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
}
