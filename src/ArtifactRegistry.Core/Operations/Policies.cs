using System.Text.Json.Nodes;

namespace ArtifactRegistry.Operations;

/// <summary>
/// Reads and edits an IAM policy as JSON, so that fields that this module does not know are preserved.
/// See https://cloud.google.com/iam/docs/reference/rest/v1/Policy.
/// </summary>
internal static class Policies
{
    /// <summary>Adds members to the binding of a role without a condition, and returns those that were added.</summary>
    public static IReadOnlyList<string> Add(JsonObject policy, string role, IEnumerable<string> members)
    {
        if (policy["bindings"] is not JsonArray bindings)
            policy["bindings"] = bindings = [];
        JsonObject? binding = bindings
            .OfType<JsonObject>()
            .FirstOrDefault(each => Role(each) == role && each["condition"] is null);
        HashSet<string> present = new(binding is null ? [] : Members(binding), MemberName.Comparer);
        List<string> added = [.. members.Where(present.Add)];
        if (added.Count == 0) return added;

        if (binding is null) bindings.Add((JsonNode)(binding = new JsonObject { ["role"] = role }));
        if (binding["members"] is not JsonArray list) binding["members"] = list = [];
        foreach (string member in added) list.Add((JsonNode)member);
        // A policy with conditions needs version 3, which was requested when it was read.
        policy["version"] = 3;
        return added;
    }

    /// <summary>
    /// Removes members from the bindings of a role: those without a condition, or those whose condition has the given
    /// title or expression. A binding without remaining members is removed. Returns the members that were found.
    /// </summary>
    public static IReadOnlyList<string> Remove(
        JsonObject policy,
        string role,
        IEnumerable<string> members,
        string? condition
    )
    {
        HashSet<string> wanted = new(members, MemberName.Comparer);
        HashSet<string> found = new(MemberName.Comparer);
        JsonArray bindings = policy["bindings"] as JsonArray ?? [];
        foreach (JsonObject binding in bindings.OfType<JsonObject>().ToArray())
        {
            if (Role(binding) != role || !IsUnder(binding, condition)) continue;
            if (binding["members"] is not JsonArray list) continue;
            JsonNode?[] leaving = [.. list.Where(member => Text(member) is string text && wanted.Contains(text))];
            foreach (JsonNode? member in leaving)
            {
                found.Add(Text(member)!);
                list.Remove(member);
            }

            if (leaving.Length > 0 && list.Count == 0) bindings.Remove(binding);
        }

        if (found.Count > 0) policy["version"] = 3;
        return [.. wanted.Where(found.Contains)];
    }

    /// <summary>
    /// Counts the members of a policy as IAM does: every appearance, including exemptions from audit logs.
    /// </summary>
    public static int CountMembers(JsonObject policy) =>
        Bindings(policy).Sum(binding => Members(binding).Count())
        + (policy["auditConfigs"] as JsonArray ?? []).OfType<JsonObject>()
            .SelectMany(config => config["auditLogConfigs"] as JsonArray ?? []).OfType<JsonObject>()
            .Sum(log => (log["exemptedMembers"] as JsonArray ?? []).Count);

    /// <summary>Counts the different groups in a policy.</summary>
    public static int CountGroups(JsonObject policy) =>
        Bindings(policy).SelectMany(Members).Where(member => member.StartsWith("group:", StringComparison.Ordinal))
            .Distinct(MemberName.Comparer).Count();

    /// <summary>
    /// Gets the roles that have members, and of which it is not known whether they let pull: a policy does not say
    /// which permissions a role contains.
    /// </summary>
    public static IEnumerable<UnknownGrant> Unknown(
        JsonObject policy, string resource, Func<string, bool> isUnknown) =>
        from binding in Bindings(policy)
        let role = Role(binding)
        where role is not null && isUnknown(role) && Members(binding).Any()
        select new UnknownGrant(resource, role, [.. Members(binding)]);

    /// <summary>Gets all members of a policy, including deleted ones.</summary>
    public static IEnumerable<(string Role, string Member)> AllMembers(JsonObject policy) =>
        Bindings(policy).SelectMany(binding => Members(binding).Select(member => (Role(binding) ?? "", member)));

    /// <summary>Gets every member of every binding whose role is wanted.</summary>
    public static IEnumerable<Reader> Read(JsonObject policy, string resource, Func<string, bool> wanted) =>
        from binding in Bindings(policy)
        let role = Role(binding)
        where role is not null && wanted(role)
        from member in Members(binding)
        select new Reader(resource, member, role, Condition(binding))
        {
            ConditionTitle = binding["condition"] is JsonObject condition ? Text(condition["title"]) : null,
        };

    private static IEnumerable<JsonObject> Bindings(JsonObject policy) =>
        (policy["bindings"] as JsonArray ?? []).OfType<JsonObject>();

    private static bool IsUnder(JsonObject binding, string? condition) =>
        condition is null
            ? binding["condition"] is null
            : binding["condition"] is JsonObject limit
                && (Text(limit["title"]) == condition || Text(limit["expression"]) == condition);

    private static string? Role(JsonObject binding) => (string?)binding["role"];

    private static IEnumerable<string> Members(JsonObject binding) =>
        (binding["members"] as JsonArray ?? []).Select(member => (string?)member).OfType<string>();

    private static string? Text(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static string? Condition(JsonObject binding) =>
        binding["condition"] is JsonObject condition ? (string?)condition["expression"] : null;
}
