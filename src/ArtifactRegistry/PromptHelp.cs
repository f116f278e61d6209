namespace ArtifactRegistry;

/// <summary>The help that PowerShell's prompt for a missing parameter shows for <c>!?</c>.</summary>
internal static class PromptHelp
{
    public const string Image =
        "The full name, such as us-docker.pkg.dev/PROJECT/REPOSITORY/IMAGE:TAG. An empty line ends the list.";

    public const string Repository =
        "The repository, such as us-docker.pkg.dev/PROJECT/REPOSITORY. An empty line ends the list.";

    public const string Project = "The project's id, such as my-project. An empty line ends the list.";

    public const string RulePath = "A file with rules for stale images: .psd1 or .json.";

    public const string Member =
        "The e-mail of a service account, or a member such as group:team@example.com. An empty line ends the list.";
}
