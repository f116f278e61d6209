using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace ArtifactRegistry.Clients;

// The messages of the API under Google's names, as far as the module reads or writes them. A field that the service
// leaves out when it is empty (proto3 JSON) is null here.
// https://cloud.google.com/artifact-registry/docs/reference/rest

/// <summary>A page of any listing.</summary>
internal interface IPage<T>
{
    IReadOnlyList<T>? Items { get; }

    string? NextPageToken { get; }
}

internal sealed record ListRepositoriesResponse(IReadOnlyList<RepositoryMessage>? Repositories, string? NextPageToken)
    : IPage<RepositoryMessage>
{
    [JsonIgnore] public IReadOnlyList<RepositoryMessage>? Items => Repositories;
}

internal sealed record RepositoryMessage(
    [property: JsonRequired] string Name,
    string? Format,
    string? Mode,
    long? SizeBytes,
    DockerConfigMessage? DockerConfig,
    DateTimeOffset? CreateTime,
    DateTimeOffset? UpdateTime,
    IReadOnlyDictionary<string, CleanupPolicyMessage>? CleanupPolicies);

internal sealed record DockerConfigMessage(bool ImmutableTags);

internal sealed record CleanupPolicyMessage(
    string? Id,
    string? Action,
    CleanupConditionMessage? Condition,
    MostRecentVersionsMessage? MostRecentVersions);

internal sealed record CleanupConditionMessage(
    string? TagState,
    IReadOnlyList<string>? TagPrefixes,
    IReadOnlyList<string>? VersionNamePrefixes,
    IReadOnlyList<string>? PackageNamePrefixes,
    string? OlderThan,
    string? NewerThan);

internal sealed record MostRecentVersionsMessage(int? KeepCount, IReadOnlyList<string>? PackageNamePrefixes);

internal sealed record ListLocationsResponse(IReadOnlyList<LocationMessage>? Locations, string? NextPageToken)
    : IPage<LocationMessage>
{
    [JsonIgnore] public IReadOnlyList<LocationMessage>? Items => Locations;
}

internal sealed record LocationMessage([property: JsonRequired] string LocationId);

internal sealed record ListDockerImagesResponse(IReadOnlyList<DockerImageMessage>? DockerImages, string? NextPageToken)
    : IPage<DockerImageMessage>
{
    [JsonIgnore] public IReadOnlyList<DockerImageMessage>? Items => DockerImages;
}

internal sealed record DockerImageMessage(
    [property: JsonRequired] string Name,
    IReadOnlyList<string>? Tags,
    long? ImageSizeBytes,
    DateTimeOffset? UploadTime,
    string? MediaType,
    DateTimeOffset? BuildTime,
    DateTimeOffset? UpdateTime,
    string? ArtifactType,
    string? SubjectDigest,
    IReadOnlyList<ImageManifestMessage>? ImageManifests);

internal sealed record ImageManifestMessage(
    string? Architecture,
    string? Os,
    string? Digest,
    string? MediaType,
    string? Variant);

internal sealed record ListPackagesResponse(IReadOnlyList<PackageMessage>? Packages, string? NextPageToken)
    : IPage<PackageMessage>
{
    [JsonIgnore] public IReadOnlyList<PackageMessage>? Items => Packages;
}

internal sealed record PackageMessage([property: JsonRequired] string Name);

internal sealed record ListVersionsResponse(IReadOnlyList<VersionMessage>? Versions);

internal sealed record VersionMessage([property: JsonRequired] string Name);

internal sealed record ListTagsResponse(IReadOnlyList<TagMessage>? Tags, string? NextPageToken) : IPage<TagMessage>
{
    [JsonIgnore] public IReadOnlyList<TagMessage>? Items => Tags;
}

internal sealed record TagMessage([property: JsonRequired] string Name, string Version);

internal sealed record OperationMessage([property: JsonRequired] string Name, bool Done, StatusMessage? Error);

internal sealed record StatusMessage(int Code, string? Message);

// Resource Manager v1: https://cloud.google.com/resource-manager/reference/rest/v1/projects

internal sealed record ListProjectsResponse(IReadOnlyList<ProjectMessage>? Projects, string? NextPageToken)
    : IPage<ProjectMessage>
{
    [JsonIgnore] public IReadOnlyList<ProjectMessage>? Items => Projects;
}

internal sealed record ProjectMessage([property: JsonRequired] string ProjectNumber, string? ProjectId, string? LifecycleState);

// IAM Admin v1: https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts

internal sealed record ListServiceAccountsResponse(IReadOnlyList<ServiceAccountMessage>? Accounts, string? NextPageToken)
    : IPage<ServiceAccountMessage>
{
    [JsonIgnore] public IReadOnlyList<ServiceAccountMessage>? Items => Accounts;
}

internal sealed record ServiceAccountMessage([property: JsonRequired] string Email, string? DisplayName, bool? Disabled);

internal sealed record CreateServiceAccountRequest(string AccountId, ServiceAccountFields ServiceAccount);

internal sealed record ServiceAccountFields(string? DisplayName);

// Kubernetes Engine v1: https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters

internal sealed record ListClustersResponse(
    IReadOnlyList<ClusterMessage>? Clusters, IReadOnlyList<string>? MissingZones);

internal sealed record ClusterMessage(
    [property: JsonRequired] string Name,
    string? Location,
    string? Zone,
    IReadOnlyList<NodePoolMessage>? NodePools,
    AutopilotMessage? Autopilot,
    AutoscalingMessage? Autoscaling);

internal sealed record NodePoolMessage([property: JsonRequired] string Name, NodeIdentityMessage? Config);

/// <summary>What NodeConfig and AutoprovisioningNodePoolDefaults say alike.</summary>
internal sealed record NodeIdentityMessage(string? ServiceAccount, IReadOnlyList<string>? OauthScopes);

internal sealed record AutopilotMessage(bool Enabled);

internal sealed record AutoscalingMessage(
    bool? EnableNodeAutoprovisioning, NodeIdentityMessage? AutoprovisioningNodePoolDefaults);

// An image manifest or index, as far as it refers to other manifests.
// https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md and manifest.md

internal sealed record ManifestMessage(IReadOnlyList<DescriptorMessage>? Manifests, DescriptorMessage? Subject);

internal sealed record DescriptorMessage(string? MediaType, string? Digest, PlatformMessage? Platform);

internal sealed record PlatformMessage(string? Architecture, string? Os, string? Variant);

// IAM Credentials API v1.

internal sealed record GenerateAccessTokenRequest(
    IReadOnlyList<string> Scope, string Lifetime, IReadOnlyList<string>? Delegates);

internal sealed record GenerateAccessTokenResponse(
    [property: JsonRequired] string AccessToken, DateTimeOffset? ExpireTime)
{
    public override string ToString() => "(hidden)";
}

/// <summary>The answer of a method that answers nothing.</summary>
internal sealed record EmptyMessage;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowReadingFromString,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ListRepositoriesResponse))]
[JsonSerializable(typeof(ListLocationsResponse))]
[JsonSerializable(typeof(ListDockerImagesResponse))]
[JsonSerializable(typeof(ListPackagesResponse))]
[JsonSerializable(typeof(ListVersionsResponse))]
[JsonSerializable(typeof(ManifestMessage))]
[JsonSerializable(typeof(ListTagsResponse))]
[JsonSerializable(typeof(OperationMessage))]
[JsonSerializable(typeof(ListProjectsResponse))]
[JsonSerializable(typeof(ProjectMessage))]
[JsonSerializable(typeof(ListServiceAccountsResponse))]
[JsonSerializable(typeof(ServiceAccountMessage))]
[JsonSerializable(typeof(CreateServiceAccountRequest))]
[JsonSerializable(typeof(ListClustersResponse))]
[JsonSerializable(typeof(GenerateAccessTokenRequest))]
[JsonSerializable(typeof(GenerateAccessTokenResponse))]
[JsonSerializable(typeof(EmptyMessage))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class Messages : JsonSerializerContext
{
    /// <summary>How a message reads and writes. Found out once a type, which takes a while.</summary>
    public static JsonTypeInfo<T> Of<T>() => (JsonTypeInfo<T>)Default.Options.GetTypeInfo(typeof(T));
}
