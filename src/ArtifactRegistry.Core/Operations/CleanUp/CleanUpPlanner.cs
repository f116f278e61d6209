using System.Runtime.CompilerServices;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Operations.CleanUp.Roots;
using ArtifactRegistry.Operations.InUse;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>
/// Lists the digests of images, reads what the listings leave out, and decides which digests nothing needs.
/// </summary>
/// <param name="client">The API.</param>
/// <param name="registry">The registry's own protocol, for manifests.</param>
/// <param name="cache">Manifests that were read before.</param>
/// <param name="concurrency">The number of manifests that are read at once.</param>
/// <param name="progress">Counts what has been done.</param>
/// <param name="warn">Receives warnings about a repository.</param>
internal sealed class CleanUpPlanner(
    ArtifactRegistryClient client,
    OciRegistryClient registry,
    ManifestCache cache,
    int concurrency,
    PlanningProgress progress,
    Action<string> warn
) : IDisposable
{
    private const int ImagesAhead = 4;

    // For all images together.
    private readonly SemaphoreSlim _slots = new(concurrency);
    private readonly ManifestReader _reader = new(client, registry, cache);
    private readonly ImageListings _listings = new(client, progress);
    private readonly CleanUpRepositories _repositories = new(client, progress, warn);

    /// <summary>Reads what runs, for rules that say where.</summary>
    public RunningImages? Running { get; init; }

    private GatherImage Gather => new(client, _listings, _reader, progress, _slots, concurrency);

    private UnlistedDigests Unlisted => new(_reader, _slots, concurrency);

    /// <summary>Plans image by image, so that no more than a few images' digests are held at once.</summary>
    /// <param name="what">A repository or an image, or a pattern.</param>
    /// <param name="rules">What to spare.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    public async IAsyncEnumerable<CleanUpPlan> PlanAsync(
        ImagePattern what, CleanUpRules rules, [EnumeratorCancellation] CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(what);
        ArgumentNullException.ThrowIfNull(rules);
        RepositoryMessage repository = await _repositories.GetAsync(what.Name.ToRepository(), rules, stop);
        if (!what.Name.IsRepository)
        {
            CleanUpPlan only = await ImageAsync(what.Name.ToImage(), repository, null, false, rules, stop);
            progress.CompleteImage();
            yield return only;
            yield break;
        }

        // In the order of the service, and some images ahead: a repository may have hundreds with a few digests each.
        IAsyncEnumerable<CleanUpPlan?> plans = _repositories.ImagesAsync(what, stop).InOrderAsync(
            Math.Min(ImagesAhead, concurrency), (image, token) => TryImageAsync(image, repository, rules, token), stop);
        await foreach (CleanUpPlan? plan in plans)
        {
            progress.CompleteImage();
            if (plan is not null) yield return plan;
        }
    }

    /// <summary>Plans for digests of one image that were named one by one.</summary>
    /// <param name="image">The image.</param>
    /// <param name="digests">The digests.</param>
    /// <param name="others">
    /// Whether other images of the repository will be planned too, so that one listing can serve all.
    /// </param>
    /// <param name="rules">What to spare.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    public async Task<CleanUpPlan> PlanAsync(
        ImageName image, IReadOnlyCollection<string> digests, bool others, CleanUpRules rules, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(rules);
        CleanUpPlan plan = await ImageAsync(
            image, await _repositories.GetAsync(image.ToRepository(), rules, stop), digests, others, rules, stop);
        progress.CompleteImage();
        return plan;
    }

    /// <summary>
    /// Gathers an image again and decides again about the digests that a plan deletes: tags, indexes, policies and
    /// anything else added since then protect what belongs to them. The new plan deletes nothing that the old one
    /// keeps.
    /// </summary>
    /// <remarks>
    /// Sends one request for the repository, one per thousand digests of the image, and one per digest that has
    /// changed. May be called while the plan is carried out. A digest that is gone is not in the new plan; for the
    /// others, call <see cref="CleanUpPlan.WhyKept"/>.
    /// </remarks>
    /// <exception cref="RegistryException">It cannot be gathered, so nothing more may be deleted by the old
    /// plan.</exception>
    public async Task<CleanUpPlan> RefreshAsync(CleanUpPlan plan, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ImageName name = plan.Image.ToRepository();
        // Its policies may have changed.
        RepositoryMessage repository = await _repositories.RefreshAsync(name, plan.Rules, stop);
        ImageGraph graph = await Gather.AgainAsync(plan.Image, plan.Graph, plan.Rules.Reading, stop);
        string[] open =
        [
            .. plan.Delete.Where(node => node.Deletion is not { Gone: true }).Select(node => node.Image.Digest),
        ];
        return await DecideAsync(plan.Image, graph, repository, open, plan, plan.Rules, stop);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listings.Dispose();
        _slots.Dispose();
    }

    /// <summary>Plans one image among many: a problem with it does not keep the others from being cleaned up.</summary>
    private async Task<CleanUpPlan?> TryImageAsync(
        ImageName image, RepositoryMessage repository, CleanUpRules rules, CancellationToken stop)
    {
        try
        {
            return await ImageAsync(image, repository, null, true, rules, stop);
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
            return null; // deleted as a whole since the images were listed
        }
        catch (RegistryException e)
        {
            return new CleanUpPlan(image, [], [], [e], new ImageGraph(), rules);
        }
    }

    private async Task<CleanUpPlan> ImageAsync(
        ImageName name,
        RepositoryMessage repository,
        IReadOnlyCollection<string>? asked,
        bool others,
        CleanUpRules rules,
        CancellationToken stop)
    {
        ImageGraph graph = await Gather.GatherAsync(name, others, rules.Reading, stop);
        return await DecideAsync(name, graph, repository, asked, null, rules, stop);
    }

    private async Task<CleanUpPlan> DecideAsync(
        ImageName name,
        ImageGraph graph,
        RepositoryMessage repository,
        IReadOnlyCollection<string>? asked,
        CleanUpPlan? before,
        CleanUpRules rules,
        CancellationToken stop)
    {
        // What ran when the plan was made still counts, so nothing that it keeps is lost by a later look.
        if (rules.InUseFrom.Count > 0)
            rules = rules with { InUse = rules.InUse.MergedWith(await Running!.ReadAsync(rules.InUseFrom, stop)) };
        IReadOnlyList<IRoot> roots = rules.Roots(
            name, new KeepPolicies(repository), client.ClockAhead, planned: before is null ? [] : asked!);
        if (repository.DockerConfig?.ImmutableTags is true) roots = [new ImmutableTagRoot(), .. roots];
        if (before is not null) roots = [new ChangedTagsRoot(before.Graph), .. roots];
        HashSet<ImageNode> withTags = OnlyKeptByReferrerTags(graph, roots, rules);
        RemovableTags removable = rules.IsForTagged ? RemovableTags.All
            : rules.IncludeReferrerTag ? RemovableTags.Referrer : RemovableTags.None;
        DecideImage.Decide(graph, roots, removable);
        HashSet<ImageNode> needed = rules.Quarantine is not TimeSpan period ? []
            : DecideQuarantine.Decide(graph, roots, removable, period, client.ServiceTime, before?.Graph);

        HashSet<string>? wanted = asked is null ? null : new HashSet<string>(asked, StringComparer.Ordinal);
        // An image goes as a whole, with what belongs to it.
        if (rules.IsForTagged && before is null)
            wanted?.UnionWith(
                ImageParts.With(graph.Nodes.Where(node => wanted.Contains(node.Image.Digest)))
                    .Select(node => node.Image.Digest));
        if (wanted is not null) DecideImage.KeepWithUnaskedParents(graph, wanted);
        withTags.RemoveWhere(node => node.KeepReason is null);
        foreach (ImageNode node in withTags.Where(node => !node.IsTagged))
            node.KeepReason += "; only referrer tags keep it, see -IncludeReferrerTag";
        IReadOnlyList<RemovedImage> unlisted = await Unlisted.RowsAsync(
            [.. (wanted ?? []).Where(digest => graph.Find(digest) is null).Select(name.WithDigest)],
            stop
        );
        return new CleanUpPlan(
            name,
            [
                .. ParentsFirst.Sorted(graph.Nodes.Where(node => wanted?.Contains(node.Image.Digest)
                    ?? (IsAbout(rules, node) || needed.Contains(node)))),
            ],
            unlisted,
            UnreadableErrors.Of(name, graph),
            graph,
            rules)
        {
            KeptByReferrerTags = withTags.Count,
            Needed =
            [
                .. graph.Nodes.Where(node =>
                    needed.Contains(node) && wanted?.Contains(node.Image.Digest) is not false),
            ],
        };
    }

    /// <summary>Returns whether a clean-up of a whole image is about a digest.</summary>
    private static bool IsAbout(CleanUpRules rules, ImageNode node) => rules.IsForTagged
        ? node.KeepReason is null || (node.IsTagged && !node.FollowsTagSubjects)
        : !node.IsTagged || (rules.IncludeReferrerTag && CleanUpPlan.IsByReferrerTag(node));

    /// <summary>Finds the digests that -IncludeReferrerTag would delete; none if it was given.</summary>
    private static HashSet<ImageNode> OnlyKeptByReferrerTags(
        ImageGraph graph, IReadOnlyList<IRoot> roots, CleanUpRules rules)
    {
        if (rules.IsForTagged || rules.IncludeReferrerTag || !graph.Nodes.Any(node => node.HasOnlyReferrerTags))
            return [];
        DecideImage.Decide(graph, roots, RemovableTags.Referrer);
        return [.. graph.Nodes.Where(node => node.KeepReason is null)];
    }
}
