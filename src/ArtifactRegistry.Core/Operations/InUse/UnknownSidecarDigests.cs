namespace ArtifactRegistry.Operations.InUse;

/// <summary>
/// The containers of Cloud Run's revisions whose digest no API shows: sidecars that were given by tag. The tag may have
/// moved since, so any digest of the image may be the one that runs.
/// </summary>
internal sealed class UnknownSidecarDigests
{
    private const int MaxNamed = 3;

    private readonly Dictionary<(InUsePlace Place, string Revision, string? Container), string> _imageOf;

    /// <summary>Finds them.</summary>
    /// <param name="reading">What was seen.</param>
    public UnknownSidecarDigests(InUseReading reading) =>
        // A revision of a worker pool is seen twice, once with its digest.
        _imageOf = reading.SeenImages.Where(each => each.Seen.Workload.Kind == "Revision")
            .GroupBy(each => (each.Place, each.Seen.Workload.Name, each.Seen.Container), each => each.Seen)
            .Where(container => container.All(seen => seen.ImageId is null && IsByTag(seen.Image)))
            .ToDictionary(container => container.Key, container => container.First().Image);

    /// <summary>Returns whether what was seen is one of them.</summary>
    public bool Contains(InUsePlace place, SeenImage seen) =>
        _imageOf.ContainsKey((place, seen.Workload.Name, seen.Container)) && seen.Workload.Kind == "Revision";

    /// <summary>Gets a note about them; null if there are none.</summary>
    /// <param name="project">The project that was read.</param>
    public string? Note(string project)
    {
        string[] named =
        [
            .. _imageOf.Select(each => $"{each.Key.Revision}: {each.Value}").Order(StringComparer.Ordinal),
        ];
        return named.Length == 0
            ? null
            : $"Cloud Run does not show the digest of {named.Length} "
                + $"{(named.Length == 1 ? "container" : "containers")} by tag in revisions of project {project} "
                + $"({string.Join(", ", named.Take(MaxNamed))}{(named.Length > MaxNamed ? ", …" : "")}). "
                + "The tag may have moved since the deployment, so every digest of such an image counts as in use. "
                + "Deploy sidecars by digest.";
    }

    // Images of other registries are not deleted here.
    private static bool IsByTag(string image) =>
        ImageName.TryParse(image, out ImageName? name) && name is { IsRepository: false, Digest: null };
}
