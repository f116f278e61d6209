using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Auth;

/// <summary>
/// The impersonation of a service account. It needs roles/iam.serviceAccountTokenCreator on the first account of the
/// chain, or, for a workload, roles/iam.workloadIdentityUser.
/// </summary>
/// <param name="Account">The e-mail address of the account to impersonate.</param>
/// <param name="Delegates">The intermediate accounts.</param>
internal sealed partial record Impersonation(string Account, IReadOnlyList<string> Delegates)
{
    public static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>The address of the method; null for the one of the universe.</summary>
    public Uri? Address { get; init; }

    public TimeSpan Lifetime { get; init; } = Hour;

    /// <summary>Parses a chain in gcloud's notation, <c>FIRST,SECOND,TARGET</c>.</summary>
    public static Impersonation Parse(string chain, string origin)
    {
        string[] accounts =
        [
            .. chain.Split(',', StringSplitOptions.TrimEntries).Select(each => CheckedAccount(each, origin)),
        ];
        return new Impersonation(accounts[^1], accounts[..^1]);
    }

    /// <exception cref="RegistryException">It is not an e-mail address.</exception>
    public static string CheckedAccount(string account, string origin) =>
        Email().IsMatch(account)
            ? account
            : throw new RegistryException(
                RegistryErrorKind.InvalidArgument,
                $"'{account}' ({origin}) is not a service account. Expected for example "
                    + $"deployer@my-project.iam.gserviceaccount.com."
            );

    [GeneratedRegex(@"^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+$")]
    private static partial Regex Email();
}

/// <summary>
/// Exchanges the token of one identity for that of a service account.
/// POST v1/projects/-/serviceAccounts/ACCOUNT:generateAccessToken
/// https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken
/// </summary>
internal sealed class ImpersonatedCredential(ITokenSource source, Impersonation impersonation, SignIn signIn)
    : ICredential
{
    public string Description => $"{source.Description}, acting as {impersonation.Account}";

    public string? Account => impersonation.Account;

    public string? Project => source.Project;

    public TimeSpan Limit => TimeSpan.FromMinutes(2); // the source may have to sign in first, and has a limit of its own

    public async Task<AccessToken> SignInAsync(Action<string>? trace, CancellationToken stop)
    {
        Uri address = impersonation.Address ?? new Uri(
            $"https://iamcredentials.{signIn.Endpoints.Universe}/v1/projects/-/serviceAccounts/"
            + $"{Uri.EscapeDataString(impersonation.Account)}:generateAccessToken");
        JsonObject request = new()
        {
            ["scope"] = new JsonArray(SignIn.Scope),
            ["lifetime"] = FormattableString.Invariant($"{impersonation.Lifetime.TotalSeconds:0}s"),
        };
        if (impersonation.Delegates.Count > 0)
            request["delegates"] = new JsonArray([
                .. impersonation.Delegates.Select(each => (JsonNode)$"projects/-/serviceAccounts/{each}"),
            ]);
        using SignInHandler handler = new(signIn.Connections, signIn.Endpoints, [], trace);
        using HttpClient http = TransportOptions.CreateHttpClient(handler);
        // Failed requests are retried at a lower level, which knows whether that is worthwhile.
        RestTransport transport = new(
            http,
            source,
            new TransportOptions { Retries = 0, RequestTimeout = SignIn.RequestLimit },
            null
        );
        try
        {
            GenerateAccessTokenResponse answer = await transport.SendAsync(
                new Call<GenerateAccessTokenResponse>(
                    HttpMethod.Post, address, request, Repeat.Freely, GenerateAccessTokenResponse.Read),
                stop);
            AccessToken asSource = await source.GetTokenAsync(null, null, stop);
            AccessToken token = AccessToken.Parse(answer.AccessToken, "the answer of the IAM Credentials API");
            return new AccessToken(token.Value) { ExpiresAt = answer.ExpireTime, QuotaProject = asSource.QuotaProject };
        }
        // An error without a request comes from the source, and is complete.
        catch (RegistryException e) when (e.Request is not null)
        {
            throw new RegistryException(
                RegistryErrorKind.Unauthenticated,
                $"{source.Account ?? source.Member ?? Capital(source.Description)} cannot act as "
                    + $"{impersonation.Account}: {e.Message}",
                e
            )
            {
                Reason = e.Reason,
                Advice = e.Advice ?? (int?)e.Status switch
                {
                    401 => "The credential to start from is not accepted. Sign in with it again.",
                    403 or 404 => AdviceOnRole(),
                    _ => null,
                },
            };
        }
    }

    public Task<string?> FindProjectAsync(Action<string>? trace, CancellationToken stop) =>
        source.FindProjectAsync(trace, stop);

    private string AdviceOnRole()
    {
        string member = source.Member ?? "MEMBER";
        // A workload needs a different role; all other members create tokens.
        bool isWorkload =
            member.Contains("/workloadIdentityPools/", StringComparison.Ordinal)
            || member.Contains(".svc.id.goog[", StringComparison.Ordinal);
        string role = isWorkload ? "roles/iam.workloadIdentityUser" : "roles/iam.serviceAccountTokenCreator";
        if (impersonation.Delegates.Count > 0)
            return $"Check the spelling. Each account of the chain needs {role} for the one before it. Who administers "
                + $"them grants it, to begin with: "
                + Command(impersonation.Delegates[0], member, role)
                + "; and the last step: "
                + Command(
                    impersonation.Account,
                    "serviceAccount:" + impersonation.Delegates[^1],
                    "roles/iam.serviceAccountTokenCreator"
                );
        string subject = member.EndsWith("SUBJECT", StringComparison.Ordinal)
            ? " SUBJECT is what the provider maps to google.subject; principalSet://… with attribute.NAME/VALUE lets "
                + "several in."
            : "";
        return $"Check the spelling of {impersonation.Account}. If it is right, who administers the account grants "
            + $"{role} on it: "
            + Command(impersonation.Account, member, role) + subject;
    }

    private static string Command(string account, string member, string role) =>
        $"gcloud iam service-accounts add-iam-policy-binding {account} --member=\"{member}\" --role={role}";

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
