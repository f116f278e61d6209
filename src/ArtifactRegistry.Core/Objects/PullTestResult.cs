namespace ArtifactRegistry;

/// <summary>Why the nodes of a pool can pull an image, or cannot.</summary>
public enum PullReason
{
    /// <summary>Nothing is in the way.</summary>
    None,

    /// <summary>The registry has no such tag or digest.</summary>
    ImageMissing,

    /// <summary>The image is an index without an entry for the architecture of the nodes.</summary>
    ArchitectureMissing,

    /// <summary>There is no such service account any more.</summary>
    AccountMissing,

    /// <summary>The service account of the nodes is disabled.</summary>
    AccountDisabled,

    /// <summary>The OAuth scopes of the nodes do not reach Artifact Registry, whatever the roles.</summary>
    ScopesTooNarrow,

    /// <summary>The grant has a condition whose time is over.</summary>
    ConditionExpired,

    /// <summary>The grant is that of a deleted account of the same name.</summary>
    DeletedAccount,

    /// <summary>An identity for pods (workload identity) is granted access, and nodes pull as themselves.</summary>
    GrantedToWorkload,

    /// <summary>Neither the repository nor its project grant access.</summary>
    NotGranted,

    /// <summary>Access depends on a condition that only the service can evaluate.</summary>
    GrantedUnderCondition,

    /// <summary>Something that could change the answer cannot be seen; the detail says what.</summary>
    NotVisible,
}

/// <summary>The answer to the question whether the nodes of one pool can pull one image.</summary>
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

    /// <summary>The machine type of the nodes, for example <c>t2a-standard-4</c>; null where the pool does not tell.</summary>
    public string? MachineType { get; }

    /// <summary>The service account as which the nodes pull.</summary>
    public string Email { get; }

    /// <summary>The account as IAM writes it.</summary>
    public string Member => "serviceAccount:" + Email;

    /// <summary>True if nothing is in the way; null where that depends on what cannot be seen from here.</summary>
    public bool? CanPull { get; internal init; }

    /// <summary>The first thing that is in the way: the name of a <see cref="ArtifactRegistry.PullReason"/>.</summary>
    public string Reason => PullReason.ToString();

    /// <summary>Everything that is in the way, in words.</summary>
    public string Detail { get; internal init; } = "";

    /// <summary>The command that removes the first thing that is in the way; null if there is none, or nothing is.</summary>
    public string? Command { get; internal init; }

    /// <summary>The first thing that is in the way.</summary>
    internal PullReason PullReason { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Cluster}/{NodePool}: {Reason}";
}
