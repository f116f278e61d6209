namespace ArtifactRegistry.Operations;

/// <summary>
/// To which digest a tag goes where one command names several for it: to the first of them in the order of the input, however
/// fast they are worked on. A tag is on one digest, so the others cannot have it.
/// </summary>
internal sealed class TagClaims
{
    private readonly Dictionary<ImageName, Task<string?>> _owners = [];

    /// <summary>Enters a claim; in the order of the input, and from one thread.</summary>
    /// <param name="tag">The tag, by its full name.</param>
    /// <param name="digest">The digest that is to get it, once that is known; null if it could not be read.</param>
    /// <returns>The digest that the tag goes to: this one or that of an earlier claim.</returns>
    public Task<string?> Enter(ImageName tag, Task<string?> digest)
    {
        Task<string?> owner = _owners.TryGetValue(tag, out Task<string?>? earlier) ? FirstOf(earlier, digest) : digest;
        return _owners[tag] = owner;
    }

    private static async Task<string?> FirstOf(Task<string?> earlier, Task<string?> digest) => await earlier ?? await digest;
}
