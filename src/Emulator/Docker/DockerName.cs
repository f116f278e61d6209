using System.Text.RegularExpressions;
using ArtifactRegistry.Emulator.Model;

namespace ArtifactRegistry.Emulator.Docker;

/// <summary>The name of an image in a request.</summary>
/// <param name="Requested">The name as the client wrote it; responses repeat it.</param>
/// <param name="Location">The location.</param>
/// <param name="Path">Project, repository and image, with slashes: <c>shop/apps/team/web</c>.</param>
/// <remarks>
/// Google's hosts contain the location (<c>us-docker.pkg.dev</c>), and the old ones the repository too (<c>gcr.io</c>).
/// On loopback there is no such host: the location comes first in the path, so that
/// <c>127.0.0.1:PORT/us/shop/apps/web</c> is the image <c>us-docker.pkg.dev/shop/apps/web</c>.
/// </remarks>
internal sealed partial record DockerName(string Requested, string Location, string Path)
{
    public static DockerName Parse(string name, string? host)
    {
        if (!ValidName().IsMatch(name)) throw DockerError.NameInvalid(name);
        string site = (host ?? "").Split(':')[0];
        if (site.EndsWith("-docker.pkg.dev", StringComparison.Ordinal))
            return new DockerName(name, site[..^"-docker.pkg.dev".Length], name);
        if (site is "gcr.io" or "us.gcr.io" or "eu.gcr.io" or "asia.gcr.io")
        {
            RepositoryName repository = RepositoryName.Parse($"{site}/project");
            // gcr.io/example.com/p/app: a domain-scoped project takes two segments.
            string[] parts = name.Split('/', name.Split('/')[0].Contains('.', StringComparison.Ordinal) ? 3 : 2);
            return new DockerName(name, repository.Location, string.Join('/', [.. parts[..^1], site, parts[^1]]));
        }
        string[] halves = name.Split('/', 2);
        return halves.Length == 2 ? new DockerName(name, halves[0], halves[1]) : throw DockerError.NameInvalid(name);
    }

    /// <summary>Gets the repository that it is in, and the name of the image there.</summary>
    public (RepositoryEntry Repository, string Image) In(RegistryState state)
    {
        RepositoryEntry? repository = state.RepositoryTable.All
            .Where(each => each.Name.Location == Location
                && Path.StartsWith(each.Name.DockerPath + "/", StringComparison.Ordinal))
            .MaxBy(each => each.Name.DockerPath.Length);
        return repository is null
            ? throw DockerError.NameUnknown(Path)
            : (repository, Path[(repository.Name.DockerPath.Length + 1)..]);
    }

    // spec.md#pulling-manifests
    [GeneratedRegex(@"^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*\z")]
    private static partial Regex ValidName();
}
