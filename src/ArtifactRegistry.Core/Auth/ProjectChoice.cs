namespace ArtifactRegistry.Auth;

/// <summary>The default project for commands.</summary>
/// <param name="Id">The id of the project.</param>
/// <param name="Origin">A description of where the project was found.</param>
internal sealed record ProjectChoice(string Id, string Origin)
{
    private const string OwnVariable = "CLOUDSDK_CORE_PROJECT";
    private const string PlatformVariable = "GOOGLE_CLOUD_PROJECT"; // Cloud Shell, Cloud Run and google-github-actions/auth set it

    /// <summary>The places where a project can be specified, for messages.</summary>
    public const string Places =
        "Add it, as in -Project my-project, or set a default with Connect-ArRegistry -Project, the environment variable "
        + OwnVariable
        + " or "
        + PlatformVariable
        + ", or gcloud config set project PROJECT.";

    /// <summary>
    /// Chooses the project from variables, gcloud's active configuration or the credential file. Sends no request.
    /// </summary>
    /// <param name="given">The project given to Connect-ArRegistry.</param>
    /// <param name="signIn">The environment.</param>
    /// <param name="tokens">Gets the credential, if one can be used; called last.</param>
    public static ProjectChoice? Choose(string? given, SignIn signIn, Func<ITokenSource?> tokens)
    {
        if (given is not null) return new(given, "Connect-ArRegistry -Project");
        foreach (string variable in new[] { OwnVariable, PlatformVariable })
            if (signIn.IsSet(variable, out string? project))
                return new(project, $"the environment variable {variable}");
        GcloudConfiguration gcloud = new(signIn);
        if (gcloud.Project is string active) return new(active, $"gcloud's configuration {gcloud.ActiveName}");
        return tokens() is { Project: string own } source ? new(own, source.Description) : null;
    }
}
