namespace ArtifactRegistry.Auth;

/// <summary>The configuration of gcloud, and the account that it is signed in with. Only reads files.</summary>
/// <param name="signIn">The environment.</param>
internal sealed class GcloudConfiguration(SignIn signIn)
{
    /// <summary>The folder of gcloud's files; null if there is no home folder.</summary>
    public string? Folder { get; } = signIn.Variable("CLOUDSDK_CONFIG") ?? Below(
        OperatingSystem.IsWindows() ? signIn.Variable("APPDATA") : signIn.Variable("HOME"),
        OperatingSystem.IsWindows() ? "gcloud" : Path.Combine(".config", "gcloud"));

    /// <summary>The file that gcloud auth application-default login writes.</summary>
    public string? DefaultCredentials => Below(Folder, "application_default_credentials.json");

    /// <summary>Gets the name of the active configuration.</summary>
    public string ActiveName =>
        signIn.Variable("CLOUDSDK_ACTIVE_CONFIG_NAME") ?? Line(Below(Folder, "active_config")) ?? "default";

    /// <summary>Gets the file with the active properties.</summary>
    public string? ActiveFile =>
        // The name becomes part of a path.
        ActiveName is string name && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? Below(Folder, Path.Combine("configurations", $"config_{name}"))
            : null;

    /// <summary>Gets the project of the active configuration; null if it has none.</summary>
    public string? Project => Property("core", "project");

    /// <summary>The account that gcloud is signed in with; null if there is none.</summary>
    public string? Account => signIn.Variable("CLOUDSDK_CORE_ACCOUNT") ?? Property("core", "account");

    /// <summary>The service account that gcloud impersonates, in gcloud's own notation; null if none.</summary>
    public string? Impersonated =>
        signIn.Variable(TokenSources.ImpersonateVariable) ?? Property("auth", "impersonate_service_account");

    // The files are in the format of Python's configparser.
    private string? Property(string section, string name)
    {
        string? current = null, value = null;
        foreach (string line in Lines(ActiveFile))
        {
            if (line is ['[', .. string header, ']']) current = header.Trim();
            else if (current == section && line.Split('=', 2) is [string left, string right] && left.Trim() == name)
                value = right.Trim();
        }

        return value is { Length: > 0 } ? value : null;
    }

    private static string? Line(string? path) => Lines(path).FirstOrDefault(line => line.Length > 0);

    private static string[] Lines(string? path)
    {
        try
        {
            if (path is null || !File.Exists(path)) return [];
            using StreamReader reader = new(SharedFile.Open(path));
            return reader.ReadToEnd().Split('\n', StringSplitOptions.TrimEntries);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // gcloud itself reports problems with its files.
            return [];
        }
    }

    private static string? Below(string? folder, string path) => folder is null ? null : Path.Combine(folder, path);
}
