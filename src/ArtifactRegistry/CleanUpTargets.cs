using ArtifactRegistry.Operations.CleanUp;

namespace ArtifactRegistry;

/// <summary>
/// The targets of one clean-up, collected until the pipeline ends, and the rules that piped rows bring.
/// </summary>
/// <param name="tagsMayGo">Whether tagged digests may go, and not only untagged ones.</param>
internal sealed class CleanUpTargets(bool tagsMayGo)
{
    private readonly List<ImagePattern> _scopes = [];
    private readonly Dictionary<ImageName, HashSet<string>> _digests = [];
    private readonly HashSet<CleanUpRules> _pipedRules = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<ImageName, string> _kept = [];
    private bool _someWithoutRules;

    /// <summary>The repositories, images and patterns, in the order in which they were given.</summary>
    public IReadOnlyList<ImagePattern> Scopes => _scopes;

    /// <summary>The digests that were named one by one, by their image.</summary>
    public IReadOnlyDictionary<ImageName, HashSet<string>> Digests => _digests;

    /// <summary>Adds a target.</summary>
    /// <param name="target">The target.</param>
    /// <param name="allowRepositoryObject">Whether an object of Get-ArRepository stands for all images in it.</param>
    /// <returns>The reason why the target stays, if its own row says so and did not say so before; otherwise
    /// null.</returns>
    /// <exception cref="RegistryException">The target is not one of a clean-up.</exception>
    public string? Add(CleanUpTarget target, bool allowRepositoryObject)
    {
        ImagePattern what = target.What;
        ImageName name = what.Name;
        string noun = tagsMayGo ? "ArStaleImage" : "ArUntaggedImage";
        if (target.IsRepositoryObject && !allowRepositoryObject)
            throw new RegistryException(
                RegistryErrorKind.NameNotSpecific,
                $"'{what}' is a repository that was piped, and not a name that was typed."
            )
            {
                Advice = $"Get-ArRepository | Get-{noun} | Remove-{noun} shows first what it is about; or type the "
                    + $"name as "
                    + "text if you mean all images in it.",
            };

        string? keep = (tagsMayGo ? null : target.KeepForTags) ?? target.Keep;
        // Only rules of this kind of clean-up say what is to be deleted.
        if (target.Rules is CleanUpRules rules && rules.IsForTagged == tagsMayGo) _pipedRules.Add(rules);
        else if (keep is null) _someWithoutRules = true;

        if (name.Digest is null)
        {
            if (name.Tag is not null || what.TagPattern is not null)
                throw new RegistryException(
                    RegistryErrorKind.NameNotSpecific,
                    tagsMayGo
                        ? $"'{what}' names a tag, and this cmdlet is about images with all of their tags."
                        : $"'{what}' names a tag, and this cmdlet is about what has none.")
                {
                    Advice = tagsMayGo
                        ? "Name the image without a tag, and choose tags with -Tag; Remove-ArImage deletes by tag."
                        : "Remove-ArImage deletes by tag.",
                };
            _scopes.Add(what);
            return null;
        }

        ImageName image = name.ToImage();
        // A row's reason to stay counts even if the same digest is given again, or its image is given too.
        if (keep is string reason) return _kept.TryAdd(image.WithDigest(name.Digest), reason) ? reason : null;
        if (!_digests.TryGetValue(image, out HashSet<string>? digests)) _digests[image] = digests = [];
        digests.Add(name.Digest);
        return null;
    }

    /// <summary>
    /// Gets whether everything that the rules must say is said, by the rules of the parameters, or by those of each
    /// piped row.
    /// </summary>
    /// <param name="own">The rules of the parameters.</param>
    /// <param name="isSaid">Looks whether rules say it.</param>
    public bool IsSaid(CleanUpRules own, Func<CleanUpRules, bool> isSaid) =>
        isSaid(own) || (!_someWithoutRules && _pipedRules.All(isSaid));

    /// <summary>
    /// Gets whether what runs has matched before: every row comes from a command that found something of its images
    /// running, or was told that nothing has to, and nothing else is said about what runs. The rows may be a part of
    /// those images, of which nothing runs.
    /// </summary>
    /// <param name="own">The rules of the parameters.</param>
    public bool HasMatchedInUse(CleanUpRules own) =>
        !_someWithoutRules && _pipedRules.Count > 0 && !own.KnowsInUse && _pipedRules.All(rules => rules.KnowsInUse);

    /// <summary>Merges the rules of the parameters with those of the piped rows.</summary>
    /// <param name="own">The rules of the parameters.</param>
    /// <param name="hasOwnAge">Whether -OlderThan was given.</param>
    public CleanUpRules Merge(CleanUpRules own, bool hasOwnAge)
    {
        CleanUpRules rules = own;
        // If -OlderThan was not given here, the age of the piped objects counts instead of the default: unless
        // something without rules was given too, because then the default protects that.
        bool ownAgeCounts = _someWithoutRules || hasOwnAge;
        foreach (CleanUpRules other in _pipedRules)
        {
            rules = rules.MergedWith(other, ownAgeCounts);
            ownAgeCounts = true;
        }

        return rules with
        {
            IncludeManagedRepository = _someWithoutRules
                ? own.IncludeManagedRepository
                : rules.IncludeManagedRepository,
            Spared = _kept,
        };
    }
}
