using System.Text.Json;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Model;

namespace ArtifactRegistry.Emulator.Workloads;

/// <summary>The forms of a pod's <c>imageID</c> that runtimes report instead of the digest of a manifest.</summary>
internal static class ImageIds
{
    private static readonly string[] Statuses =
    [
        "containerStatuses",
        "initContainerStatuses",
        "ephemeralContainerStatuses",
    ];

    public static byte[] Rewrite(ApiCall call, byte[] pod)
    {
        JsonObject json = JsonNode.Parse(pod)!.AsObject();
        foreach (string field in Statuses)
        {
            foreach (JsonObject status in (json["status"]?[field] as JsonArray ?? []).OfType<JsonObject>())
            {
                status["imageID"] = call.Behaviour.ImageIds == ImageIdForm.Empty
                    ? ""
                    : ConfigDigest(call.State, status.Text("imageID") ?? "") ?? status.Text("imageID");
            }
        }
        return JsonSerializer.SerializeToUtf8Bytes(json);
    }

    private static string? ConfigDigest(RegistryState state, string imageId)
    {
        string digest = imageId.Split('@')[^1];
        VersionEntry? version = state.RepositoryTable.All
            .SelectMany(repository => repository.Packages.Values)
            .Select(package => package.Versions.GetValueOrDefault(digest))
            .FirstOrDefault(found => found is not null);
        return version is null ? null : (string?)JsonNode.Parse(version.Manifest)?["config"]?["digest"];
    }
}
