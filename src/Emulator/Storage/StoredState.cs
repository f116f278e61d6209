using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Model;

namespace ArtifactRegistry.Emulator.Storage;

/// <summary>Reads the records of a <see cref="Journal"/> back into a state.</summary>
internal static class StoredState
{
    /// <summary>Recreates the state. The records are sorted, so that containers come before their contents.</summary>
    public static void Restore(RegistryState state, IReadOnlyDictionary<string, JsonObject> records)
    {
        state.Blobs.Recover(records.SelectMany(BlobsOf).ToHashSet(StringComparer.Ordinal));
        List<(PackageEntry Package, JsonObject Tags)> tags = [];
        foreach ((string resource, JsonObject record) in records)
        {
            string[] parts = resource.Split('/');
            if (parts is ["projects", string project])
            {
                RestoreProject(state.Projects, project, record);
                continue;
            }
            RepositoryName name = new(parts[1], parts[3], parts[5]);
            switch (parts[6..])
            {
                case []:
                    RestoreRepository(state.RepositoryTable, name, record);
                    break;
                case ["blobs", string digest] when state.Blobs.Find(digest) is not null:
                    state.FindRepository(name)!.Blobs.ExpectAgain(digest, record);
                    break;
                case ["packages", string package]:
                    PackageEntry entry = RestorePackage(state.FindRepository(name)!, package, record);
                    tags.Add((entry, record["tags"]!.AsObject()));
                    break;
                case ["packages", string package, "versions", string digest]:
                    RestoreVersion(state.FindRepository(name)!.Packages[ApiCall.Plain(package)], digest, record);
                    break;
                default:
                    break;
            }
        }
        foreach ((PackageEntry package, JsonObject digests) in tags)
        {
            DateTimeOffset updated = package.UpdateTime;
            foreach ((string tag, JsonNode? digest) in digests)
            {
                VersionEntry version = package.Versions[(string)digest!];
                package.PointTag(tag, version, version.UpdateTime);
            }
            package.UpdateTime = updated;
        }
    }

    private static void RestoreProject(ProjectTable projects, string id, JsonObject record)
    {
        ProjectEntry project = projects.Add(id, record.Text("number")!, Time(record, "created")!.Value);
        project.MissingZones = [.. record["missingZones"]!.AsArray().Select(zone => (string)zone!)];
        project.Policy.Restore(record["policy"]!.AsObject());
        project.Clusters.AddRange(record["clusters"]!.AsArray().Select(cluster => cluster!.DeepClone().AsObject()));
        foreach (JsonObject account in record["accounts"]!.AsArray().OfType<JsonObject>())
            projects.RestoreServiceAccount(project, account);
    }

    private static void RestoreRepository(RepositoryTable repositories, RepositoryName name, JsonObject record)
    {
        RepositoryEntry repository = repositories.Add(
            name, record["settings"]!.DeepClone().AsObject(), Time(record, "created")!.Value);
        repository.UpdateTime = Time(record, "updated")!.Value;
        repository.Policy.Restore(record["policy"]!.AsObject());
    }

    private static PackageEntry RestorePackage(RepositoryEntry repository, string name, JsonObject record)
    {
        PackageEntry package = new(repository, ApiCall.Plain(name), Time(record, "created")!.Value)
        {
            UpdateTime = Time(record, "updated")!.Value,
            Annotations = record["annotations"]?.DeepClone().AsObject(),
            Seeded = (int)record["seeded"]!,
        };
        repository.Packages.Add(package.Name, package);
        return package;
    }

    private static void RestoreVersion(PackageEntry package, string digest, JsonObject record) =>
        package.Add(
            new VersionEntry
            {
                Package = package,
                Digest = digest,
                Size = (long)record["size"]!,
                UploadTime = Time(record, "uploaded")!.Value,
                UpdateTime = Time(record, "updated")!.Value,
                BuildTime = Time(record, "built"),
                MediaType = record.Text("mediaType")!,
                ArtifactType = record.Text("artifactType"),
                SubjectDigest = record.Text("subject"),
                Children = record["children"].Deserialize<ChildManifest[]>()!,
                Manifest = Convert.FromBase64String(record.Text("manifest")!),
                Blobs = package.Repository.Blobs.ReferAgain(
                    record["blobs"].Deserialize<string[]>()!, package.Name),
                Annotations = record["annotations"]?.DeepClone().AsObject(),
            }
        );

    private static IEnumerable<string> BlobsOf(KeyValuePair<string, JsonObject> record) =>
        record.Value["since"] is not null
            ? [record.Key.Split('/')[^1]]
            : record.Value["blobs"].Deserialize<string[]>() ?? [];

    private static DateTimeOffset? Time(JsonObject record, string field) =>
        record.Text(field) is string text ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture) : null;
}
