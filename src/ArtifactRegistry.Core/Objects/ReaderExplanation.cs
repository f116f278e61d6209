namespace ArtifactRegistry;

/// <summary>The reason why a member can or cannot pull.</summary>
public enum ReaderReason
{
    /// <summary>The repository's own policy grants it.</summary>
    GrantedHere,

    /// <summary>The policy of the repository's project grants it.</summary>
    GrantedAtProject,

    /// <summary>It was granted until a time that has passed.</summary>
    ConditionExpired,

    /// <summary>It is granted while a condition holds, which only the service can evaluate.</summary>
    GrantedUnderCondition,

    /// <summary>Neither repository nor project grant it.</summary>
    Missing,

    /// <summary>There is a grant, but for a deleted account of the same name.</summary>
    DeletedAccount,

    /// <summary>The OAuth scopes of the nodes do not include Artifact Registry, whatever the roles.</summary>
    ScopesTooNarrow,

    /// <summary>Something that could change the answer cannot be checked; the detail says what.</summary>
    NotVisible,

    /// <summary>The service account is disabled, so it can do nothing.</summary>
    AccountDisabled,

    /// <summary>There is no such service account.</summary>
    AccountMissing,
}

/// <summary>One reason why a member can or cannot pull from a repository.</summary>
public sealed class ReaderExplanation
{
    internal ReaderExplanation(string repository, string member, ReaderReason reason, string detail)
    {
        Repository = repository;
        Member = member;
        ReaderReason = reason;
        Detail = detail;
    }

    /// <summary>The repository.</summary>
    public string Repository { get; }

    /// <summary>The member.</summary>
    public string Member { get; }

    /// <summary>
    /// The verdict based on all reasons; null if it depends on something that cannot be seen from here.
    /// </summary>
    public bool? CanPull { get; internal set; }

    /// <summary>
    /// The reason: the name of a <see cref="ArtifactRegistry.ReaderReason"/>, as JSON and CSV write it.
    /// </summary>
    public string Reason => ReaderReason.ToString();

    /// <summary>The role that is granted, if this is about one.</summary>
    public string? Role { get; internal init; }

    /// <summary>The reason in words, with what to do about it.</summary>
    public string Detail { get; }

    /// <summary>Gets the command that helps; null where there is none.</summary>
    public string? Command { get; internal init; }

    /// <summary>The reason.</summary>
    internal ReaderReason ReaderReason { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Reason}: {Detail}";
}
