using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Model;

namespace ArtifactRegistry.Emulator.Api;

/// <summary>dockerImages.list and get.</summary>
internal static partial class DockerImageMethods
{
    public static JsonObject List(ApiCall call, RepositoryName name)
    {
        RepositoryEntry repository = call.Repository(name, "dockerimages.list");
        if (call.Query("filter") is not null && call.Behaviour.DockerImageFilter == FilterSupport.Misses) return [];
        if (call.Query("pageToken") is null) repository.BeginListing();

        bool ignoreFilter = call.Behaviour.DockerImageFilter == FilterSupport.Ignored;
        Listing<VersionEntry> images = new()
        {
            Field = "dockerImages",
            Key = version => (version.Package.Name, version.Digest),
            Show = version => Show(version, call, inList: true),
            Since = version => version.UploadTime,
            Filters = new() { ["name"] = NameOf },
            Orders = new()
            {
                ["name"] = NameOf,
                ["uploadTime"] = version => Json.Time(version.UploadTime),
                ["updateTime"] = version => Json.Time(version.UpdateTime),
                ["imageSizeBytes"] = version => version.Size.ToString("D20", CultureInfo.InvariantCulture),
            },
        };
        IEnumerable<VersionEntry> listed =
            PackageIn(call.Query("filter")) is string package
            && repository.Packages.ContainsKey(package)
            && !ignoreFilter
                ? repository.InOrderOf(package)
                : repository.InOrder;
        if (call.Behaviour.NotYetListed is Func<string, bool> hidden)
            listed = listed.Where(version => !hidden(version.Digest));
        return images.Page(call, listed, ignoreFilter);
    }

    /// <summary>
    /// Gets the only package that a filter can match, if it names one. The filter is still applied, but, as in a
    /// service with an index, not to every image of the repository.
    /// </summary>
    private static string? PackageIn(string? filter) =>
        filter is not null && FilterByPackage().Match(filter) is { Success: true } match
            ? ApiCall.Plain(match.Groups["package"].Value)
            : null;

    [GeneratedRegex("""^name\s*=\s*"[^"*]*/dockerImages/(?<package>[^"@*/]+)@""")]
    private static partial Regex FilterByPackage();

    public static JsonObject Get(ApiCall call, RepositoryName name, string image)
    {
        RepositoryEntry repository = call.Repository(name, "dockerimages.get");
        string[] parts = image.Split('@');
        if (parts.Length != 2) throw ApiError.BadName("GetDockerImage");
        VersionEntry? version = repository.Packages.GetValueOrDefault(ApiCall.Plain(parts[0]))?
            .Versions.GetValueOrDefault(parts[1]);
        return Show(version ?? throw ApiError.NotFound(), call, inList: false);
    }

    public static string NameOf(VersionEntry version) =>
        $"{version.Package.Repository.Name.Resource}/dockerImages/{version.Package.EscapedName}@{version.Digest}";

    private static JsonObject Show(VersionEntry version, ApiCall call, bool inList)
    {
        Behaviour behaviour = call.Behaviour;
        RepositoryName repository = version.Package.Repository.Name;
        JsonObject json = new()
        {
            ["name"] = NameOf(version),
            ["uri"] = $"{repository.Uri}/{version.Package.Name}@{version.Digest}",
        };
        // Absent, not empty, for an untagged image.
        json.AddUnlessEmpty("tags", new JsonArray([.. (inList ? TagMethods.Listed(version, call) : version.Tags)
            .Take(behaviour.DockerImageTagCap ?? int.MaxValue).Select(tag => JsonValue.Create(tag))]));
        json["imageSizeBytes"] = Json.Long(version.Size);
        json["uploadTime"] = Json.Time(version.UploadTime);
        json["mediaType"] = version.MediaType;
        if (version.BuildTime is DateTimeOffset built) json["buildTime"] = Json.Time(built);
        json["updateTime"] = Json.Time(version.UpdateTime);
        json.AddUnlessEmpty("artifactType", version.ArtifactType);
        if (behaviour.SubjectDigest) json.AddUnlessEmpty("subjectDigest", version.SubjectDigest);
        return json.AddUnlessEmpty("imageManifests", ImageManifests(version, behaviour.ImageManifests, inList));
    }

    private static JsonArray ImageManifests(VersionEntry version, ImageManifestsField field, bool inList)
    {
        if (field == ImageManifestsField.Absent || (field == ImageManifestsField.OnlyOnGet && inList)) return [];
        return new JsonArray([.. version.Children
            .Where(child => !child.IsAttestation || field != ImageManifestsField.WithoutAttestations)
            .Select(child => new JsonObject
            {
                ["digest"] = child.Digest,
                ["mediaType"] = version.Package.Versions.GetValueOrDefault(child.Digest)?.MediaType
                    ?? Manifests.OciManifest,
            }
                .AddUnlessEmpty("architecture", child.Architecture)
                .AddUnlessEmpty("os", child.Os)
                .AddUnlessEmpty("variant", child.Variant)
                .AddUnlessEmpty("osVersion", child.OsVersion)
                .AddUnlessEmpty(
                    "osFeatures", new JsonArray([.. child.OsFeatures.Select(feature => JsonValue.Create(feature))])))]);
    }
}
