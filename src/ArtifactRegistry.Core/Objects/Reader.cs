using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>A member that holds a role on a repository, so that it can pull.</summary>
public sealed class Reader
{
    internal Reader(string resource, string member, string role, string? condition)
    {
        Resource = resource;
        // Read from a policy as it is, so it is cleaned here. Conditions may have several lines.
        Member = SafeText.CleanData(member);
        Role = SafeText.CleanData(role);
        Condition = condition is null ? null : SafeText.CleanData(condition, keepLineEnds: true);
    }

    /// <summary>Where the role is granted: a repository, or <c>projects/ID</c>.</summary>
    public string Resource { get; }

    /// <summary>Who: <c>serviceAccount:…</c>, <c>user:…</c>, <c>group:…</c>, as IAM writes it.</summary>
    public string Member { get; }

    /// <summary>For example <c>roles/artifactregistry.reader</c>.</summary>
    public string Role { get; }

    /// <summary>The IAM condition that limits the grant, in its own language; null if there is none.</summary>
    public string? Condition { get; }

    /// <summary>The title of the condition; null if there is none.</summary>
    public string? ConditionTitle
    {
        get;
        internal init => field = value is null ? null : SafeText.CleanData(value);
    }

    /// <summary>True if the member was deleted: the grant is of no use, even to a new account of the same name.</summary>
    public bool Deleted => Member.StartsWith("deleted:", StringComparison.Ordinal);

    /// <summary>True if the role is granted above the repository that was asked for.</summary>
    public bool Inherited { get; internal init; }

    /// <summary>
    /// True after a grant that was not there before, and after a revocation of one that was; null where it was only read.
    /// </summary>
    public bool? Changed { get; internal init; }

    internal Reader AsInherited() => new(Resource, Member, Role, Condition) { ConditionTitle = ConditionTitle, Inherited = true };

    /// <inheritdoc/>
    public override string ToString() => $"{Member} {Role} on {Resource}";
}
