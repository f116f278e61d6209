namespace ArtifactRegistry;

/// <summary>A reason why a member, or the nodes of a pool, can or cannot pull.</summary>
/// <remarks>What prevents pulling is sorted: what has to be resolved first comes first.</remarks>
public enum PullReason
{
    /// <summary>The repository's own policy grants it.</summary>
    GrantedAtRepository,

    /// <summary>The policy of the repository's project grants it.</summary>
    GrantedAtProject,

    /// <summary>The registry has no such tag or digest.</summary>
    ImageMissing,

    /// <summary>The image is an index without an entry for the architecture of the nodes.</summary>
    ArchitectureMissing,

    /// <summary>The service account does not exist.</summary>
    AccountMissing,

    /// <summary>The service account is disabled.</summary>
    AccountDisabled,

    /// <summary>The OAuth scopes of the nodes do not include Artifact Registry, whatever the roles.</summary>
    ScopesTooNarrow,

    /// <summary>The grant has a condition whose time is over.</summary>
    ConditionExpired,

    /// <summary>The grant is that of a deleted account of the same name.</summary>
    GrantedToDeleted,

    /// <summary>An identity for pods (workload identity) has access, but nodes pull with their own account.</summary>
    GrantedToWorkload,

    /// <summary>Neither the repository nor its project grant access.</summary>
    NotGranted,

    /// <summary>
    /// No policy that was read grants access directly, but something that cannot be seen, such as the members of a
    /// group, could still include the account.
    /// </summary>
    NotGrantedDirectly,

    /// <summary>It is granted while a condition holds. Only the service can evaluate most conditions.</summary>
    GrantedUnderCondition,

    /// <summary>Something that could change the answer cannot be seen; the detail says what.</summary>
    NotVisible,
}
