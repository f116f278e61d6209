namespace ArtifactRegistry;

/// <summary>The reason why the nodes of a pool can or cannot pull an image.</summary>
public enum PullReason
{
    /// <summary>Nothing prevents it.</summary>
    None,

    /// <summary>The registry has no such tag or digest.</summary>
    ImageMissing,

    /// <summary>The image is an index without an entry for the architecture of the nodes.</summary>
    ArchitectureMissing,

    /// <summary>The service account of the nodes no longer exists.</summary>
    AccountMissing,

    /// <summary>The service account of the nodes is disabled.</summary>
    AccountDisabled,

    /// <summary>The OAuth scopes of the nodes do not include Artifact Registry, whatever the roles.</summary>
    ScopesTooNarrow,

    /// <summary>The grant has a condition whose time is over.</summary>
    ConditionExpired,

    /// <summary>The grant is that of a deleted account of the same name.</summary>
    DeletedAccount,

    /// <summary>An identity for pods (workload identity) has access, but nodes pull with their own account.</summary>
    GrantedToWorkload,

    /// <summary>Neither the repository nor its project grant access.</summary>
    NotGranted,

    /// <summary>Access depends on a condition that only the service can evaluate.</summary>
    GrantedUnderCondition,

    /// <summary>Something that could change the answer cannot be seen; the detail says what.</summary>
    NotVisible,
}

/// <summary>The result of testing whether the nodes of one pool can pull one image.</summary>
public sealed class PullTestResult
{
    internal PullTestResult(ImageName image, NodeServiceAccount node)
    {
        Image = image.ToString();
        Repository = image.ToRepository().ToString();
        Project = node.Project;
        Location = node.Location;
        Cluster = node.Cluster;
        NodePool = node.NodePool;
        MachineType = node.MachineType;
        Email = node.Email;
    }

    /// <summary>The image as it was given, by tag or digest.</summary>
    public string Image { get; }

    /// <summary>The repository of the image.</summary>
    public string Repository { get; }

    /// <summary>The project of the cluster.</summary>
    public string Project { get; }

    /// <summary>The cluster's region or zone.</summary>
    public string? Location { get; }

    /// <summary>The cluster.</summary>
    public string? Cluster { get; }

    /// <summary>The node pool; <c>(auto-provisioned)</c> for the pools that the cluster creates itself.</summary>
    public string? NodePool { get; }

    /// <summary>
    /// The machine type of the nodes, for example <c>t2a-standard-4</c>; null if the pool does not specify it.
    /// </summary>
    public string? MachineType { get; }

    /// <summary>The service account with which the nodes pull.</summary>
    public string Email { get; }

    /// <summary>The account as IAM writes it.</summary>
    public string Member => "serviceAccount:" + Email;

    /// <summary>
    /// Gets whether nothing prevents pulling; null if that depends on something that cannot be seen from here.
    /// </summary>
    public bool? CanPull { get; internal init; }

    /// <summary>
    /// The first thing that prevents pulling: the name of a <see cref="ArtifactRegistry.PullReason"/>.
    /// </summary>
    public string Reason => PullReason.ToString();

    /// <summary>A description of everything that prevents pulling.</summary>
    public string Detail { get; internal init; } = "";

    /// <summary>The command that resolves the first problem; null if there is no such command or no problem.</summary>
    public string? Command { get; internal init; }

    /// <summary>The first thing that prevents pulling.</summary>
    internal PullReason PullReason { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Cluster}/{NodePool}: {Reason}";
}
