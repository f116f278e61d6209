using ArtifactRegistry.Operations.CleanUp;

namespace ArtifactRegistry;

/// <summary>
/// Notes which entries of -InUse match something, and holds plans back until one does: a list that matches nothing may
/// come from elsewhere, and then everything would look unused.
/// </summary>
/// <param name="inUse">The images in use.</param>
/// <param name="mayMatchNothing">Whether the user allows that no entry matches.</param>
/// <param name="takesNeighbours">
/// Whether another image of the same repository is enough: the images are a part of those that matched before.
/// </param>
internal sealed class InUseMatch(InUse inUse, bool mayMatchNothing, bool takesNeighbours)
{
    private bool _isReleased = mayMatchNothing || !inUse.HasEntries;
    private readonly HashSet<string> _matched = new(StringComparer.Ordinal);
    private readonly List<CleanUpPlan> _held = [];

    /// <summary>Adds a plan, and returns the plans that may be used now.</summary>
    public IReadOnlyList<CleanUpPlan> Release(CleanUpPlan plan)
    {
        _matched.UnionWith(plan.MatchedInUse);
        _held.Add(plan);
        _isReleased = _isReleased || _matched.Count > 0 || (takesNeighbours && Neighbours > 0);
        if (!_isReleased) return [];
        CleanUpPlan[] released = [.. _held];
        _held.Clear();
        return released;
    }

    /// <summary>
    /// Gets the number of entries that name other images of a repository that was looked at. By themselves they do not
    /// count as matches: what runs of an image may run in a project that was not read, although this one runs others.
    /// </summary>
    public int Neighbours
    {
        get
        {
            HashSet<ImageName> repositories = [.. _held.Select(plan => plan.Image.ToRepository())];
            return inUse.Entries.Count(entry =>
                ImageName.TryParse(entry.Written, out ImageName? name) && repositories.Contains(name.ToRepository()));
        }
    }

    /// <summary>Gets whether plans are still held back, since no entry matches any of them.</summary>
    public bool MatchesNothing => _held.Count > 0;

    /// <summary>
    /// Gets a warning about the entries that match nothing; null if there are none. What was read where it runs may
    /// well be other images; what was typed or gathered may be wrong.
    /// </summary>
    public string? Warning =>
        inUse.Entries.Where(entry => entry.Workload is null && !_matched.Contains(entry.Text)).ToList()
            is not { Count: > 0 } unmatched
            ? null
            : $"{unmatched.Count} of {inUse.Entries.Count} entries of -InUse match nothing in the images looked at, "
                + $"for example '{unmatched[0].Text}'. They may belong to other images; if not, check where they "
                + "come from.";
}
