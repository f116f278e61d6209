namespace ArtifactRegistry;

/// <summary>
/// Finds the role that contains a missing permission. See https://cloud.google.com/iam/docs/understanding-roles.
/// </summary>
internal static class PermissionAdvice
{
    private const string Nothing = "the service answers the same where nothing of that name exists.";

    /// <summary>Gets advice that names the role to ask for, and the command that grants it.</summary>
    /// <param name="permission">The missing permission; null if the service does not name it.</param>
    /// <param name="item">The item that was processed: an image, or <c>projects/ID</c>.</param>
    public static string Advice(string? permission, object item)
    {
        if (permission is null)
            return $"The service does not say which permission is missing. Check the name: {Nothing} "
                + "Get-ArConnection shows the credentials in use.";

        string? ofProject = permission switch
        {
            "resourcemanager.projects.setIamPolicy" => "roles/resourcemanager.projectIamAdmin",
            "resourcemanager.projects.getIamPolicy" => "roles/iam.securityReviewer",
            "resourcemanager.projects.get" => "roles/browser",
            "iam.serviceAccounts.create" => "roles/iam.serviceAccountCreator",
            "iam.serviceAccounts.get" or "iam.serviceAccounts.list" => "roles/iam.serviceAccountViewer",
            "container.clusters.list" or "container.clusters.get" => "roles/container.clusterViewer",
            "artifactregistry.locations.list" or "artifactregistry.repositories.list" =>
                "roles/artifactregistry.reader",
            "serviceusage.services.use" => "roles/serviceusage.serviceUsageConsumer",
            _ => null,
        };
        (string? project, ImageName? repository) = PlaceOf(item);
        if (ofProject is not null)
            return $"This needs {permission}: somebody who administers the project must grant you {ofProject} on the "
                + $"project: "
                + $"gcloud projects add-iam-policy-binding {project ?? "PROJECT"} --member=MEMBER --role={ofProject}. "
                + $"MEMBER is the account that "
                + "Get-ArConnection shows. Check the project's id too: the service answers the same where no such "
                + "project exists.";

        string role = permission switch
        {
            _ when permission.Contains("IamPolicy", StringComparison.Ordinal) => "roles/artifactregistry.admin",
            _ when permission.EndsWith(".delete", StringComparison.Ordinal)
                    || permission.EndsWith(".deleteArtifacts", StringComparison.Ordinal) =>
                "roles/artifactregistry.repoAdmin",
            _ when permission.EndsWith(".create", StringComparison.Ordinal)
                    || permission.EndsWith(".update", StringComparison.Ordinal)
                    || permission.EndsWith(".uploadArtifacts", StringComparison.Ordinal) =>
                "roles/artifactregistry.writer",
            _ => "roles/artifactregistry.reader",
        };
        string named = role == Operations.ReaderRoles.Reader ? "" : $" -Role {role}";
        string command = repository is null
            ? ""
            : $" Who administers it types: Grant-ArReader {repository} -Member MEMBER{named}, with the account "
                + "that Get-ArConnection shows as MEMBER.";
        return $"This needs {permission}. Ask for {role} on the repository, and check the name: {Nothing}{command}";
    }

    private static (string? Project, ImageName? Repository) PlaceOf(object item)
    {
        ImageName? name = item switch
        {
            ImageName typed => typed,
            ImagePattern pattern => pattern.Name,
            _ => ImageName.TryParse(item.ToString(), out ImageName? parsed) ? parsed : null,
        };
        if (name is not null) return (name.Project, name.ToRepository());
        return (item.ToString()?.Split('/') is ["projects", string project, ..] ? project : null, null);
    }
}
