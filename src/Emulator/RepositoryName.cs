namespace ArtifactRegistry.Emulator;

/// <summary>The name of a repository: its project, location and id.</summary>
/// <param name="Project">The project id, with a colon if it is domain-scoped.</param>
/// <param name="Location">The location, for example <c>us</c> or <c>europe-west1</c>.</param>
/// <param name="Id">The repository's id, for example <c>apps</c> or <c>gcr.io</c>.</param>
public sealed record RepositoryName(string Project, string Location, string Id)
{
    /// <summary>The API's name, <c>projects/P/locations/L/repositories/R</c>.</summary>
    public string Resource => $"projects/{Project}/locations/{Location}/repositories/{Id}";

    /// <summary>The Docker name, <c>L-docker.pkg.dev/P/R</c>.</summary>
    public string Uri => $"{Location}-docker.pkg.dev/{DockerPath}";

    /// <summary>
    /// The part of the Docker name after the host, where a domain-scoped project is written with a slash.
    /// </summary>
    internal string DockerPath => $"{Project.Replace(':', '/')}/{Id}";

    /// <summary>Parses <c>L-docker.pkg.dev/P/R</c>, <c>gcr.io/P</c> and similar names, or the API's name.</summary>
    public static RepositoryName Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Split('/') switch
        {
            ["projects", string project, "locations", string location, "repositories", string id] =>
                new(project, location, id),
            ["gcr.io" or "us.gcr.io", string project] => new(project, "us", text[..text.IndexOf('/')]),
            ["eu.gcr.io", string project] => new(project, "europe", "eu.gcr.io"),
            ["asia.gcr.io", string project] => new(project, "asia", "asia.gcr.io"),
            [string host, string project, string id] when LocationOf(host) is string location =>
                new(project, location, id),
            _ => throw new FormatException(
                $"'{text}' is not a repository. Expected for example 'us-docker.pkg.dev/shop/apps' or "
                + "'projects/shop/locations/us/repositories/apps'."),
        };
    }

    /// <summary>Converts a string with <see cref="Parse"/>, so that tests can write a repository as a string.</summary>
    public static implicit operator RepositoryName(string text) => Parse(text);

    /// <inheritdoc/>
    public override string ToString() => Uri;

    private static string? LocationOf(string host)
    {
        const string Suffix = "-docker.pkg.dev";
        return host.Length > Suffix.Length && host.EndsWith(Suffix, StringComparison.Ordinal)
            ? host[..^Suffix.Length]
            : null;
    }
}
