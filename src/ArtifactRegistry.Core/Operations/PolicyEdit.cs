using System.Text.Json.Nodes;

namespace ArtifactRegistry.Operations;

/// <summary>A change to a policy that grants or revokes a role.</summary>
internal abstract record PolicyEdit
{
    private PolicyEdit(string role) => Role = role;

    /// <summary>The role.</summary>
    public string Role { get; }

    /// <summary>Describes the change for a confirmation prompt.</summary>
    internal abstract string Describe(IEnumerable<string> members);

    /// <summary>Changes the policy, and returns the members for whom something changed.</summary>
    internal abstract IReadOnlyList<string> Apply(JsonObject policy, IEnumerable<string> members);

    /// <summary>The condition of the binding that is changed; null for the binding without a condition.</summary>
    internal virtual string? Condition => null;

    /// <summary>Grants a role without a condition.</summary>
    internal sealed record Grant(string RoleName) : PolicyEdit(RoleName)
    {
        /// <summary>
        /// Gets whether the members were created a moment ago, so that IAM may not know them everywhere yet.
        /// </summary>
        public bool MembersAreNew { get; init; }

        internal override string Describe(IEnumerable<string> members) =>
            $"Grant {Role} to {string.Join(", ", members)}";

        internal override IReadOnlyList<string> Apply(JsonObject policy, IEnumerable<string> members) =>
            Policies.Add(policy, Role, members);
    }

    /// <summary>
    /// Revokes a role: the grant without a condition, or the one whose condition has this title or expression.
    /// </summary>
    internal sealed record Revoke(string RoleName, string? UnderCondition) : PolicyEdit(RoleName)
    {
        internal override string? Condition => UnderCondition;

        internal override string Describe(IEnumerable<string> members) =>
            $"Revoke {Role}{(Condition is null ? "" : $" (condition '{Condition}')")} from "
                + $"{string.Join(", ", members)}";

        internal override IReadOnlyList<string> Apply(JsonObject policy, IEnumerable<string> members) =>
            Policies.Remove(policy, Role, members, Condition);
    }
}
