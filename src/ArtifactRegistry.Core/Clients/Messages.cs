using System.Text.Json;
using System.Text.Json.Nodes;

namespace ArtifactRegistry.Clients;

// The messages of the API under Google's names, as far as the module reads them. A field that the service leaves out when it
// is empty (proto3 JSON) is null here.
// https://cloud.google.com/artifact-registry/docs/reference/rest

internal sealed record RepositoryMessage(
    string Name,
    string? Format,
    string? Mode,
    long? SizeBytes,
    DockerConfigMessage? DockerConfig,
    DateTimeOffset? CreateTime,
    DateTimeOffset? UpdateTime,
    IReadOnlyDictionary<string, CleanupPolicyMessage>? CleanupPolicies)
{
    public static RepositoryMessage Read(JsonElement json) => new(
        json.Needed("name"), json.Text("format"), json.Text("mode"), json.Integer("sizeBytes"),
        json.Object("dockerConfig", DockerConfigMessage.Read), json.Time("createTime"), json.Time("updateTime"),
        json.Map("cleanupPolicies", CleanupPolicyMessage.Read));
}

internal sealed record DockerConfigMessage(bool ImmutableTags)
{
    public static DockerConfigMessage Read(JsonElement json) => new(json.Flag("immutableTags"));
}

internal sealed record CleanupPolicyMessage(
    string? Id,
    string? Action,
    CleanupConditionMessage? Condition,
    MostRecentVersionsMessage? MostRecentVersions)
{
    public static CleanupPolicyMessage Read(JsonElement json) => new(
        json.Text("id"), json.Text("action"), json.Object("condition", CleanupConditionMessage.Read),
        json.Object("mostRecentVersions", MostRecentVersionsMessage.Read));
}

internal sealed record CleanupConditionMessage(
    string? TagState,
    IReadOnlyList<string>? TagPrefixes,
    IReadOnlyList<string>? VersionNamePrefixes,
    IReadOnlyList<string>? PackageNamePrefixes,
    string? OlderThan,
    string? NewerThan)
{
    public static CleanupConditionMessage Read(JsonElement json) => new(
        json.Text("tagState"), json.Texts("tagPrefixes"), json.Texts("versionNamePrefixes"),
        json.Texts("packageNamePrefixes"), json.Text("olderThan"), json.Text("newerThan"));
}

internal sealed record MostRecentVersionsMessage(long? KeepCount, IReadOnlyList<string>? PackageNamePrefixes)
{
    public static MostRecentVersionsMessage Read(JsonElement json) =>
        new(json.Integer("keepCount"), json.Texts("packageNamePrefixes"));
}

internal sealed record LocationMessage(string LocationId)
{
    public static LocationMessage Read(JsonElement json) => new(json.Needed("locationId"));
}

internal sealed record DockerImageMessage(
    string Name,
    IReadOnlyList<string>? Tags,
    long? ImageSizeBytes,
    DateTimeOffset? UploadTime,
    string? MediaType,
    DateTimeOffset? BuildTime,
    DateTimeOffset? UpdateTime,
    string? ArtifactType,
    string? SubjectDigest,
    IReadOnlyList<ImageManifestMessage>? ImageManifests)
{
    public static DockerImageMessage Read(JsonElement json) => new(
        json.Needed("name"), json.Texts("tags"), json.Integer("imageSizeBytes"), json.Time("uploadTime"), json.Text("mediaType"),
        json.Time("buildTime"), json.Time("updateTime"), json.Text("artifactType"), json.Text("subjectDigest"),
        json.List("imageManifests", ImageManifestMessage.Read));
}

internal sealed record ImageManifestMessage(
    string? Architecture,
    string? Os,
    string? Digest,
    string? MediaType,
    string? Variant)
{
    public static ImageManifestMessage Read(JsonElement json) => new(
        json.Text("architecture"), json.Text("os"), json.Text("digest"), json.Text("mediaType"), json.Text("variant"));
}

internal sealed record PackageMessage(string Name)
{
    public static PackageMessage Read(JsonElement json) => new(json.Needed("name"));
}

internal sealed record VersionMessage(string Name)
{
    public static VersionMessage Read(JsonElement json) => new(json.Needed("name"));
}

internal sealed record TagMessage(string Name, string? Version)
{
    public static TagMessage Read(JsonElement json) => new(json.Needed("name"), json.Text("version"));
}

internal sealed record OperationMessage(string Name, bool Done, StatusMessage? Error)
{
    public static OperationMessage Read(JsonElement json) =>
        new(json.Needed("name"), json.Flag("done"), json.Object("error", StatusMessage.Read));
}

internal sealed record StatusMessage(long Code, string? Message)
{
    public static StatusMessage Read(JsonElement json) => new(json.Integer("code") ?? 0, json.Text("message"));
}

/// <summary>An IAM policy, whole, since it is written back with everything that it had.</summary>
internal static class PolicyMessage
{
    public static JsonObject Read(JsonElement json)
    {
        json.RequireObject();
        return JsonObject.Create(json.Clone())!;
    }
}

/// <summary>The answer of a method that answers nothing.</summary>
internal sealed record EmptyMessage
{
    public static EmptyMessage Read(JsonElement json)
    {
        json.RequireObject();
        return new EmptyMessage();
    }
}
