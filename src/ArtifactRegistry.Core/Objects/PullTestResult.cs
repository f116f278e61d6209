namespace ArtifactRegistry;

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
    /// The first thing that prevents pulling, as far as can be seen, or why nothing does: the name of a
    /// <see cref="ArtifactRegistry.PullReason"/>.
    /// </summary>
    public string Reason => PullReason.ToString();

    /// <summary>
    /// Everything that prevents pulling, or allows it, as names of a <see cref="ArtifactRegistry.PullReason"/>; what
    /// has to be resolved first comes first.
    /// </summary>
    public TextList Reasons { get; internal init; } = TextList.Empty;

    /// <summary>Everything that prevents pulling, in words.</summary>
    public string Detail { get; internal init; } = "";

    /// <summary>
    /// The commands that resolve the problems, one per line, in this order; null if there is none or no problem.
    /// </summary>
    public string? Command { get; internal init; }

    /// <summary>
    /// Gets the commands that give the nodes an account of their own instead of the default one; null where they do not
    /// apply.
    /// </summary>
    internal string? OwnAccountCommands { get; init; }

    /// <summary>The reason.</summary>
    internal PullReason PullReason { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Cluster}/{NodePool}: {Reason}";
}
