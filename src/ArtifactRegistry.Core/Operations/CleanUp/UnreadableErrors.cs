namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>
/// Reports which parts of an image could not be read, in a few errors no matter how many parts there are.
/// </summary>
internal static class UnreadableErrors
{
    private const int MaxDigests = 3;

    /// <summary>
    /// Gets one error about manifests that may hold other digests, one about the other manifests, and one about gaps in
    /// the listings.
    /// </summary>
    public static IReadOnlyList<RegistryException> Of(ImageName image, ImageGraph graph)
    {
        ILookup<bool, ImageNode> unreadable = graph
            .Nodes.Where(node => node.Unreadable is not null)
            .ToLookup(node => node.HoldsNothing);
        return [
            .. About(image, [.. unreadable[false]], "so nothing of this image is deleted that may belong to it"),
            .. About(image, [.. unreadable[true]], "so that is not deleted"),
            .. graph.Gaps.Take(1),
        ];
    }

    private static IEnumerable<RegistryException> About(ImageName image, List<ImageNode> nodes, string consequence)
    {
        if (nodes.Count == 0) yield break;
        RegistryException first = nodes[0].Unreadable!;
        string which = string.Join(", ", nodes.Take(MaxDigests).Select(node => node.Image.Digest));
        string what = nodes.Count == 1 ? $"manifest {which}"
            : $"{nodes.Count} manifests ({which}{(nodes.Count > MaxDigests ? ", …" : "")})";
        yield return first.WithMessage(
            $"The {what} of '{image}' cannot be read, {consequence}: {first.Message}",
            // Not "not found": the digest exists, and only its manifest is missing.
            kind: first.Kind is RegistryErrorKind.NotFound ? RegistryErrorKind.UnexpectedAnswer : first.Kind);
    }
}
