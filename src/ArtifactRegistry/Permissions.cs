namespace ArtifactRegistry;

/// <summary>Which role has a permission that is missing. See https://cloud.google.com/iam/docs/understanding-roles.</summary>
internal static class Permissions
{
    private const string Nothing = "the service answers the same where nothing of that name exists.";

    /// <summary>What to ask for, and of whom.</summary>
    /// <param name="permission">The missing permission; null if the service does not name it.</param>
    public static string Advice(string? permission)
    {
        if (permission is null)
            return $"The service does not say which permission is missing. Check the name: {Nothing} "
                + "Get-ArConnection shows with which credentials you are known.";

        string? ofProject = permission switch
        {
            "resourcemanager.projects.setIamPolicy" => "roles/resourcemanager.projectIamAdmin",
            "resourcemanager.projects.getIamPolicy" => "roles/iam.securityReviewer",
            "resourcemanager.projects.get" => "roles/browser",
            "iam.serviceAccounts.create" => "roles/iam.serviceAccountCreator",
            "iam.serviceAccounts.get" or "iam.serviceAccounts.list" => "roles/iam.serviceAccountViewer",
            "container.clusters.list" or "container.clusters.get" => "roles/container.clusterViewer",
            "artifactregistry.locations.list" or "artifactregistry.repositories.list" => "roles/artifactregistry.reader",
            "serviceusage.services.use" => "roles/serviceusage.serviceUsageConsumer",
            _ => null,
        };
        if (ofProject is not null)
            return $"This needs {permission}: somebody who administers the project must grant you {ofProject} on the project. "
                + "Check its id too: the service answers the same where no such project exists.";

        string role = permission switch
        {
            _ when permission.Contains("IamPolicy", StringComparison.Ordinal) => "roles/artifactregistry.admin",
            _ when permission.EndsWith(".delete", StringComparison.Ordinal) => "roles/artifactregistry.repoAdmin",
            _ when permission.EndsWith(".create", StringComparison.Ordinal) || permission.EndsWith(".update", StringComparison.Ordinal)
                => "roles/artifactregistry.writer",
            _ => "roles/artifactregistry.reader",
        };
        return $"This needs {permission}. Ask for {role} on the repository, and check the name: {Nothing}";
    }
}
