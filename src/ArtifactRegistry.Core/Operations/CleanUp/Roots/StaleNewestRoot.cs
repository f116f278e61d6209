using ArtifactRegistry.Operations.CleanUp.Stale;

namespace ArtifactRegistry.Operations.CleanUp.Roots;

/// <summary>
/// Keeps the newest tagged images: as many as each rule says of those that nothing else keeps, and in any case the
/// newest of its name, unless it is named. Images that can be run are counted, by digest and not by tag; artifacts that
/// stand alone, charts for example, are counted by themselves.
/// </summary>
/// <param name="rules">The rules that apply to the image.</param>
internal sealed class StaleNewestRoot(IReadOnlyList<StaleRules> rules) : IRoot
{
    public IEnumerable<Kept> Find(ImageGraph graph)
    {
        List<Kept> kept = [];
        foreach (Func<ImageNode, bool> isCounted in (Func<ImageNode, bool>[])
            [CountedImage.IsRunnable, CountedImage.IsLoneArtifact])
        {
            List<ImageNode> images =
                [.. graph.Nodes.Where(node => node.IsTagged && !node.FollowsTagSubjects && isCounted(node))];
            List<ImageNode> open = [.. images.Where(node => node.KeepReason is null)];
            // All rules count the same images: what one of them keeps does not make room for more.
            kept.AddRange(rules.SelectMany(each => OfRule(each, images, open)));
        }

        return kept;
    }

    private static IEnumerable<Kept> OfRule(StaleRules rule, List<ImageNode> images, List<ImageNode> open)
    {
        foreach (ImageNode node in Newest(images, 1, rule.SortBy))
            if (!HasPlace(node, rule.SortBy)) yield return new Kept(node, Unplaced);
            else if (!rule.IsNamedLiterally(node.Tags)) yield return new Kept(node, "the newest image");
        if (rule.KeepNewest == 0) yield break;

        IEnumerable<(string Line, ImageNode Node)> lines = open.SelectMany(node =>
            (rule.KeepNewestPer?.Of(node.Tags) ?? [""]).Select(line => (line, node)));
        foreach (IGrouping<string, ImageNode> line in lines.GroupBy(each => each.Line, each => each.Node))
        {
            string of = line.Key == "" ? "" : $" of the line {line.Key}";
            string which = rule.KeepNewest == 1
                ? $"the newest image{of} that would go"
                : $"one of the {rule.KeepNewest} newest images{of} that would go";
            foreach (ImageNode node in Newest([.. line], rule.KeepNewest, rule.SortBy))
                yield return new Kept(node, HasPlace(node, rule.SortBy) ? which : Unplaced);
        }
    }

    private const string Unplaced = "has no tag that is a version, by which -SortBy sorts";

    private static bool HasPlace(ImageNode node, StaleImageOrder order) =>
        order is StaleImageOrder.UploadTime || TagVersion.HighestOf(node.Tags) is not null;

    // An image without a time or a version is kept, since its place is not known, and not counted.
    private static IEnumerable<ImageNode> Newest(IReadOnlyCollection<ImageNode> nodes, int count, StaleImageOrder order)
    {
        if (order is StaleImageOrder.UploadTime) return NewestImages.Of(nodes, count, node => node.Image.UploadTime);
        return
        [
            .. nodes.Where(node => !HasPlace(node, order)),
            .. nodes.Where(node => HasPlace(node, order))
                .OrderByDescending(node => TagVersion.HighestOf(node.Tags))
                .ThenByDescending(node => node.Image.UploadTime?.ToUniversalTime())
                .ThenBy(node => node.Image.Digest, StringComparer.Ordinal).Take(count),
        ];
    }
}
