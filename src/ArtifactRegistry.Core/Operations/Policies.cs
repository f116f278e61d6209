using System.Text.Json.Nodes;

namespace ArtifactRegistry.Operations;

/// <summary>
/// Reads and edits an IAM policy as JSON, so that whatever this module does not know comes back as it was.
/// See https://cloud.google.com/iam/docs/reference/rest/v1/Policy.
/// </summary>
internal static class Policies
{
    /// <summary>The bindings of a role that no condition limits hold these members; the ones added are returned.</summary>
    public static IReadOnlyList<string> Add(JsonObject policy, string role, IEnumerable<string> members)
    {
        if (policy["bindings"] is not JsonArray bindings) policy["bindings"] = bindings = [];
        JsonObject? binding = bindings.OfType<JsonObject>().FirstOrDefault(each => Role(each) == role && each["condition"] is null);
        var present = new HashSet<string>(binding is null ? [] : Members(binding), StringComparer.OrdinalIgnoreCase);
        List<string> added = [.. members.Where(present.Add)];
        if (added.Count == 0) return added;

        if (binding is null) bindings.Add((JsonNode)(binding = new JsonObject { ["role"] = role }));
        if (binding["members"] is not JsonArray list) binding["members"] = list = [];
        foreach (string member in added) list.Add((JsonNode)member);
        // Version 3 is what a policy with conditions needs, and what was asked for when it was read.
        policy["version"] = 3;
        return added;
    }

    /// <summary>Every member of every binding whose role is wanted.</summary>
    public static IEnumerable<Reader> Read(JsonObject policy, string resource, Func<string, bool> wanted) =>
        from binding in (policy["bindings"] as JsonArray ?? []).OfType<JsonObject>()
        let role = Role(binding)
        where role is not null && wanted(role)
        from member in Members(binding)
        select new Reader(resource, member, role, Condition(binding));

    private static string? Role(JsonObject binding) => (string?)binding["role"];

    private static IEnumerable<string> Members(JsonObject binding) =>
        (binding["members"] as JsonArray ?? []).Select(member => (string?)member).OfType<string>();

    private static string? Condition(JsonObject binding) =>
        binding["condition"] is JsonObject condition ? (string?)condition["expression"] : null;
}
