namespace ArtifactRegistry.Operations;

/// <summary>
/// Decides which digest gets a tag if one command names several: the first one in the order of the input, no matter in
/// which order they are processed. A tag is on one digest, so the others cannot have it.
/// </summary>
internal sealed class TagClaims
{
    private readonly Dictionary<ImageName, Task<string?>> _owners = [];

    /// <summary>Enters a claim. Call this in the order of the input, from one thread.</summary>
    /// <param name="tag">The tag, by its full name.</param>
    /// <param name="digest">A task for the digest that is to get the tag; null if it could not be read.</param>
    /// <returns>The digest that gets the tag: this one or that of an earlier claim.</returns>
    public Task<string?> Enter(ImageName tag, Task<string?> digest)
    {
        Task<string?> owner = _owners.TryGetValue(tag, out Task<string?>? earlier) ? FirstOf(earlier, digest) : digest;
        return _owners[tag] = owner;
    }

    private static async Task<string?> FirstOf(Task<string?> earlier, Task<string?> digest) =>
        await earlier ?? await digest;
}
