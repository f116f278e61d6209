using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>
/// The condition of a service account, which determines whether it can be used at all, whatever it is granted.
/// </summary>
internal enum AccountCondition
{
    /// <summary>The member is not a service account of a project, so there is nothing to check.</summary>
    NotApplicable,

    /// <summary>The account exists and is enabled.</summary>
    Enabled,

    /// <summary>The account is disabled.</summary>
    Disabled,

    /// <summary>The account was deleted, or never existed.</summary>
    Missing,

    /// <summary>IAM does not let the caller see the account.</summary>
    NotVisible,
}

/// <summary>The status of a service account according to IAM.</summary>
/// <param name="Condition">The condition.</param>
/// <param name="Detail">The condition in words, with what to do about it.</param>
internal sealed record AccountStatus(AccountCondition Condition, string Detail)
{
    private const string OwnAccounts = ".iam.gserviceaccount.com";

    /// <summary>Gets the command that helps; null where there is none.</summary>
    public string? Command { get; init; }

    /// <summary>Gets the account that was probably meant instead of one that is missing; null if there is none.</summary>
    public string? Meant { get; init; }

    /// <summary>Gets the status of members that are not checked.</summary>
    public static AccountStatus NotApplicable { get; } = new(AccountCondition.NotApplicable, "");

    /// <summary>Requests a service account from IAM. Accounts of Google's own services are not requested.</summary>
    /// <param name="accounts">IAM Admin.</param>
    /// <param name="member">The member as IAM writes it.</param>
    /// <param name="project">
    /// The project of the account, if known; the e-mail of the default account does not contain it.
    /// </param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <param name="isTyped">Whether somebody typed the account, so that it may be misspelt.</param>
    public static async Task<AccountStatus> FindAsync(
        IamClient accounts,
        string member,
        string? project,
        CancellationToken stop,
        bool isTyped = false
    )
    {
        ArgumentNullException.ThrowIfNull(accounts);
        if (
            EmailOf(member) is not string email
            || (ProjectOf(email) ?? project ?? DefaultOf(email)) is not string place
        )
            return NotApplicable;
        string inProject = place == IamClient.AnyProject ? "" : $" --project={place}";
        try
        {
            ServiceAccountMessage account = await accounts.GetServiceAccountAsync(place, email, stop);
            string enable = $"gcloud iam service-accounts enable {email}{inProject}";
            return account.Disabled
                ? new(
                    AccountCondition.Disabled,
                    $"The account {email} is disabled, so nodes that run as it cannot pull whatever it is granted. Who "
                        + "administers its project can enable it.")
                { Command = enable }
                : new(AccountCondition.Enabled, "");
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
            if (isTyped && await FindNearestAsync(accounts, member, stop) is string near)
                return new(AccountCondition.Missing, $"There is no account {email}. Did you mean {near}?")
                {
                    Meant = near,
                };
            return new(
                AccountCondition.Missing,
                $"There is no account {email}: it was deleted, or never existed. A deleted account can be brought back "
                    + $"for 30 days: gcloud iam "
                    + $"service-accounts undelete UNIQUE_ID{inProject}. A new account of the same name needs "
                    + $"a grant of its own.")
            {
                Command = ProjectOf(email) is string own
                    && email.EndsWith(OwnAccounts, StringComparison.OrdinalIgnoreCase)
                    ? $"New-ArNodeServiceAccount -Project {own} -Name {email.Split('@')[0]}"
                    : null,
            };
        }
        catch (RegistryException e)
            when (e.Kind is RegistryErrorKind.PermissionDenied or RegistryErrorKind.OutsidePerimeter)
        {
            return new(
                AccountCondition.NotVisible,
                $"Whether the account {email} exists and is enabled cannot be seen (needs iam.serviceAccounts.get, as "
                    + $"in roles/iam.serviceAccountViewer"
                    + $"{(place == IamClient.AnyProject ? "" : $", on project {place}")}): {e.Message}");
        }
    }

    /// <summary>Finds the account of the same project that was probably meant; null if there is none.</summary>
    public static async Task<string?> FindNearestAsync(IamClient accounts, string member, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(accounts);
        if (ProjectOfOwn(member) is not string project) return null;
        List<string> known = [];
        try
        {
            await foreach (ServiceAccountMessage account in accounts.ListServiceAccountsAsync(project, stop))
                known.Add(account.Email);
        }
        catch (RegistryException)
        {
            return null; // a suggestion is not worth an error
        }

        return Nearest.To(EmailOf(member)!, known);
    }

    /// <summary>
    /// Gets the project of a service account that a project's owner creates; null for any other member.
    /// </summary>
    public static string? ProjectOfOwn(string member) =>
        EmailOf(member) is string email && email.EndsWith(OwnAccounts, StringComparison.OrdinalIgnoreCase)
            ? ProjectOf(email)
            : null;

    private static string? EmailOf(string member)
    {
        const string Kind = "serviceAccount:";
        return member is not null && member.StartsWith(Kind, StringComparison.Ordinal) && !MemberName.IsWorkload(member)
            ? member[Kind.Length..]
            : null;
    }

    // NAME@shop.iam.gserviceaccount.com; NAME@shop.example.com.iam.gserviceaccount.com of the project example.com:shop;
    // shop@appspot.gserviceaccount.com. See https://cloud.google.com/iam/docs/service-account-types.
    private static string? ProjectOf(string email)
    {
        if (email.Split('@') is not [string name, string host] || IsOfGoogle(name, host)) return null;
        if (host.Equals("appspot.gserviceaccount.com", StringComparison.OrdinalIgnoreCase)) return Valid(name);
        if (!host.EndsWith(OwnAccounts, StringComparison.OrdinalIgnoreCase)) return null;
        string[] place = host[..^OwnAccounts.Length].Split('.', 2);
        return Valid(place is [string id, string domain] ? $"{domain}:{id}" : place[0]);
    }

    // The e-mail contains the project number, and IAM requires the project id.
    private static string? DefaultOf(string email) =>
        email.EndsWith("-compute@developer.gserviceaccount.com", StringComparison.OrdinalIgnoreCase)
            ? IamClient.AnyProject
            : null;

    private static bool IsOfGoogle(string name, string host) =>
        name.StartsWith("service-", StringComparison.Ordinal) && name["service-".Length..].All(char.IsAsciiDigit)
        || host.StartsWith("gcp-sa-", StringComparison.OrdinalIgnoreCase);

    private static string? Valid(string project) => ImageNameGrammar.ProjectProblem(project) is null ? project : null;
}
