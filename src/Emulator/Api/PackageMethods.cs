using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Model;

namespace ArtifactRegistry.Emulator.Api;

/// <summary>packages.list, get, patch and delete.</summary>
internal static class PackageMethods
{
    private static readonly Listing<PackageEntry> Packages = new()
    {
        Field = "packages",
        Key = package => ("", package.Name),
        Show = Show,
        Filters = new() { ["name"] = package => package.Resource },
        Orders = new()
        {
            ["name"] = package => package.Resource,
            ["createTime"] = package => Json.Time(package.CreateTime),
            ["updateTime"] = package => Json.Time(package.UpdateTime),
        },
    };

    public static JsonObject List(ApiCall call, RepositoryName name) =>
        Packages.Page(call, call.Repository(name, "packages.list").Packages.Values);

    public static JsonObject Get(ApiCall call, RepositoryName name, string id) =>
        Show(call.Package(name, id, "packages.get"));

    public static JsonObject Patch(ApiCall call, RepositoryName name, string id)
    {
        PackageEntry package = call.Package(name, id, "packages.update");
        package.Annotations = call.Body()["annotations"]?.DeepClone() as JsonObject;
        package.UpdateTime = call.State.Now;
        package.Record();
        return Show(package);
    }

    public static JsonObject Delete(ApiCall call, RepositoryName name, string id)
    {
        PackageEntry package = call.Package(name, id, "packages.delete");
        if (package.Repository.ImmutableTags) throw TagMethods.Immutable($"cannot delete package {package.Name}");

        return call.Start(name, "OperationMetadata", _ =>
        {
            if (call.Behaviour.PackageDelete == PackageDelete.RefusesIndexes
                && package.Versions.Values.FirstOrDefault(version => package.HoldersOf.ContainsKey(version.Digest))
                    is VersionEntry held)
            {
                throw VersionMethods.HasParents(held, package.HoldersOf[held.Digest]);
            }
            package.Repository.Remove(package, call.Behaviour.CollectionDue(call.State.Now));
            return ApiCall.Empty();
        });
    }

    private static JsonObject Show(PackageEntry package)
    {
        JsonObject json = new()
        {
            ["name"] = package.Resource,
            ["createTime"] = Json.Time(package.CreateTime),
            ["updateTime"] = Json.Time(package.UpdateTime),
        };
        if (package.Annotations is not null) json["annotations"] = package.Annotations.DeepClone();
        return json;
    }
}
