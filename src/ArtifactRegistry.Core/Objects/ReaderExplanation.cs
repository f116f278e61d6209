namespace ArtifactRegistry;

/// <summary>One reason why a member can or cannot pull from a repository.</summary>
public sealed class ReaderExplanation
{
    internal ReaderExplanation(string repository, string member, PullReason reason, string detail)
    {
        Repository = repository;
        Member = member;
        PullReason = reason;
        Detail = detail;
    }

    /// <summary>The repository.</summary>
    public string Repository { get; }

    /// <summary>The member.</summary>
    public string Member { get; }

    /// <summary>
    /// The node pools that pull with the member, as <c>CLUSTER/POOL</c>; empty if none were given. Pools with the same
    /// account are explained together, unless the scopes of their nodes make a difference.
    /// </summary>
    public TextList NodePools { get; internal init; } = TextList.Empty;

    /// <summary>
    /// The verdict based on all reasons; null if it depends on something that cannot be seen from here, and for a grant
    /// that does not help because of another reason.
    /// </summary>
    public bool? CanPull { get; internal set; }

    /// <summary>
    /// The reason: the name of a <see cref="ArtifactRegistry.PullReason"/>, as JSON and CSV write it.
    /// </summary>
    public string Reason => PullReason.ToString();

    /// <summary>The role that is granted, if this is about one.</summary>
    public string? Role { get; internal init; }

    /// <summary>The reason in words.</summary>
    public string Detail { get; }

    /// <summary>Gets the commands that help, one per line, in this order; null where there is none.</summary>
    public string? Command { get; internal init; }

    /// <summary>The reason.</summary>
    internal PullReason PullReason { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Reason}: {Detail}";
}
