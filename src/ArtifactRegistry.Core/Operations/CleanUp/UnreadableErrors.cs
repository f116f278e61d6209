namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>Reports what of an image could not be read: a few errors, however much it is.</summary>
internal static class UnreadableErrors
{
    private const int MaxDigests = 3;

    /// <summary>Gets an error about what may hold others, one about the rest, and one about what is missing from the listings.</summary>
    public static IReadOnlyList<RegistryException> Of(ImageName image, ImageGraph graph)
    {
        ILookup<bool, ImageNode> unreadable = graph.Nodes.Where(node => node.Unreadable is not null).ToLookup(node => node.HoldsNothing);
        return
        [
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
            // Not "not found": the digest is there, and only its manifest is not.
            kind: first.Kind is RegistryErrorKind.NotFound ? RegistryErrorKind.UnexpectedAnswer : first.Kind);
    }
}
