using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>
/// Creates a service account for the nodes of GKE clusters, with the role that nodes need in their project.
/// </summary>
internal static class CreateNodeAccount
{
    /// <summary>
    /// The minimum role for a node. See https://cloud.google.com/kubernetes-engine/docs/how-to/hardening-your-cluster.
    /// </summary>
    public const string NodeRole = "roles/container.defaultNodeServiceAccount";

    /// <summary>
    /// Finds or creates the account, and grants it <see cref="NodeRole"/> on its project. May be run again: whatever
    /// exists already stays as it is.
    /// </summary>
    /// <param name="accounts">IAM Admin.</param>
    /// <param name="projects">Resource Manager.</param>
    /// <param name="project">The project of the clusters.</param>
    /// <param name="name">The part of the e-mail before the @.</param>
    /// <param name="displayName">The name shown in lists; may be null.</param>
    /// <param name="confirm">Asks whether to go on: target, then action.</param>
    /// <param name="report">Receives errors that occur after the account was created, each with its target.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <returns>The account; none if the answer was no.</returns>
    public static async Task<IReadOnlyList<NewNodeServiceAccount>> CreateAsync(
        IamClient accounts,
        ResourceManagerClient projects,
        string project,
        string name,
        string? displayName,
        Func<string, string, Task<bool>> confirm,
        Action<RegistryException, string> report,
        CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(accounts);
        ArgumentNullException.ThrowIfNull(projects);
        ArgumentNullException.ThrowIfNull(project);
        ArgumentNullException.ThrowIfNull(confirm);
        ArgumentNullException.ThrowIfNull(report);
        if (!IsName(name))
            throw new RegistryException(
                RegistryErrorKind.InvalidArgument,
                "this is not a valid name of a service account. Expected 6 to 30 lower-case letters, digits and hyphens, "
                    + "beginning with a letter and not ending with a hyphen, for example gke-nodes.");
        ServiceAccountMessage? found = await FindAsync(accounts, project, EmailOf(name, project), stop);
        bool created = false;
        if (found is null)
        {
            if (!await confirm($"projects/{project}", $"Create service account {name} and grant it {NodeRole}"))
                return [];
            (found, created) = await CreateAsync(accounts, project, name, displayName, stop);
        }

        // Agreeing to the account includes its role; for an existing account, ask about the role.
        bool askedAlready = created;
        try
        {
            PolicyOutcome outcome = await EditPolicy.EditAsync(
                PolicyResource.Of(projects, project),
                new PolicyEdit.Grant(NodeRole) { MembersAreNew = created },
                ["serviceAccount:" + found.Email],
                (target, action) => askedAlready ? Task.FromResult(true) : confirm(target, action),
                stop);
            foreach (RefusedMember refused in outcome.Refused) report(refused.Error, $"projects/{project}");
        }
        catch (RegistryException e)
        {
            report(e, $"projects/{project}");
        }

        return [
            new NewNodeServiceAccount(project, found.Email)
            {
                Created = created,
                // The scope that gcloud gives the nodes of a pool with an account of its own.
                Scopes = new(["https://www.googleapis.com/auth/cloud-platform"]),
                PullScope = true,
            },
        ];
    }

    private static async Task<ServiceAccountMessage?> FindAsync(
        IamClient accounts, string project, string email, CancellationToken stop)
    {
        try
        {
            return await accounts.GetServiceAccountAsync(project, email, stop);
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound or RegistryErrorKind.PermissionDenied)
        {
            // A caller who may create accounts need not be allowed to read them; creating shows whether it exists.
            return null;
        }
    }

    private static async Task<(ServiceAccountMessage Account, bool Created)> CreateAsync(
        IamClient accounts, string project, string name, string? displayName, CancellationToken stop)
    {
        try
        {
            return (await accounts.CreateServiceAccountAsync(project, name, displayName, stop), true);
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.AlreadyExists)
        {
            // After an attempt whose response was lost, the existing account is the one that this attempt created.
            return (new ServiceAccountMessage(EmailOf(name, project), null), e.AfterLostAnswer);
        }
    }

    private static bool IsName(string name) =>
        name is { Length: >= 6 and <= 30 } && char.IsAsciiLetterLower(name[0]) && name[^1] != '-'
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    // example.com:shop has accounts at shop.example.com.iam.gserviceaccount.com.
    private static string EmailOf(string name, string project)
    {
        string place = project.Split(':', 2) is [string domain, string id] ? $"{id}.{domain}" : project;
        return $"{name}@{place}.iam.gserviceaccount.com";
    }
}
