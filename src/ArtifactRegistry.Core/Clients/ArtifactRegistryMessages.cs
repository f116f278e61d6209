using System.Text.Json;
using System.Text.Json.Nodes;
using ArtifactRegistry.Http;
using ArtifactRegistry.Text;

namespace ArtifactRegistry.Clients;

// The messages of the API under Google's names, with the fields that the module reads. A field that the service omits
// when it is empty (proto3 JSON) is null here.
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
        json.Needed("name"u8), json.Text("format"u8), json.Text("mode"u8), json.TotalSize("sizeBytes"u8),
        json.Object("dockerConfig"u8, DockerConfigMessage.Read), json.Time("createTime"u8), json.Time("updateTime"u8),
        json.Map("cleanupPolicies"u8, CleanupPolicyMessage.Read));
}

internal sealed record DockerConfigMessage(bool ImmutableTags)
{
    public static DockerConfigMessage Read(JsonElement json) => new(json.Flag("immutableTags"u8));
}

internal sealed record CleanupPolicyMessage(
    string? Id,
    string? Action,
    CleanupConditionMessage? Condition,
    MostRecentVersionsMessage? MostRecentVersions)
{
    public static CleanupPolicyMessage Read(JsonElement json) => new(
        json.Text("id"u8), json.Text("action"u8), json.Object("condition"u8, CleanupConditionMessage.Read),
        json.Object("mostRecentVersions"u8, MostRecentVersionsMessage.Read));
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
        json.Text("tagState"u8), json.Texts("tagPrefixes"u8), json.Texts("versionNamePrefixes"u8),
        json.Texts("packageNamePrefixes"u8), json.Text("olderThan"u8), json.Text("newerThan"u8));
}

internal sealed record MostRecentVersionsMessage(long? KeepCount, IReadOnlyList<string>? PackageNamePrefixes)
{
    public static MostRecentVersionsMessage Read(JsonElement json) =>
        new(json.Integer("keepCount"u8), json.Texts("packageNamePrefixes"u8));
}

internal sealed record LocationMessage(string LocationId)
{
    public static LocationMessage Read(JsonElement json) => new(json.Needed("locationId"u8));
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
    public static DockerImageMessage Read(JsonElement json) =>
        new(
            json.Needed("name"u8),
            json.Texts("tags"u8),
            json.Size("imageSizeBytes"u8),
            json.Time("uploadTime"u8),
            json.Text("mediaType"u8),
            json.Time("buildTime"u8),
            json.Time("updateTime"u8),
            json.Text("artifactType"u8),
            json.Text("subjectDigest"u8),
            json.List("imageManifests"u8, ImageManifestMessage.Read)
        );
}

internal sealed record ImageManifestMessage(
    string? Architecture,
    string? Os,
    string? Digest,
    string? MediaType,
    string? Variant)
{
    public static ImageManifestMessage Read(JsonElement json) =>
        new(
            json.Text("architecture"u8),
            json.Text("os"u8),
            json.Text("digest"u8),
            json.Text("mediaType"u8),
            json.Text("variant"u8)
        );
}

internal sealed record PackageMessage(string Name)
{
    public static PackageMessage Read(JsonElement json) => new(json.Needed("name"u8));
}

internal sealed record VersionMessage(
    string Name, DateTimeOffset? UpdateTime, IReadOnlyList<TagMessage>? RelatedTags, string? MediaType)
{
    public static VersionMessage Read(JsonElement json) => new(
        json.Needed("name"u8), json.Time("updateTime"u8), json.List("relatedTags"u8, TagMessage.Read), TypeOf(json));

    // The metadata is a Struct, so it may contain anything.
    private static string? TypeOf(JsonElement json) =>
        json.TryGetProperty("metadata"u8, out JsonElement metadata) && metadata.ValueKind is JsonValueKind.Object
        && metadata.TryGetProperty("mediaType"u8, out JsonElement type) && type.ValueKind is JsonValueKind.String
            ? SafeText.CleanData(type.GetString()!)
            : null;
}

internal sealed record TagMessage(string Name, string? Version)
{
    public static TagMessage Read(JsonElement json) => new(json.Needed("name"u8), json.Text("version"u8));
}

internal sealed record OperationMessage(string Name, bool Done, StatusMessage? Error)
{
    public static OperationMessage Read(JsonElement json) =>
        new(json.Needed("name"u8), json.Flag("done"u8), json.Object("error"u8, StatusMessage.Read));
}

internal sealed record StatusMessage(long Code, ErrorDetails Details)
{
    public static StatusMessage Read(JsonElement json) => new(json.Integer("code"u8) ?? 0, ErrorDetails.Read(json));
}

/// <summary>A complete IAM policy, because it is written back with everything that it contained.</summary>
internal static class PolicyMessage
{
    public static JsonObject Read(JsonElement json)
    {
        json.RequireObject();
        return JsonObject.Create(json.Clone())!;
    }
}

/// <summary>The response of a method that returns nothing.</summary>
internal sealed record EmptyMessage
{
    public static EmptyMessage Read(JsonElement json)
    {
        json.RequireObject();
        return new EmptyMessage();
    }
}
