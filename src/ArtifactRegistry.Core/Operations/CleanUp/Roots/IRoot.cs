namespace ArtifactRegistry.Operations.CleanUp.Roots;

/// <summary>
/// A reason outside an image to keep digests of it: tags, use, age, a policy. The digests that a root keeps in turn
/// keep what belongs to them.
/// </summary>
internal interface IRoot
{
    /// <summary>Finds the digests that it keeps.</summary>
    /// <param name="graph">
    /// The image, in which the roots before this one have set <see cref="ImageNode.KeepReason"/>.
    /// </param>
    /// <exception cref="RegistryException">
    /// It cannot be determined what it keeps, so nothing may be deleted.
    /// </exception>
    IEnumerable<Kept> Find(ImageGraph graph);
}

/// <summary>A digest that a root keeps.</summary>
/// <param name="Node">The digest.</param>
/// <param name="Reason">The reason, as users read it.</param>
/// <param name="By">The digest that causes this, if there is one.</param>
/// <param name="KeepsIndexes">
/// Whether the indexes that list it are kept too: what runs may have been started by their digests.
/// </param>
/// <param name="IsNeeded">Whether somebody needs it, whatever the rules of a clean-up are: it ends a quarantine.</param>
internal sealed record Kept(
    ImageNode Node, string Reason, ImageNode? By = null, bool KeepsIndexes = false, bool IsNeeded = false);
