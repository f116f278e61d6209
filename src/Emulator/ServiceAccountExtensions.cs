using ArtifactRegistry.Emulator.Api;
using ArtifactRegistry.Emulator.Model;

namespace ArtifactRegistry.Emulator;

/// <summary>The service accounts of a <see cref="RegistryState"/>.</summary>
public static class ServiceAccountExtensions
{
    /// <summary>Adds a service account, and its project if that is new.</summary>
    /// <returns>Its e-mail.</returns>
    public static string AddServiceAccount(
        this RegistryState state, string project, string accountId, string? displayName = null)
    {
        ArgumentNullException.ThrowIfNull(accountId);
        if (accountId.Length is < 6 or > 30 || !ServiceAccountMethods.AccountId().IsMatch(accountId))
            throw new ArgumentException(
                $"'{accountId}' is not an account id. Expected 6 to 30 lower-case letters, digits and hyphens.");
        lock (state.Gate)
        {
            ProjectEntry entry = state.AddProject(project).ExistingProject(project);
            if (entry.ServiceAccounts.Values.Any(account => account.AccountId == accountId))
                throw new InvalidOperationException(
                    $"Project '{project}' has a service account '{accountId}' already."
                );
            return state.Projects.AddServiceAccount(entry, accountId, displayName, null).Email;
        }
    }

    /// <summary>Gets the e-mails of a project's service accounts.</summary>
    public static IReadOnlyList<string> ServiceAccounts(this RegistryState state, string project)
    {
        lock (state.Gate) return [.. state.ExistingProject(project).ServiceAccounts.Keys];
    }

    /// <summary>Disables a service account.</summary>
    public static RegistryState DisableServiceAccount(this RegistryState state, string email)
    {
        lock (state.Gate)
        {
            ServiceAccountEntry account = state.Projects.FindServiceAccount(email)
                ?? throw new ArgumentException($"There is no service account '{email}'.");
            account.Disabled = true;
        }
        return state;
    }
}
