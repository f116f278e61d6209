using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;

namespace ArtifactRegistry.Emulator.Workloads;

/// <summary>Lists of Kubernetes objects, in pages.</summary>
/// <remarks>
/// As https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks says:
/// without
/// <c>limit</c> everything comes at once, and <c>resourceVersion=0</c> is answered from a cache, which has no pages.
/// </remarks>
internal static class KubernetesList
{
    public static Answer Page(
        ApiCall call,
        KubernetesCluster cluster,
        KubernetesResource resource,
        string? ns,
        SortedDictionary<string, byte[]> objects
    )
    {
        if (call.Query("labelSelector") is not null || call.Query("fieldSelector") is not null)
            return KubernetesStatus.Invalid("The emulator does not know selectors.");
        if (!int.TryParse(call.Query("limit") ?? "0", NumberStyles.None, CultureInfo.InvariantCulture, out int limit))
            return KubernetesStatus.Invalid($"strconv.ParseInt: parsing \"{call.Query("limit")}\": invalid syntax");
        string query = $"{cluster.Resource}/{resource.FullName}/{ns}";
        string? token = call.Query("continue");
        if (call.Query("resourceVersion") == "0") limit = 0;
        if (token is not null && call.Query("resourceVersion") is not null)
            return KubernetesStatus.Invalid("specifying resource version is not allowed when using continue");

        (string ResourceVersion, string Start)? last = null;
        if (token is not null)
        {
            if (PageToken.Read(token, query) is not [string resourceVersion, string start])
                return KubernetesStatus.Invalid($"continue key is not valid: {token}");
            if (call.Behaviour.TakeExpiredContinue())
                return KubernetesStatus.Expired(PageToken.Write(query, cluster.ResourceVersion, start));
            last = (resourceVersion, start);
        }

        string prefix = ns is null ? "" : $"{ns}/";
        IEnumerable<KeyValuePair<string, byte[]>> rest = objects
            .Where(item => item.Key.StartsWith(prefix, StringComparison.Ordinal)
                && (last is null || string.CompareOrdinal(item.Key, last.Value.Start) > 0));
        List<KeyValuePair<string, byte[]>> page = [.. limit == 0 ? rest : rest.Take(limit + 1)];
        bool more = limit > 0 && page.Count > limit;
        if (more) page.RemoveAt(limit);

        string version = last?.ResourceVersion ?? cluster.ResourceVersion;
        JsonObject metadata = new() { ["resourceVersion"] = version };
        if (more)
            metadata["continue"] =
                RepeatsToken(call) && token is not null ? token : PageToken.Write(query, version, page[^1].Key);
        return new Answer(200, Body(call, resource, metadata, page.Select(item => item.Value)), "application/json");
    }

    /// <summary>Gets an object with the <c>imageID</c> in the form that the cluster reports.</summary>
    public static byte[] Shown(ApiCall call, KubernetesResource resource, byte[] item) =>
        resource.Kind == "Pod" && call.Behaviour.ImageIds != ImageIdForm.AsApplied
            ? ImageIds.Rewrite(call, item)
            : item;

    /// <summary>Adds to an object what lists leave out of their items.</summary>
    public static byte[] Typed(KubernetesResource resource, byte[] item)
    {
        if (resource.IsCustom) return item;
        JsonObject json = JsonNode.Parse(item)!.AsObject();
        json["kind"] = resource.Kind;
        json["apiVersion"] = resource.GroupVersion;
        return JsonSerializer.SerializeToUtf8Bytes(json);
    }

    private static byte[] Body(
        ApiCall call,
        KubernetesResource resource,
        JsonObject metadata,
        IEnumerable<byte[]> items
    )
    {
        using MemoryStream body = new();
        body.Write(
            Encoding.UTF8.GetBytes(
                $$"""{"kind":"{{resource.Kind}}List","apiVersion":"{{resource.GroupVersion}}","metadata":{{metadata.ToJsonString()}},"items":["""
            )
        );
        bool first = true;
        foreach (byte[] item in items)
        {
            if (!first) body.WriteByte((byte)',');
            first = false;
            body.Write(Shown(call, resource, item));
        }
        body.Write("]}"u8);
        return body.ToArray();
    }

    private static bool RepeatsToken(ApiCall call) =>
        call.Behaviour.RepeatPageToken || call.Request.Fault is { Kind: FaultKind.RepeatedPageToken };
}
