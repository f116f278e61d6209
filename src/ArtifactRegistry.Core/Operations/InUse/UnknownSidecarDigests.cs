namespace ArtifactRegistry.Operations.InUse;

/// <summary>
/// Finds the containers of Cloud Run's revisions whose digest no API shows: sidecars that were given by tag.
/// </summary>
internal static class UnknownSidecarDigests
{
    private const int MaxNamed = 3;

    /// <summary>Gets a note about them; null if there are none.</summary>
    /// <param name="project">The project.</param>
    /// <param name="reading">What was seen of Cloud Run.</param>
    public static string? Note(string project, InUseReading reading)
    {
        // A revision of a worker pool is seen twice, once with its digest.
        string[] unknown =
        [
            .. reading.SeenImages
                .Select(each => each.Seen)
                .Where(seen => seen.Workload.Kind == "Revision")
                .GroupBy(seen => (seen.Workload.Name, seen.Container))
                .Where(container => container.All(seen => seen.ImageId is null && IsByTag(seen.Image)))
                .Select(container => $"{container.Key.Name}: {container.First().Image}")
                .Order(StringComparer.Ordinal),
        ];
        return unknown.Length == 0
            ? null
            : $"Cloud Run does not show the digest of {unknown.Length} "
                + $"{(unknown.Length == 1 ? "container" : "containers")} by tag in revisions of project {project} "
                + $"({string.Join(", ", unknown.Take(MaxNamed))}{(unknown.Length > MaxNamed ? ", …" : "")}). "
                + "The digest that the tag is on now counts as in use; if the tag has moved since the deployment, the "
                + "one that runs is not known. Deploy sidecars by digest.";
    }

    // Images of other registries are not deleted here.
    private static bool IsByTag(string image) =>
        ImageName.TryParse(image, out ImageName? name) && name is { IsRepository: false, Digest: null };
}
