namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>Describes a plan with quarantine, for the question and for -WhatIf.</summary>
internal static class QuarantineWords
{
    /// <summary>Gets what is marked, deleted, and needed after all.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="now">The digests that this run marks or deletes, which may be fewer than planned.</param>
    public static string Action(CleanUpPlan plan, IReadOnlyCollection<ImageNode> now)
    {
        string period = MinimumAge.TextOf(plan.Rules.Quarantine!.Value);
        string[] parts =
        [
            .. Part($"Put {{0}} in quarantine for {period}", isMarked: true),
            .. Part("Delete {0} after quarantine", isMarked: false),
            .. plan.Needed.Count == 0 ? (string[])[]
                : [$"Remove the quarantine mark of {DigestCount.Text(plan.Needed.Count)} needed again"],
        ];
        string all = string.Join(
            ", ",
            parts.Select((part, i) => i == 0 ? part : char.ToLowerInvariant(part[0]) + part[1..]));
        return $"{all}, {plan.Kept}";

        string[] Part(string words, bool isMarked)
        {
            int planned = plan.Delete.Count(node => node.MarkFor is not null == isMarked);
            ImageNode[] nodes = [.. now.Where(node => node.MarkFor is not null == isMarked)];
            if (planned == 0) return [];
            string of = nodes.Length == planned ? "" : $"{nodes.Length} of ";
            string size = ByteSize.Format(nodes.Sum(node => node.Image.SizeBytes));
            return [words.Replace("{0}", $"{of}{DigestCount.Text(planned)} ({size})", StringComparison.Ordinal)];
        }
    }
}
