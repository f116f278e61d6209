using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Model;

namespace ArtifactRegistry.Emulator.Api;

/// <summary>versions.list, get, patch and delete.</summary>
internal static class VersionMethods
{
    private const int RelatedTagsLimit = 100;

    public static JsonObject List(ApiCall call, RepositoryName name, string id)
    {
        PackageEntry package = call.Package(name, id, "versions.list");
        if (call.Query("pageToken") is null) package.Repository.BeginListing();
        bool full = IsFull(call);
        Listing<VersionEntry> versions = new()
        {
            Field = "versions",
            Key = version => ("", version.Digest),
            Show = version => Show(version, full ? TagMethods.Listed(version, call) : [], call.Behaviour),
            Since = version => version.UploadTime,
            Filters = new() { ["name"] = version => version.Resource },
            Orders = new()
            {
                ["name"] = version => version.Resource,
                ["createTime"] = version => Json.Time(version.UploadTime),
                ["updateTime"] = version => Json.Time(version.UpdateTime),
            },
        };
        return versions.Page(call, package.Repository.InOrderOf(package.Name));
    }

    public static JsonObject Get(ApiCall call, RepositoryName name, string id, string digest)
    {
        VersionEntry version = call.Version(name, id, digest, "versions.get");
        return Show(version, IsFull(call) ? version.Tags : [], call.Behaviour);
    }

    public static JsonObject Patch(ApiCall call, RepositoryName name, string id, string digest)
    {
        VersionEntry version = call.Version(name, id, digest, "versions.update");
        version.Annotations = call.Body()["annotations"]?.DeepClone() as JsonObject;
        version.UpdateTime = call.State.Now;
        version.Record();
        return Show(version, [], call.Behaviour);
    }

    /// <remarks>
    /// The service answers 200 with an operation; only the operation shows whether something holds the digest.
    /// </remarks>
    public static JsonObject Delete(ApiCall call, RepositoryName name, string id, string digest)
    {
        VersionEntry version = call.Version(name, id, digest, "versions.delete");
        bool force = call.Flag("force");
        if (call.Behaviour.TaggedDelete == TaggedDeleteRefusal.Synchronous) CheckTags(version, force, call.Behaviour);

        return call.Start(name, "OperationMetadata", _ =>
        {
            if (!version.Package.Versions.ContainsKey(digest)) throw ApiError.NotFound();
            CheckTags(version, force, call.Behaviour);
            IReadOnlyCollection<string> parents = version.Package.ParentsThatRefuse(digest, call.State.Now);
            if (parents.Count > 0) throw HasParents(version, parents);
            version.Package.Remove(version, call.Behaviour, call.State.Now);
            return ApiCall.Empty();
        });
    }

    public static ApiError HasParents(VersionEntry version, IEnumerable<string> parents)
    {
        string image = $"{version.Package.Repository.Name.DockerPath}/{version.Package.Name}";
        return ApiError.Precondition(
            "manifest is referenced by parent manifests: failed precondition manifest has referenced parents: "
            + string.Join(", ", parents.Select(parent => $"{image}/manifests/{parent}")));
    }

    private static void CheckTags(VersionEntry version, bool force, Behaviour behaviour)
    {
        if (version.Tags.Count == 0) return;
        string image = $"{version.Package.Repository.Name.DockerPath}/{version.Package.Name}";
        if (!force)
        {
            throw ApiError.Precondition(
                "manifest is referenced by tags: failed precondition manifest has referenced tags: "
                + string.Join(", ", version.Tags.Select(tag => $"{image}:{tag}")));
        }
        if (version.Package.Repository.ImmutableTags && !behaviour.ForceBeatsImmutability)
            throw TagMethods.Immutable($"cannot delete tag {version.Tags.Min}");
    }

    // Enums are sent as names, or as numbers if the client requests that.
    private static bool IsFull(ApiCall call) => call.Query("view")?.ToUpperInvariant() is "FULL" or "2";

    private static JsonObject Show(VersionEntry version, IEnumerable<string> tags, Behaviour behaviour)
    {
        JsonObject metadata = new()
        {
            ["name"] = DockerImageMethods.NameOf(version),
            ["imageSizeBytes"] = Json.Long(version.Size),
            ["mediaType"] = version.MediaType,
        };
        if (version.BuildTime is DateTimeOffset built) metadata["buildTime"] = Json.Time(built);
        metadata.AddUnlessEmpty("artifactType", version.ArtifactType);
        if (behaviour.SubjectDigest) metadata.AddUnlessEmpty("subjectDigest", version.SubjectDigest);

        JsonObject json = new()
        {
            ["name"] = version.Resource,
            ["createTime"] = Json.Time(version.UploadTime),
            ["updateTime"] = Json.Time(version.UpdateTime),
        };
        json.AddUnlessEmpty("relatedTags", new JsonArray([.. tags
            .Take(RelatedTagsLimit).Select(tag => TagMethods.Show(tag, version))]));
        json["metadata"] = metadata;
        if (version.Annotations is not null) json["annotations"] = version.Annotations.DeepClone();
        return json;
    }
}
