namespace ArtifactRegistry.Operations;

/// <summary>The outcome of an edit: one row per member, and the members that the service refused.</summary>
internal sealed record PolicyOutcome(IReadOnlyList<Reader> Readers, IReadOnlyList<RefusedMember> Refused)
{
    /// <summary>The grants that the policy still contains for these members and that let them pull.</summary>
    public IReadOnlyList<Reader> Remaining { get; init; } = [];

    /// <summary>Gets whether the change was confirmed; false under -WhatIf.</summary>
    public bool Agreed { get; init; } = true;
}

/// <summary>A member that the service refused, and the error.</summary>
internal sealed record RefusedMember(string Member, RegistryException Error);
