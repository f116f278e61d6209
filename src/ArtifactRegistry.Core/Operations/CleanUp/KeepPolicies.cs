using System.Globalization;
using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>
/// The KEEP policies of a repository, which a clean-up respects as Google's own clean-up does. Anything that cannot be
/// evaluated here (a new kind of condition, or pull statistics) counts as met, so that the policy keeps the digest.
/// See https://cloud.google.com/artifact-registry/docs/repositories/cleanup-policy.
/// </summary>
internal sealed class KeepPolicies
{
    private readonly List<(string Id, CleanupPolicyMessage Policy)> _policies;

    public KeepPolicies(RepositoryMessage repository) => _policies =
    [
        .. (repository.CleanupPolicies ?? new Dictionary<string, CleanupPolicyMessage>())
            .Where(entry => string.Equals(entry.Value.Action, "KEEP", StringComparison.OrdinalIgnoreCase))
            .Select(entry => (entry.Value.Id ?? entry.Key, entry.Value)),
    ];

    /// <summary>
    /// Gets the digests of one image that a policy keeps, with the policy's id. Only digests without a tag, or without
    /// a tag that counts, are considered.
    /// </summary>
    public IEnumerable<(ImageNode Node, string Policy)> Kept(IReadOnlyCollection<ImageNode> nodes, DateTimeOffset now)
    {
        foreach ((string id, CleanupPolicyMessage policy) in _policies)
        {
            HashSet<ImageNode> newest = NewestOf(policy.MostRecentVersions, nodes);
            foreach (ImageNode node in nodes)
                if (
                    (!node.IsTagged || node.TagsMayGo)
                    && (newest.Contains(node) || Matches(policy, node, now))
                )
                    yield return (node, id);
        }
    }

    // Google documents neither whether signatures and platforms count as versions, nor whether the upload or the update
    // makes a version recent. So a digest is kept if any of these ways of counting keeps it.
    private static HashSet<ImageNode> NewestOf(MostRecentVersionsMessage? rule, IReadOnlyCollection<ImageNode> nodes)
    {
        if (rule is null) return [];
        int count = rule.KeepCount is >= 0 and < int.MaxValue ? (int)rule.KeepCount : int.MaxValue;
        List<ImageNode> all = [.. nodes.Where(node => HasPrefix(rule.PackageNamePrefixes, node.Image.Package))];
        List<ImageNode> runnable = [.. all.Where(CountedImage.IsRunnable)];
        return [
            .. NewestImages.Of(all, count, node => node.Image.UploadTime),
            .. NewestImages.Of(all, count, node => node.UpdateTime),
            .. NewestImages.Of(runnable, count, node => node.Image.UploadTime),
            .. NewestImages.Of(runnable, count, node => node.UpdateTime),
        ];
    }

    private static bool Matches(CleanupPolicyMessage policy, ImageNode node, DateTimeOffset now)
    {
        DockerImage image = node.Image;
        if (policy.Condition is not CleanupConditionMessage condition) return policy.MostRecentVersions is null;
        DateTime? uploaded = image.UploadTime?.ToUniversalTime();
        return TagsMatch(condition, node.Tags)
            && HasPrefix(condition.PackageNamePrefixes, image.Package)
            && HasPrefix(condition.VersionNamePrefixes, image.Digest)
            && (
                Duration(condition.OlderThan) is not TimeSpan old
                || uploaded is null
                || uploaded < (now - old).UtcDateTime
            )
            && (
                Duration(condition.NewerThan) is not TimeSpan young
                || uploaded is null
                || uploaded > (now - young).UtcDateTime
            );
    }

    private static bool TagsMatch(CleanupConditionMessage condition, TagList tags) =>
        tags.Count == 0
            ? !IsState(condition, "TAGGED") && condition.TagPrefixes is null or []
            : !IsState(condition, "UNTAGGED")
                && (condition.TagPrefixes is null or [] || tags.Any(tag => HasPrefix(condition.TagPrefixes, tag)));

    private static bool IsState(CleanupConditionMessage condition, string state) =>
        string.Equals(condition.TagState, state, StringComparison.OrdinalIgnoreCase);

    private static bool HasPrefix(IReadOnlyList<string>? prefixes, string text) =>
        prefixes is null or [] || prefixes.Any(prefix =>
            text.StartsWith(prefix.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase), StringComparison.Ordinal));

    // A google.protobuf.Duration, such as "2592000s"; it may have a fraction.
    private static TimeSpan? Duration(string? text) =>
        text is { Length: > 1 } && text[^1] == 's'
            && double.TryParse(text[..^1], NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds)
            && seconds is >= 0 and < 1e10
            ? TimeSpan.FromSeconds(seconds)
            : null;
}
