namespace ArtifactRegistry.Operations.CleanUp.Roots;

/// <summary>
/// Something outside of an image that needs digests of it: tags, what runs, an age, a policy. What a root keeps keeps in turn
/// what belongs to it.
/// </summary>
/// <remarks>It is asked anew each time that is decided, so it may ask others: a cluster, a service.</remarks>
internal interface IRoot
{
    /// <summary>Finds what it keeps.</summary>
    /// <param name="graph">The image, in which the roots before this one have left <see cref="ImageNode.KeepReason"/>.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <exception cref="RegistryException">It cannot be known what it keeps, so nothing may be deleted.</exception>
    ValueTask<IEnumerable<Kept>> FindAsync(ImageGraph graph, CancellationToken stop);
}

/// <summary>A digest that a root keeps.</summary>
/// <param name="Node">The digest.</param>
/// <param name="Reason">Why, as users read it.</param>
/// <param name="By">The digest that is the cause, if one is.</param>
/// <param name="KeepsIndexes">Whether the indexes that list it are kept too: what runs may be known under their names.</param>
internal sealed record Kept(ImageNode Node, string Reason, ImageNode? By = null, bool KeepsIndexes = false);
