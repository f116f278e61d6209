using ArtifactRegistry.Operations.CleanUp.Stale;
using ArtifactRegistry.Text;

namespace ArtifactRegistry.Operations.CleanUp.Roots;

/// <summary>
/// Keeps tagged digests that no rule makes stale: for their tags, or because they are not images that can be run.
/// </summary>
/// <param name="rules">The rules that apply to the image.</param>
internal sealed class StaleTagRoot(IReadOnlyList<StaleRules> rules) : DigestRoot
{
    protected override string? WhyKept(ImageNode node)
    {
        if (!node.IsTagged) return null;
        if (node.Tags.FirstOrDefault(tag => ImageNameGrammar.TagProblem(tag) is not null) is string odd)
            return $"has the invalid tag {SafeText.Quote(odd)}";
        if (QuarantineState.Of(node.Image) is QuarantineState quarantine && node.Quarantine is null)
            return quarantine.WhyItKeeps;
        // A tag that only names another digest goes with that digest, unless it is excluded.
        if (node.FollowsTagSubjects)
            return rules.Select(each => each.WhyExcluded(node.Tags)).FirstOrDefault(reason => reason is not null);
        if (rules.Count == 0) return "no rule applies to its image";
        if (rules.Select(each => each.WhyTagsKeep(node.Tags)).FirstOrDefault(reason => reason is not null)
            is string reason)
            return reason;
        // What belongs to another digest stays or goes with that, and is not counted.
        bool isPart = node.Indexes.Count > 0 || node.Subjects.Count > 0;
        return isPart || CountedImage.IsRunnable(node) || rules.All(each => node.Tags.All(each.IsNamed)) ? null
            : $"its kind is {node.Kind.InWords()}"
                + (rules.Any(each => each.Tag.Count > 0) ? ", and -Tag does not name it" : "");
    }
}
