using System.Collections;
using ArtifactRegistry.Operations;

namespace ArtifactRegistry;

/// <summary>
/// The members of a pipeline, grouped by the repository or project whose policy is changed, so that each policy is
/// written once.
/// </summary>
internal sealed class MembersByResource : IEnumerable<(PolicyResource Resource, IReadOnlyList<string> Members)>
{
    private readonly List<(PolicyResource Resource, List<string> Members)> _resources = [];

    /// <summary>Adds a member if it has not been added yet.</summary>
    public void Collect(PolicyResource resource, string member)
    {
        int at = _resources.FindIndex(each => each.Resource.Name == resource.Name);
        if (at < 0) _resources.Add((resource, [member]));
        else if (!_resources[at].Members.Contains(member, MemberName.Comparer)) _resources[at].Members.Add(member);
    }

    /// <inheritdoc/>
    public IEnumerator<(PolicyResource Resource, IReadOnlyList<string> Members)> GetEnumerator() =>
        _resources.Select(each => (each.Resource, (IReadOnlyList<string>)each.Members)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
