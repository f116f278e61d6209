using ArtifactRegistry.Http;

namespace ArtifactRegistry.Auth;

/// <summary>
/// Signs in with a credential file. The file is read again each time, because keys may be rotated while a script runs.
/// </summary>
internal sealed class CredentialFileSource(CredentialFile file, string path, string description, SignIn signIn)
    : ICredential
{
    public string Description => description;

    public string? Account { get; private set; } = file.Account;

    public string? Member => ITokenSource.MemberOf(file.Account) ?? MemberOf(file.Audience);

    public string? Project => file.Project;

    public TimeSpan Limit => TimeSpan.FromSeconds(60);

    public async Task<AccessToken> SignInAsync(Action<string>? trace, CancellationToken stop)
    {
        CredentialFile now = CredentialFile.Read(path, description, signIn.Endpoints);
        Account = now.Account;
        using SignInHandler handler = new(signIn.Connections, signIn.Endpoints, now.IdentityProviders, trace);
        try
        {
            AccessToken token = await signIn.Google.RequestTokenAsync(
                now.Json,
                now.Type,
                now.SelfSigned,
                handler,
                stop
            );
            return token.WithQuotaProject(now.QuotaProject);
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.Unauthenticated && e.Reason is not null)
        {
            throw new RegistryException(
                RegistryErrorKind.Unauthenticated, $"Signing in with {description} was refused: {e.Message}")
            {
                Reason = e.Reason,
                Advice = AdviceFor(now, e, handler.ClockAhead),
            };
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.Unauthenticated)
        {
            throw new RegistryException(
                RegistryErrorKind.Unauthenticated,
                $"Signing in with {description} failed: {e.Message}",
                e.InnerException
            )
            {
                // Signing in as a person does not help a job or a machine.
                Advice = e.Advice ?? (now.Type is "external_account" ? AdviceFor(now, e, handler.ClockAhead) : null),
            };
        }
    }

    // //iam.googleapis.com/POOL/providers/NAME stands for principal://iam.googleapis.com/POOL/subject/SUBJECT.
    private static string? MemberOf(string? audience)
    {
        int provider = audience?.IndexOf("/providers/", StringComparison.Ordinal) ?? -1;
        return provider > 0 && audience!.StartsWith("//iam.", StringComparison.Ordinal)
            ? $"principal:{audience[..provider]}/subject/SUBJECT"
            : null;
    }

    // Google does not document its error descriptions, so the code and the type of the file decide; the one exception
    // is the text that its own libraries look for: google/oauth2/_reauth.py.
    private static string AdviceFor(CredentialFile file, RegistryException e, TimeSpan? ahead)
    {
        const string SignInAgain = "gcloud auth application-default login";
        string describe = $"gcloud iam service-accounts describe {file.Account}";
        if (ahead is TimeSpan skew && skew.Duration() > TimeSpan.FromMinutes(5))
            return $"The clock of this machine is {skew.Duration().TotalMinutes:0} minutes "
                + $"{(skew > TimeSpan.Zero ? "ahead of" : "behind")} the service's: set it right.";
        return (file.Type, e.Reason) switch
        {
            ("service_account", "invalid_grant") =>
                "The key was deleted or has expired, or its account is disabled or deleted. Who administers the "
                    + "account finds out with: "
                    + $"gcloud iam service-accounts keys list --iam-account={file.Account}; and: {describe}. A new key "
                    + $"comes from: gcloud iam service-accounts keys create KEY.json --iam-account={file.Account}",
            ("service_account", _) => $"Check that the account exists and is enabled: {describe}",
            ("authorized_user", _) when e.Message.Contains("rapt", StringComparison.OrdinalIgnoreCase) =>
                $"Your organization wants a new sign-in from time to time. Run: {SignInAgain}. A scheduled script "
                    + $"needs a service account instead.",
            ("authorized_user", "invalid_grant") =>
                $"The sign-in was revoked or has expired, or the account is gone. Run: {SignInAgain}",
            ("authorized_user", "invalid_client" or "deleted_client" or "disabled_client" or "unauthorized_client") =>
                $"The OAuth client that the file was made with is gone or disabled. Make a new file, without "
                    + $"--client-id-file: {SignInAgain}",
            ("authorized_user", "admin_policy_enforced" or "access_denied") =>
                "The administrator of your Google Workspace does not allow this OAuth client. A service account is "
                    + "another way.",
            ("authorized_user", _) => $"Run: {SignInAgain}",
            ("external_account", _) =>
                "Check the provider of the workload identity pool: its issuer, audience and attribute condition must "
                    + "fit what this machine "
                    + $"presents. Who administers the pool shows it with: gcloud iam workload-identity-pools providers "
                    + $"describe {ProviderOf(file.Audience)}",
            _ => $"Sign in again: {SignInAgain}",
        };
    }

    // The name of a resource is the audience without its host.
    private static string ProviderOf(string? audience) =>
        audience?.Split('/') is ["", "", _, .. string[] name] && name.Length > 0 ? string.Join('/', name) : "PROVIDER";
}
