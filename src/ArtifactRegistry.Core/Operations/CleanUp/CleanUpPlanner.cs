using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Operations.CleanUp.Roots;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>
/// Lists the digests of images, reads what the listings leave out, and decides which digests nothing needs.
/// </summary>
/// <param name="client">The API.</param>
/// <param name="registry">The registry's own protocol, for manifests.</param>
/// <param name="cache">Manifests that were read before.</param>
/// <param name="concurrency">The number of manifests that are read at once.</param>
/// <param name="warn">Receives warnings about a repository.</param>
internal sealed class CleanUpPlanner(
    ArtifactRegistryClient client, OciRegistryClient registry, ManifestCache cache, int concurrency, Action<string> warn)
    : IDisposable
{
    // Google's services keep their own images in these repositories and find them by digest.
    private static readonly HashSet<string> Managed = new(StringComparer.Ordinal)
    {
        "gcf-artifacts", "cloud-run-source-deploy", "gae-standard", "gae-flexible",
    };

    private const int ImagesAhead = 4;

    // For all images together.
    private readonly SemaphoreSlim _slots = new(concurrency);
    private readonly ManifestReader _reader = new(client, registry, cache);
    private readonly ImageListings _listings = new(client);
    // Used concurrently: one image may be planned again while others are being planned.
    private readonly ConcurrentDictionary<ImageName, RepositoryMessage> _repositories = [];
    private int _warnedOfClock;

    private GatherImage Gather => new(client, _listings, _reader, _slots, concurrency);

    /// <summary>Plans image by image, so that no more than a few images' digests are held at once.</summary>
    /// <param name="what">A repository or an image, or a pattern.</param>
    /// <param name="rules">What to spare.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    public async IAsyncEnumerable<CleanUpPlan> PlanAsync(
        ImagePattern what, CleanUpRules rules, [EnumeratorCancellation] CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(what);
        ArgumentNullException.ThrowIfNull(rules);
        RepositoryMessage repository = await RepositoryAsync(what.Name.ToRepository(), rules, stop);
        if (!what.Name.IsRepository)
        {
            yield return await ImageAsync(what.Name.ToImage(), repository, null, false, rules, stop);
            yield break;
        }

        // In the order of the service, and some images ahead: a repository may have hundreds with a few digests each.
        IAsyncEnumerable<CleanUpPlan?> plans = ImagesAsync(what, stop).InOrderAsync(
            Math.Min(ImagesAhead, concurrency), (image, token) => TryImageAsync(image, repository, rules, token), stop);
        await foreach (CleanUpPlan? plan in plans)
            if (plan is not null)
                yield return plan;
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
        return await ImageAsync(image, await RepositoryAsync(image.ToRepository(), rules, stop), digests, others, rules, stop);
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
    /// <exception cref="RegistryException">It cannot be gathered, so nothing more may be deleted by the old plan.</exception>
    public async Task<CleanUpPlan> RefreshAsync(CleanUpPlan plan, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ImageName name = plan.Image.ToRepository();
        RepositoryMessage repository = _repositories[name] = await client.GetRepositoryAsync(name, stop); // its policies may have changed
        ImageGraph graph = await Gather.AgainAsync(plan.Image, plan.Graph, ReadsAll(plan.Rules), stop);
        string[] open = [.. plan.Delete.Where(node => node.Deletion is not { Gone: true }).Select(node => node.Image.Digest)];
        return await DecideAsync(plan.Image, graph, repository, open, plan.Rules, stop);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listings.Dispose();
        _slots.Dispose();
    }

    private async IAsyncEnumerable<ImageName> ImagesAsync(ImagePattern what, [EnumeratorCancellation] CancellationToken stop)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var odd = new List<string>();
        await foreach (PackageMessage package in client.ListPackagesAsync(what.Name, stop))
        {
            if (!ImageName.TryParse(package.Name, out ImageName? image) || image.Package is null || !ListedNames.IsOf(what.Name, image))
                odd.Add(package.Name);
            else if (what.MatchesPackage(image.Package) && seen.Add(image.Package))
                yield return what.Name.WithPackage(image.Package);
        }

        if (odd.Count > 0)
            warn($"{odd.Count} {(odd.Count == 1 ? "image" : "images")} of '{what.Name}' {(odd.Count == 1 ? "is" : "are")} passed over, "
                + $"because the name is invalid or belongs to another repository: '{odd[0]}'.");
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

    private async Task<RepositoryMessage> RepositoryAsync(ImageName name, CleanUpRules rules, CancellationToken stop)
    {
        if (_repositories.TryGetValue(name, out RepositoryMessage? known)) return known;
        RepositoryMessage repository = await client.GetRepositoryAsync(name, stop);
        if (repository.Mode == "VIRTUAL_REPOSITORY")
            throw new RegistryException(
                RegistryErrorKind.NameNotSpecific,
                $"'{name}' is a virtual repository and holds no images of its own.")
            {
                Advice = "Clean up the repositories behind it.",
            };
        if (Managed.Contains(name.Repository) && !rules.IncludeManagedRepository)
            throw new RegistryException(
                RegistryErrorKind.NameNotSpecific,
                $"'{name}' is managed by another Google service, which finds its images by digest.")
            {
                Advice = "Use -IncludeManagedRepository if you want to clean it up all the same.",
            };
        if (repository.Mode == "REMOTE_REPOSITORY")
            warn($"'{name}' is a remote repository: what is deleted is fetched again from upstream when it is next pulled.");
        if (client.ClockAhead > TimeSpan.Zero && Interlocked.Exchange(ref _warnedOfClock, 1) == 0)
            warn($"The clock of this machine is {client.ClockAhead.TotalMinutes:0} minutes ahead of the service's, by which ages are counted.");
        return _repositories[name] = repository;
    }

    private async Task<CleanUpPlan> ImageAsync(
        ImageName name,
        RepositoryMessage repository,
        IReadOnlyCollection<string>? asked,
        bool others,
        CleanUpRules rules,
        CancellationToken stop)
    {
        ImageGraph graph = await Gather.GatherAsync(name, others, ReadsAll(rules), stop);
        return await DecideAsync(name, graph, repository, asked, rules, stop);
    }

    // A running image may be identified by the digest of its configuration, which only the manifest contains.
    private static bool ReadsAll(CleanUpRules rules) => rules.InUse.Entries.Count > 0;

    private async Task<CleanUpPlan> DecideAsync(
        ImageName name,
        ImageGraph graph,
        RepositoryMessage repository,
        IReadOnlyCollection<string>? asked,
        CleanUpRules rules,
        CancellationToken stop)
    {
        IReadOnlyList<IRoot> roots = rules.Roots(new KeepPolicies(repository), client.ClockAhead);
        HashSet<ImageNode> withTags = await OnlyKeptByReferrerTagsAsync(graph, roots, rules, stop);
        await DecideImage.DecideAsync(graph, roots, rules.IncludeReferrerTag, stop);

        HashSet<string>? wanted = asked is null ? null : new HashSet<string>(asked, StringComparer.Ordinal);
        if (wanted is not null) KeepWhatUnaskedParentsHold(graph, wanted);
        withTags.RemoveWhere(node => node.KeepReason is null);
        foreach (ImageNode node in withTags.Where(node => !node.IsTagged))
            node.KeepReason += "; only referrer tags keep it, see -IncludeReferrerTag";
        IReadOnlyList<RemovedImage> unlisted =
            await UnlistedAsync([.. (wanted ?? []).Where(digest => graph.Find(digest) is null).Select(name.WithDigest)], stop);
        return new CleanUpPlan(
            name,
            [
                .. ParentsFirst.Sorted(graph.Nodes.Where(node => wanted?.Contains(node.Image.Digest)
                    ?? (!node.IsTagged || (rules.IncludeReferrerTag && CleanUpPlan.IsByReferrerTag(node))))),
            ],
            unlisted,
            UnreadableErrors.Of(name, graph),
            graph,
            rules)
        {
            KeptByReferrerTags = withTags.Count,
        };
    }

    /// <summary>Finds the digests that -IncludeReferrerTag would delete; none if it was given.</summary>
    private static async Task<HashSet<ImageNode>> OnlyKeptByReferrerTagsAsync(
        ImageGraph graph, IReadOnlyList<IRoot> roots, CleanUpRules rules, CancellationToken stop)
    {
        if (rules.IncludeReferrerTag || !graph.Nodes.Any(node => node.HasOnlyReferrerTags)) return [];
        await DecideImage.DecideAsync(graph, roots, followTagSubjects: true, stop);
        return [.. graph.Nodes.Where(node => node.KeepReason is null)];
    }

    /// <summary>
    /// Gets the rows of digests that are missing from the listing. A listing may lag behind, so each digest is
    /// requested; one that exists after all stays, because nothing is known about what it belongs to.
    /// </summary>
    private async Task<IReadOnlyList<RemovedImage>> UnlistedAsync(IReadOnlyList<ImageName> digests, CancellationToken stop)
    {
        var rows = new RemovedImage[digests.Count];
        await Parallel.ForAsync(
            0,
            digests.Count,
            new ParallelOptions { MaxDegreeOfParallelism = concurrency, CancellationToken = stop },
            async (i, token) => rows[i] = await UnlistedAsync(digests[i], token));
        return rows;
    }

    private async Task<RemovedImage> UnlistedAsync(ImageName digest, CancellationToken stop)
    {
        await _slots.WaitAsync(stop);
        try
        {
            return await _reader.FindAsync(digest, stop) is not null
                ? Row(RemovalStatus.Kept, "the listing of its image does not have it yet")
                : Row(RemovalStatus.AlreadyGone, "is not in this image, or not any more");
        }
        catch (RegistryException e)
        {
            string reason = $"the listing of its image does not have it, and whether it is there cannot be read: {e.Message}";
            return new RemovedImage(digest, TagList.Empty, 0, RemovalStatus.Failed, reason) { Error = e.WithMessage($"'{digest}': {reason}") };
        }
        finally
        {
            _slots.Release();
        }

        RemovedImage Row(RemovalStatus status, string reason) => new(digest, TagList.Empty, 0, status, reason);
    }

    // The service would refuse to delete a digest whose index or referrer was not asked about, so both stay.
    private static void KeepWhatUnaskedParentsHold(ImageGraph graph, HashSet<string> wanted)
    {
        var staying = new Queue<ImageNode>(graph.Nodes.Where(
            node => (!node.IsTagged || node.FollowsTagSubjects) && !wanted.Contains(node.Image.Digest)));
        while (staying.TryDequeue(out ImageNode? parent))
        {
            // A subject that stays keeps its signatures as well, although the service would allow them to be deleted.
            foreach (ImageNode held in parent.Held.Concat(parent.Referrers).Concat(parent.TagReferrers))
            {
                if (held.KeepReason is not null || !wanted.Contains(held.Image.Digest)) continue;
                (held.KeepReason, held.KeptBy) = ($"{parent} refers to it and was not asked about", parent);
                staying.Enqueue(held);
            }
        }
    }
}
