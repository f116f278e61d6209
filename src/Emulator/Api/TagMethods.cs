using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Model;

namespace ArtifactRegistry.Emulator.Api;

/// <summary>tags.list, get, create, patch and delete.</summary>
internal static partial class TagMethods
{
    private static readonly Listing<(string Tag, VersionEntry Version)> Tags = new()
    {
        Field = "tags",
        Key = item => ("", item.Tag),
        Show = item => Show(item.Tag, item.Version),
        Filters = new()
        {
            ["name"] = item => NameOf(item.Tag, item.Version),
            ["version"] = item => item.Version.Resource,
        },
        Since = item => item.Version.Package.TagTimes.GetValueOrDefault(item.Tag),
    };

    public static JsonObject List(ApiCall call, RepositoryName name, string id)
    {
        PackageEntry package = call.Package(name, id, "tags.list");
        return Tags.Page(call, package.Tags.Select(tag => (tag.Key, tag.Value)));
    }

    public static JsonObject Get(ApiCall call, RepositoryName name, string id, string tag)
    {
        PackageEntry package = call.Package(name, id, "tags.get");
        return Show(tag, package.Tags.GetValueOrDefault(tag) ?? throw ApiError.NotFound());
    }

    public static JsonObject Create(ApiCall call, RepositoryName name, string id)
    {
        PackageEntry package = call.Package(name, id, "tags.create");
        JsonObject body = call.Body();
        string tag = call.Query("tagId") ?? body.Text("name")?.Split('/')[^1] ?? "";
        if (!ValidTag().IsMatch(tag)) throw ApiError.Invalid($"Invalid tag name \"{tag}\"");
        VersionEntry version = VersionIn(body, package);
        if (package.Tags.ContainsKey(tag)) throw ApiError.AlreadyExists(call.Behaviour.TagConflictText);

        package.PointTag(tag, version, call.State.Now);
        return Show(tag, version);
    }

    public static JsonObject Patch(ApiCall call, RepositoryName name, string id, string tag)
    {
        PackageEntry package = call.Package(name, id, "tags.update");
        bool exists = package.Tags.TryGetValue(tag, out VersionEntry? current);
        if (!exists && !call.Behaviour.PatchCreatesTag) throw ApiError.NotFound();
        if (exists && package.Repository.ImmutableTags) throw Immutable($"cannot update tag {tag}");

        // Without a mask everything that can be changed is changed; a mask without the version changes nothing.
        bool changes = call.Query("updateMask") is not string mask
            || mask.Split(',').Any(path => path.Trim() is "version" or "*");
        if (!changes && exists) return Show(tag, current!);

        VersionEntry version = VersionIn(call.Body(), package);
        package.PointTag(tag, version, call.State.Now);
        return Show(tag, version);
    }

    public static JsonObject Delete(ApiCall call, RepositoryName name, string id, string tag)
    {
        PackageEntry package = call.Package(name, id, "tags.delete");
        if (!package.Tags.ContainsKey(tag)) throw ApiError.NotFound();
        if (package.Repository.ImmutableTags) throw Immutable($"cannot delete tag {tag}");
        package.RemoveTag(tag);
        return [];
    }

    /// <summary>Gets the tags of a version that a listing shows.</summary>
    public static IEnumerable<string> Listed(VersionEntry version, ApiCall call)
    {
        IEnumerable<string> tags = version.Tags;
        if (call.Behaviour.ListingGap is Func<RecordedRequest, string, bool> gap)
            tags = tags.Where(tag => !gap(call.Request, tag));
        if (call.Behaviour.ListingLag <= TimeSpan.Zero) return tags;
        DateTimeOffset seen = call.State.Now - call.Behaviour.ListingLag;
        return tags.Where(tag => version.Package.TagTimes.GetValueOrDefault(tag) <= seen);
    }

    public static JsonObject Show(string tag, VersionEntry version) =>
        new() { ["name"] = NameOf(tag, version), ["version"] = version.Resource };

    public static ApiError Immutable(string what) =>
        ApiError.Precondition($"{what}, since the repository has enabled tag immutability");

    private static string NameOf(string tag, VersionEntry version) => $"{version.Package.Resource}/tags/{tag}";

    /// <summary>Gets the version that a Tag in a request's body names; it must be in the same package.</summary>
    private static VersionEntry VersionIn(JsonObject body, PackageEntry package)
    {
        string name = body.Text("version") ?? throw ApiError.Invalid("tag.version is required");
        string[] parts = name.Split('/');
        if (parts is not ["projects", _, "locations", _, "repositories", _, "packages", _, "versions", string digest])
            throw ApiError.BadName("CreateTag");
        VersionEntry? version = package.Versions.GetValueOrDefault(digest);
        return version is not null && version.Resource.Equals(
            name.Replace("%2f", "%2F", StringComparison.Ordinal), StringComparison.Ordinal)
            ? version
            : throw ApiError.NotFound();
    }

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_.\-]{0,127}$")]
    private static partial Regex ValidTag();
}
