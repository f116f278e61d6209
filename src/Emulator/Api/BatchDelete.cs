using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Model;

namespace ArtifactRegistry.Emulator.Api;

/// <summary>
/// versions.batchDelete, as measured: all or nothing, regardless of tags, and validateOnly always succeeds.
/// </summary>
internal static class BatchDelete
{
    public static JsonObject Run(ApiCall call, RepositoryName name, string parent)
    {
        RepositoryEntry repository = call.Repository(name, "versions.delete");
        if (parent != "-" && !repository.Packages.ContainsKey(ApiCall.Plain(parent))) throw ApiError.NotFound();

        JsonObject body = call.Body();
        string[] names = [.. (body["names"] as JsonArray ?? []).Select(node => (string?)node ?? "")];
        int limit = call.Behaviour.BatchDeleteLimit;
        if (names.Length == 0) throw ApiError.Invalid("At least one version is required");
        if (names.Length > limit) throw ApiError.Invalid($"A maximum of {limit} versions are allowed per request");

        bool validateOnly = body["validateOnly"]?.GetValue<bool>() ?? false;
        return call.Start(name, "BatchDeleteVersionsMetadata", metadata =>
        {
            if (validateOnly) return ApiCall.Empty();

            List<VersionEntry> versions =
                [.. names.Select(version => Find(repository, parent, version)).OfType<VersionEntry>()];
            if (versions.Count == 0)
                metadata["failedVersions"] = new JsonArray([.. names.Select(version => JsonValue.Create(version))]);
            if (versions.Count < names.Length) throw ApiError.NotFound();
            foreach (VersionEntry version in versions)
            {
                IReadOnlyCollection<string> parents = version.Package.ParentsThatRefuse(version.Digest, call.State.Now);
                if (parents.Count > 0) throw VersionMethods.HasParents(version, parents);
            }
            foreach (VersionEntry version in versions.DistinctBy(version => version.Resource))
                version.Package.Remove(version, call.Behaviour, call.State.Now);
            return ApiCall.Empty();
        });
    }

    private static VersionEntry? Find(RepositoryEntry repository, string parent, string name)
    {
        string prefix = $"{repository.Name.Resource}/packages/";
        if (!name.StartsWith(prefix, StringComparison.Ordinal)) return null;
        string[] parts = name[prefix.Length..].Split('/');
        if (parts is not [string package, "versions", string digest]) return null;
        if (parent != "-" && ApiCall.Plain(package) != ApiCall.Plain(parent)) return null;
        return repository.Packages.GetValueOrDefault(ApiCall.Plain(package))?.Versions.GetValueOrDefault(digest);
    }
}
