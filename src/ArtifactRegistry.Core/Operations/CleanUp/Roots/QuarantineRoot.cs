namespace ArtifactRegistry.Operations.CleanUp.Roots;

/// <summary>
/// Keeps garbage whose quarantine is not over, or has not begun. What it keeps in turn keeps what belongs to it, so an
/// image goes as a whole.
/// </summary>
/// <param name="garbage">The digests that nothing else keeps.</param>
/// <param name="period">The minimum time between mark and deletion.</param>
/// <param name="now">The time by the service's clock.</param>
/// <param name="before">The image when the plan was made, if it is carried out already.</param>
internal sealed class QuarantineRoot(
    HashSet<ImageNode> garbage, TimeSpan period, DateTimeOffset now, ImageGraph? before) : DigestRoot
{
    private readonly List<ImageNode> _unmarked = [];

    /// <summary>The garbage without a mark that counts.</summary>
    public IReadOnlyList<ImageNode> Unmarked => _unmarked;

    protected override string? WhyKept(ImageNode node)
    {
        if (!garbage.Contains(node)) return null;
        // Once its deletion has begun, this run itself takes the mark away, and may put it back.
        if (before?.Find(node.Image.Digest) is { MarkFor: null, Deletion.Tries: > 0 }) return null;
        if (node.Quarantine is not { IsValid: true } quarantine)
        {
            _unmarked.Add(node);
            return "has to be in quarantine first";
        }

        DateTimeOffset due = quarantine.DueAfter(period);
        return due <= now
            ? null
            : $"in quarantine until {QuarantineState.Day(due)}";
    }
}
