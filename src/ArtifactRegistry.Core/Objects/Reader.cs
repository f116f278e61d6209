using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>A member that has a role on a repository that lets it pull.</summary>
public sealed class Reader
{
    internal Reader(string resource, string member, string role, string? condition)
    {
        Resource = resource;
        // A policy is read without cleaning, so clean its text here. Conditions may have several lines.
        Member = SafeText.CleanData(member);
        Role = SafeText.CleanData(role);
        Condition = condition is null ? null : SafeText.CleanData(condition, keepLineEnds: true);
    }

    /// <summary>The resource on which the role is granted: a repository, or <c>projects/ID</c>.</summary>
    public string Resource { get; }

    /// <summary>The member as IAM writes it: <c>serviceAccount:…</c>, <c>user:…</c>, <c>group:…</c>.</summary>
    public string Member { get; }

    /// <summary>The role, for example <c>roles/artifactregistry.reader</c>.</summary>
    public string Role { get; }

    /// <summary>The IAM condition that limits the grant, in its own language; null if there is none.</summary>
    public string? Condition { get; }

    /// <summary>The title of the condition; null if there is none.</summary>
    public string? ConditionTitle
    {
        get;
        internal init => field = value is null ? null : SafeText.CleanData(value);
    }

    /// <summary>
    /// Gets whether the member was deleted: the grant is of no use, even to a new account of the same name.
    /// </summary>
    public bool Deleted => Member.StartsWith("deleted:", StringComparison.Ordinal);

    /// <summary>Gets whether the role is granted above the repository that was requested.</summary>
    public bool Inherited { get; internal init; }

    /// <summary>
    /// Gets whether a command changed the grant: it was new, or it was revoked and had existed; null if it was only
    /// read.
    /// </summary>
    public bool? Changed { get; internal init; }

    internal Reader AsInherited() =>
        new(Resource, Member, Role, Condition) { ConditionTitle = ConditionTitle, Inherited = true };

    /// <inheritdoc/>
    public override string ToString() => $"{Member} {Role} on {Resource}";
}
