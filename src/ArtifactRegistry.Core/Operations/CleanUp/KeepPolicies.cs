using System.Globalization;
using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>
/// The KEEP policies of a repository, which a clean-up respects as Google's own does. Whatever cannot be evaluated here
/// (a condition that is new, or pull statistics) counts as fulfilled, so that it keeps.
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

    /// <summary>The untagged digests of one image that a policy keeps, with the policy's id.</summary>
    public IEnumerable<(DockerImage Image, string Policy)> Kept(IReadOnlyCollection<DockerImage> images, DateTimeOffset now)
    {
        foreach ((string id, CleanupPolicyMessage policy) in _policies)
        {
            HashSet<DockerImage> newest = Newest(policy.MostRecentVersions, images);
            foreach (DockerImage image in images)
                if (image.Tags.Count == 0 && (newest.Contains(image) || Matches(policy, image, now)))
                    yield return (image, id);
        }
    }

    private static HashSet<DockerImage> Newest(MostRecentVersionsMessage? rule, IReadOnlyCollection<DockerImage> images)
    {
        if (rule is null) return [];
        int count = rule.KeepCount is >= 0 and < int.MaxValue ? (int)rule.KeepCount : int.MaxValue;
        // Google does not say whether upload or update counts as recent, so both keep.
        return
        [
            .. images.Where(image => HasPrefix(rule.PackageNamePrefixes, image.Package))
                .OrderByDescending(image => image.UploadTime?.ToUniversalTime() ?? DateTime.MaxValue).Take(count),
            .. images.Where(image => HasPrefix(rule.PackageNamePrefixes, image.Package))
                .OrderByDescending(image => image.UpdateTime?.ToUniversalTime() ?? DateTime.MaxValue).Take(count),
        ];
    }

    private static bool Matches(CleanupPolicyMessage policy, DockerImage image, DateTimeOffset now)
    {
        if (policy.Condition is not CleanupConditionMessage condition) return policy.MostRecentVersions is null;
        return !string.Equals(condition.TagState, "TAGGED", StringComparison.OrdinalIgnoreCase)
            && condition.TagPrefixes is null or []
            && HasPrefix(condition.PackageNamePrefixes, image.Package)
            && HasPrefix(condition.VersionNamePrefixes, image.Digest)
            && (Duration(condition.OlderThan) is not TimeSpan old || image.UploadTime is null || image.UploadTime.Value.ToUniversalTime() < (now - old).UtcDateTime)
            && (Duration(condition.NewerThan) is not TimeSpan young || image.UploadTime is null || image.UploadTime.Value.ToUniversalTime() > (now - young).UtcDateTime);
    }

    private static bool HasPrefix(IReadOnlyList<string>? prefixes, string text) =>
        prefixes is null or [] || prefixes.Any(prefix =>
            text.StartsWith(prefix.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase), StringComparison.Ordinal));

    // A google.protobuf.Duration: "2592000s", also with a fraction.
    private static TimeSpan? Duration(string? text) =>
        text is { Length: > 1 } && text[^1] == 's'
            && double.TryParse(text[..^1], NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds)
            && seconds is >= 0 and < 1e10
            ? TimeSpan.FromSeconds(seconds)
            : null;
}
