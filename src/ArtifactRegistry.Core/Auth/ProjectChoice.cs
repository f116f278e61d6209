namespace ArtifactRegistry.Auth;

/// <summary>The project for commands that are given none.</summary>
/// <param name="Id">The id of the project.</param>
/// <param name="Origin">Where the project was found, in words.</param>
internal sealed record ProjectChoice(string Id, string Origin)
{
    private const string OwnVariable = "CLOUDSDK_CORE_PROJECT";
    private const string PlatformVariable = "GOOGLE_CLOUD_PROJECT"; // Cloud Shell, Cloud Run and google-github-actions/auth set it

    /// <summary>Gets the places that are looked at, for messages.</summary>
    public const string Places = "Use -Project, or set a default with Connect-ArRegistry -Project, the environment variable "
        + OwnVariable + " or " + PlatformVariable + ", or gcloud config set project PROJECT.";

    /// <summary>Chooses the project from what is at hand: variables, gcloud's active configuration, the credential file. Sends nothing.</summary>
    /// <param name="given">The project given to Connect-ArRegistry.</param>
    /// <param name="signIn">The environment.</param>
    /// <param name="tokens">Gets the credential, if one can be used; called last.</param>
    public static ProjectChoice? Choose(string? given, SignIn signIn, Func<ITokenSource?> tokens)
    {
        if (given is not null) return new(given, "Connect-ArRegistry -Project");
        foreach (string variable in new[] { OwnVariable, PlatformVariable })
            if (signIn.IsSet(variable, out string? project))
                return new(project, $"the environment variable {variable}");
        var gcloud = new GcloudConfiguration(signIn);
        if (gcloud.Project is string active) return new(active, $"gcloud's configuration {gcloud.ActiveName}");
        return tokens() is { Project: string own } source ? new(own, source.Description) : null;
    }
}
