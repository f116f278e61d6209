using ArtifactRegistry.Http;

namespace ArtifactRegistry.Auth;

/// <summary>Signs in with a credential file. The file is read anew each time, since keys are rotated while a script runs.</summary>
internal sealed class CredentialFileSource(CredentialFile file, string path, string description, SignIn signIn) : ICredential
{
    public string Description => description;

    public string? Account { get; private set; } = file.Account;

    public TimeSpan Limit => TimeSpan.FromSeconds(60);

    public async Task<AccessToken> SignInAsync(Action<string>? trace, CancellationToken stop)
    {
        CredentialFile now = CredentialFile.Read(path, description, signIn.Endpoints);
        Account = now.Account;
        using var handler = new SignInHandler(signIn.Connections, signIn.Endpoints, now.IdentityProviders, trace);
        try
        {
            AccessToken token = await signIn.Google.RequestTokenAsync(now.Json, now.Type, now.SelfSigned, handler, stop);
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
                RegistryErrorKind.Unauthenticated, $"Signing in with {description} failed: {e.Message}", e.InnerException)
            {
                Advice = e.Advice,
            };
        }
    }

    // Google documents none of its descriptions, so only the code and the kind of file decide.
    private static string AdviceFor(CredentialFile file, RegistryException e, TimeSpan? ahead)
    {
        if (ahead is TimeSpan skew && skew.Duration() > TimeSpan.FromMinutes(5))
            return $"The clock of this machine is {skew.Duration().TotalMinutes:0} minutes {(skew > TimeSpan.Zero ? "ahead of" : "behind")} "
                + "the service's: set it right.";
        return (file.Type, e.Reason) switch
        {
            ("service_account", "invalid_grant") =>
                "The key or its account was deleted or disabled: gcloud iam service-accounts keys list shows what is there.",
            ("service_account", _) => "Check that the account exists and is enabled.",
            ("authorized_user", "invalid_grant") =>
                "The sign-in was revoked or has expired. Run: gcloud auth application-default login",
            ("authorized_user", _) => "Run: gcloud auth application-default login",
            ("external_account", _) =>
                "Check the provider of the workload identity pool: its issuer, audience and attribute condition must fit what this machine presents.",
            _ => "Sign in again: gcloud auth application-default login",
        };
    }
}
