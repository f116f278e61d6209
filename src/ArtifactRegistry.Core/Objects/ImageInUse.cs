namespace ArtifactRegistry;

/// <summary>The services that run images.</summary>
public enum InUseSource
{
    /// <summary>The Kubernetes API of the GKE clusters.</summary>
    Kubernetes,

    /// <summary>
    /// Cloud Run: services, jobs and worker pools, and with them the functions of the second generation.
    /// </summary>
    CloudRun,

    /// <summary>Versions of App Engine's flexible environment.</summary>
    AppEngine,

    /// <summary>Compute Engine: container declarations and names in scripts, of machines and their templates.</summary>
    ComputeEngine,

    /// <summary>Releases of Cloud Deploy.</summary>
    CloudDeploy,

    /// <summary>Cloud Asset Inventory, which may miss updates: one more reason to keep images, and no proof.</summary>
    Asset,
}

/// <summary>The way in which an image is in use.</summary>
public enum InUseRole
{
    /// <summary>A container runs it, or a revision that gets requests.</summary>
    Running,

    /// <summary>
    /// Something starts it when it is due: a deployment, also one that is scaled to zero, a cron job, a job.
    /// </summary>
    Template,

    /// <summary>It is what a rollback returns to, or what has finished.</summary>
    History,
}

/// <summary>An image that a workload runs, would start, or would return to.</summary>
public sealed class ImageInUse
{
    internal ImageInUse(string image, string? digest, ImageName? name) =>
        (Image, Digest, ParsedName) = (image, digest, name);

    /// <summary>The image as the workload writes it, by tag or digest, in any registry.</summary>
    public string Image { get; }

    /// <summary>
    /// The digest that runs, or that the tag is on now; null if neither is known. Some container runtimes tell the
    /// digest of the configuration or of the index instead of that of the image; a clean-up understands all three.
    /// </summary>
    public string? Digest { get; internal init; }

    /// <summary>
    /// The name in Artifact Registry, by digest if that is known, otherwise by tag; null for other registries.
    /// </summary>
    public string? Uri => ParsedName?.ToString();

    /// <summary>Gets whether the digest is known.</summary>
    public bool IsResolved => Digest is not null;

    /// <summary>
    /// Gets whether Artifact Registry no longer has it, so that it cannot be started again; null if that is not known,
    /// or if it is in another registry.
    /// </summary>
    public bool? Missing { get; internal init; }

    /// <summary>Gets whether all of what runs was read; false for the rows of an incomplete reading.</summary>
    public bool IsComplete { get; internal init; } = true;

    /// <summary>
    /// Gets whether any digest of the image may be the one that runs: a sidecar of Cloud Run by tag, which no API shows
    /// by digest, and whose tag may have moved. A clean-up keeps every digest of the image then.
    /// </summary>
    public bool MayBeAnyDigest { get; internal init; }

    /// <summary>The service that told it: the name of an <see cref="InUseSource"/>.</summary>
    public required string Source { get; init; }

    /// <summary>The way in which it is used: the name of an <see cref="InUseRole"/>.</summary>
    public required string Role { get; init; }

    /// <summary>The project of the cluster or service, which need not be that of the image.</summary>
    public required string Project { get; init; }

    /// <summary>The region or zone.</summary>
    public string? Location { get; init; }

    /// <summary>The GKE cluster; null for other services.</summary>
    public string? Cluster { get; init; }

    /// <summary>The service, job, worker pool or delivery pipeline; null for a cluster.</summary>
    public string? Service { get; init; }

    /// <summary>The Kubernetes namespace; null for other services.</summary>
    public string? Namespace { get; init; }

    /// <summary>
    /// The kind of workload, for example Deployment, CronJob or Revision. A pod counts as what has created it.
    /// </summary>
    public required string Kind { get; init; }

    /// <summary>The name of the workload.</summary>
    public required string Name { get; init; }

    /// <summary>The container, or the volume that is an image.</summary>
    public string? Container { get; init; }

    /// <summary>The time at which it was seen, in local time.</summary>
    public DateTime SeenAt { get; internal init; }

    /// <summary>The name in Artifact Registry, parsed.</summary>
    internal ImageName? ParsedName { get; }

    /// <summary>
    /// Gets the reason to keep it, as users read it: "runs in cluster games/arena, deployment shop/web".
    /// </summary>
    internal string Reason
    {
        get
        {
            string what = $"{Words(Kind)} {(Namespace is null ? "" : $"{Namespace}/")}{Name}";
            string place = Cluster is not null ? $"cluster {Project}/{Cluster}"
                : $"{SourceName} {Project}{(Location is null ? "" : $"/{Location}")}";
            string verb = Role switch
            {
                nameof(InUseRole.Running) => "runs in",
                nameof(InUseRole.Template) => "is started by",
                _ => "is in the history of",
            };
            return $"{verb} {place}, {what}";
        }
    }

    /// <summary>Returns whether its image is known, and is one of a pattern, whatever tag or digest that names.</summary>
    internal bool IsOf(ImagePattern images) => Names.Any(images.MatchesImage);

    /// <summary>Returns whether it is known to be what a pattern names. With a digest, only that counts.</summary>
    internal bool Matches(ImagePattern images) =>
        IsOf(images)
        && (images.Name.Digest is string digest
            ? Digest == digest
            : (images.Name.Tag ?? images.TagPattern) is null
                || Names.Any(name => name.Tag is not null && images.MatchesTag(name.Tag)));

    // As the workload writes it, and as it was found: a runtime may name another repository.
    private IEnumerable<ImageName> Names
    {
        get
        {
            if (ParsedName is not null) yield return ParsedName;
            // Without a tag, container runtimes pull the tag latest.
            if (ImageName.TryParse(Image, out ImageName? written) && !written.IsRepository)
                yield return written.IsWholeImage ? written.WithTag("latest") : written;
        }
    }

    /// <summary>Returns the same row with what the registry says.</summary>
    /// <param name="digest">The digest that the registry has; null for none.</param>
    /// <param name="missing">Whether the registry does not have it.</param>
    internal ImageInUse With(string? digest, bool missing) => new(Image, Digest ?? digest, Named(digest))
    {
        Missing = missing,
        IsComplete = IsComplete,
        MayBeAnyDigest = MayBeAnyDigest,
        Source = Source,
        Role = Role,
        Project = Project,
        Location = Location,
        Cluster = Cluster,
        Service = Service,
        Namespace = Namespace,
        Kind = Kind,
        Name = Name,
        Container = Container,
        SeenAt = SeenAt,
    };

    // By digest as soon as it is known, so that a row names one digest and not what a tag comes to be on. What runs by
    // a digest without a name keeps the name that was written.
    private ImageName? Named(string? digest) =>
        Digest is null && digest is not null ? ParsedName?.ToImage().WithDigest(digest) : ParsedName;

    /// <inheritdoc/>
    public override string ToString() =>
        Uri ?? (Digest is null || Image.Contains(Digest, StringComparison.Ordinal) ? Image : $"{Image}@{Digest}");

    private string SourceName => Source switch
    {
        nameof(InUseSource.CloudRun) => "Cloud Run",
        nameof(InUseSource.AppEngine) => "App Engine",
        nameof(InUseSource.ComputeEngine) => "Compute Engine",
        nameof(InUseSource.CloudDeploy) => "Cloud Deploy",
        nameof(InUseSource.Asset) => "Cloud Asset Inventory",
        _ => Source,
    };

    // CronJob becomes cron job.
    private static string Words(string kind) =>
        string.Concat(
            kind.Select(
                (letter, at) =>
                    char.IsUpper(letter) ? $"{(at == 0 ? "" : " ")}{char.ToLowerInvariant(letter)}" : $"{letter}"
            )
        );
}
