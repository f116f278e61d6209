using System.Collections;
using System.Management.Automation;
using ArtifactRegistry.Operations;

namespace ArtifactRegistry;

/// <summary>A member as it was typed or piped, with the related properties of its row.</summary>
public sealed class MemberReference
{
    internal MemberReference(string text) => Text = text;

    /// <summary>The member as it was given.</summary>
    public string Text { get; }

    /// <summary>The repository or project on which the member has a role, according to the row.</summary>
    internal string? Resource { get; init; }

    /// <summary>The project of the account, if the row contains it.</summary>
    internal string? Project { get; init; }

    internal string? Role { get; init; }

    /// <summary>The titles and expressions of the conditions of the grant, according to the row.</summary>
    internal IReadOnlyList<string> Conditions { get; init; } = [];

    internal bool Inherited { get; init; }

    /// <summary>The node pool that pulls with the member, according to the row.</summary>
    internal NodePoolReference? Pool { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Text;
}

/// <summary>
/// Converts typed or piped input to members: strings, readers, node service accounts, and rows that have a Member or an
/// Email, which may come from a job, Export-Clixml or a CSV.
/// </summary>
public sealed class MemberArgumentAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        Unwrap(inputData) is IList list
            ? list.Cast<object?>().Select(Read).ToArray()
            : new[] { Read(inputData) };

    private static MemberReference Read(object? item)
    {
        object? value = Unwrap(item);
        switch (value)
        {
            case MemberReference reference:
                return reference;
            case string text:
                return new MemberReference(text);
            case null:
                throw Refuse("nothing");
        }

        PSObject row = PSObject.AsPSObject(item);
        string member = Text(row, "Member") ?? Text(row, "Email") ?? throw Refuse(value.GetType().Name);
        return new MemberReference(member)
        {
            Resource = Text(row, "Resource") ?? Text(row, "Repository"),
            Project = Text(row, "Project"),
            Role = Text(row, "Role"),
            Conditions = [.. new[] { Text(row, "ConditionTitle"), Text(row, "Condition") }.OfType<string>()],
            Inherited = Is(row, "Inherited", true),
            Pool = PoolOf(row),
        };
    }

    private static NodePoolReference? PoolOf(PSObject row) =>
        Text(row, "Cluster") is string cluster && Text(row, "NodePool") is string pool
            ? new NodePoolReference(
                Text(row, "Project"), Text(row, "Location"), cluster, pool, HasPullScope: !Is(row, "PullScope", false))
            : null;

    private static ArgumentTransformationMetadataException Refuse(string got) => new(
        "Expected a member such as NAME@PROJECT.iam.gserviceaccount.com or group:team@example.com, or an object with a "
        + $"Member or an Email, as from Get-ArReader or Get-ArNodeServiceAccount; got {got}.");

    // A CSV contains booleans as text.
    private static bool Is(PSObject row, string property, bool wanted) =>
        bool.TryParse(Text(row, property), out bool value) && value == wanted;

    private static string? Text(PSObject row, string property) =>
        Unwrap(row.Properties[property]?.Value)?.ToString() is { Length: > 0 } text ? text : null;

    private static object? Unwrap(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}
