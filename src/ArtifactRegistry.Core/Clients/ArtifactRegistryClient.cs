using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Clients;

/// <summary>
/// Artifact Registry API v1, one method per endpoint. No request ever contains <c>force=true</c>.
/// See https://cloud.google.com/artifact-registry/docs/reference/rest.
/// </summary>
/// <param name="transport">The transport that sends the requests.</param>
/// <param name="endpoints">The addresses of the services.</param>
/// <param name="features">The known features of the service; null to determine them again.</param>
internal sealed class ArtifactRegistryClient(
    RestTransport transport,
    Endpoints endpoints,
    ServiceFeatures? features = null
) : RestClient(transport, endpoints.ArtifactRegistry)
{
    /// <summary>The known features of the service.</summary>
    internal ServiceFeatures Features { get; } = features ?? new ServiceFeatures();

    /// <summary>GET v1/projects/P/locations.</summary>
    internal IAsyncEnumerable<LocationMessage> ListLocationsAsync(string project, CancellationToken stop) =>
        ListAsync(
            $"projects/{Project(project)}/locations", "locations", LocationMessage.Read, null, stop);

    /// <summary>GET v1/projects/P/locations/L/repositories.</summary>
    internal IAsyncEnumerable<RepositoryMessage> ListRepositoriesAsync(
        string project, string location, CancellationToken stop) =>
        ListAsync(
            $"projects/{Project(project)}/locations/{Location(location)}/repositories",
            "repositories",
            RepositoryMessage.Read,
            null,
            stop
        );

    /// <summary>GET v1/projects/P/locations/L/repositories/R.</summary>
    internal Task<RepositoryMessage> GetRepositoryAsync(ImageName repository, CancellationToken stop) =>
        GetAsync(repository.RepositoryResource, RepositoryMessage.Read, stop);

    /// <summary>GET v1/projects/P/locations/L/repositories/R/packages.</summary>
    internal IAsyncEnumerable<PackageMessage> ListPackagesAsync(ImageName repository, CancellationToken stop) =>
        ListAsync(
            $"{repository.RepositoryResource}/packages", "packages", PackageMessage.Read, null, stop);

    /// <summary>GET v1/projects/P/locations/L/repositories/R/dockerImages.</summary>
    internal IAsyncEnumerable<DockerImageMessage> ListDockerImagesAsync(ImageName repository, CancellationToken stop) =>
        ListDockerImagesAsync(repository, null, stop);

    /// <summary>
    /// The same listing, limited to the digests of one image: by the service if it supports a filter, which the public
    /// API does not document, otherwise here.
    /// </summary>
    internal IAsyncEnumerable<DockerImageMessage> ListDockerImagesOfAsync(ImageName image, CancellationToken stop) =>
        Features.RefusesImageFilter
            ? ListAllDockerImagesOfAsync(image, stop)
            : FilteredAsync(
                filter => ListDockerImagesAsync(image, filter, stop),
                FilterFor(image),
                IsOf(image),
                refused: () => Features.RefusesImageFilter = true,
                stop);

    /// <summary>The same, always with a filter.</summary>
    /// <exception cref="RegistryException">The service does not support a filter, among other reasons.</exception>
    internal IAsyncEnumerable<DockerImageMessage> ListFilteredDockerImagesOfAsync(
        ImageName image,
        CancellationToken stop
    ) => ListDockerImagesAsync(image, FilterFor(image), stop);

    /// <summary>The same, always limited here.</summary>
    internal async IAsyncEnumerable<DockerImageMessage> ListAllDockerImagesOfAsync(
        ImageName image, [EnumeratorCancellation] CancellationToken stop)
    {
        Func<DockerImageMessage, bool> isOf = IsOf(image);
        await foreach (DockerImageMessage message in ListDockerImagesAsync(image, null, stop))
            if (isOf(message))
                yield return message;
    }

    /// <summary>GET v1/projects/P/locations/L/repositories/R/dockerImages/IMAGE@sha256:….</summary>
    internal Task<DockerImageMessage> GetDockerImageAsync(ImageName digest, CancellationToken stop) =>
        GetAsync(digest.DockerImageResource, DockerImageMessage.Read, stop);

    /// <summary>GET v1/projects/P/locations/L/repositories/R/packages/A.</summary>
    internal Task<PackageMessage> GetPackageAsync(ImageName image, CancellationToken stop) =>
        GetAsync(image.PackageResource, PackageMessage.Read, stop);

    /// <summary>
    /// GET v1/projects/P/locations/L/repositories/R/packages/A/versions?view=FULL, with up to 100 tags each.
    /// </summary>
    internal IAsyncEnumerable<VersionMessage> ListVersionsAsync(ImageName image, CancellationToken stop) =>
        ListAsync($"{image.PackageResource}/versions?view=FULL", "versions", VersionMessage.Read, null, stop);

    /// <summary>
    /// GET v1/projects/P/locations/L/repositories/R/packages/A/versions, without tags and metadata.
    /// </summary>
    internal IAsyncEnumerable<VersionMessage> ListBasicVersionsAsync(ImageName image, CancellationToken stop) =>
        ListAsync($"{image.PackageResource}/versions", "versions", VersionMessage.Read, null, stop);

    /// <summary>
    /// GET v1/projects/P/locations/L/repositories/R/packages/A/versions, of which the first is enough.
    /// </summary>
    internal async Task<bool> HasVersionsAsync(ImageName image, CancellationToken stop) =>
        (
            await GetAsync(
                $"{image.PackageResource}/versions?pageSize=1",
                json => json.List("versions"u8, VersionMessage.Read),
                stop
            )
        )
            is { Count: > 0 };

    /// <summary>GET v1/projects/P/locations/L/repositories/R/packages/A/versions/sha256:….</summary>
    internal Task<VersionMessage> GetVersionAsync(ImageName digest, CancellationToken stop) =>
        GetAsync(digest.VersionResource, VersionMessage.Read, stop);

    /// <summary>
    /// DELETE v1/projects/P/locations/L/repositories/R/packages/A, a long-running operation: all digests and all tags.
    /// Repeated only if it was certainly not carried out: an image of that name may have been pushed again in the
    /// meantime.
    /// </summary>
    internal Task<OperationMessage> DeletePackageAsync(ImageName image, CancellationToken stop) =>
        SendAsync(HttpMethod.Delete, image.PackageResource, null, Repeat.OnlyIfRefused, OperationMessage.Read, stop);

    /// <summary>
    /// DELETE v1/projects/P/locations/L/repositories/R/packages/A/versions/sha256:…, a long-running operation.
    /// Without force, so that the service refuses a digest that has a tag. May be repeated; the second answer may be
    /// 404.
    /// </summary>
    internal Task<OperationMessage> DeleteVersionAsync(
        ImageName digest, Pacer? pacer, Func<CancellationToken, Task>? checkBeforeRetry, CancellationToken stop) =>
        SendAsync(
            HttpMethod.Delete,
            digest.VersionResource,
            null,
            Repeat.Freely,
            OperationMessage.Read,
            stop,
            pacer,
            checkBeforeRetry: checkBeforeRetry
        );

    /// <summary>GET v1/projects/P/locations/L/repositories/R/packages/A/tags.</summary>
    internal IAsyncEnumerable<TagMessage> ListTagsAsync(ImageName image, CancellationToken stop) =>
        ListTagsAsync(image, null, stop);

    /// <summary>The same listing, limited to the tags of one digest.</summary>
    internal IAsyncEnumerable<TagMessage> ListTagsOfAsync(ImageName digest, CancellationToken stop)
    {
        string version = digest.VersionResource;
        return FilteredAsync(
            filter => ListTagsAsync(digest, filter, stop),
            $"version=\"{version}\"",
            tag => string.Equals(tag.Version, version, StringComparison.OrdinalIgnoreCase),
            refused: null,
            stop);
    }

    /// <summary>GET v1/projects/P/locations/L/repositories/R/packages/A/tags/T.</summary>
    internal Task<TagMessage> GetTagAsync(ImageName tag, CancellationToken stop) =>
        GetAsync(tag.TagResource, TagMessage.Read, stop);

    /// <summary>
    /// POST v1/projects/P/locations/L/repositories/R/packages/A/tags?tagId=T. May be repeated: a 409 may then be due to
    /// the first attempt having succeeded, so the caller checks where the tag points.
    /// </summary>
    internal Task<TagMessage> CreateTagAsync(ImageName tag, ImageName digest, CancellationToken stop) =>
        SendAsync(
            HttpMethod.Post,
            $"{tag.PackageResource}/tags?tagId={tag.Tag}",
            TagBody(tag, digest),
            Repeat.Freely,
            TagMessage.Read,
            stop
        );

    /// <summary>
    /// PATCH v1/projects/P/locations/L/repositories/R/packages/A/tags/T?updateMask=version: moves the tag in one step,
    /// so that it is never missing. May be repeated after another check: somebody else may have moved it in the
    /// meantime.
    /// </summary>
    internal Task<TagMessage> PatchTagAsync(
        ImageName tag, ImageName digest, Func<CancellationToken, Task> checkBeforeRetry, CancellationToken stop) =>
        SendAsync(
            HttpMethod.Patch,
            $"{tag.TagResource}?updateMask=version",
            TagBody(tag, digest),
            Repeat.Freely,
            TagMessage.Read,
            stop,
            checkBeforeRetry: checkBeforeRetry
        );

    /// <summary>
    /// DELETE v1/projects/P/locations/L/repositories/R/packages/A/tags/T. May be repeated after another check: the tag
    /// may be on another digest by then. The second answer may be 404.
    /// </summary>
    internal Task<EmptyMessage> DeleteTagAsync(
        ImageName tag,
        Func<CancellationToken, Task> checkBeforeRetry,
        CancellationToken stop
    ) =>
        SendAsync(
            HttpMethod.Delete,
            tag.TagResource,
            null,
            Repeat.Freely,
            EmptyMessage.Read,
            stop,
            checkBeforeRetry: checkBeforeRetry
        );

    /// <summary>GET v1/projects/P/locations/L/operations/O.</summary>
    internal Task<OperationMessage> GetOperationAsync(string name, CancellationToken stop) =>
        GetAsync(name, OperationMessage.Read, stop);

    /// <summary>
    /// GET v1/projects/P/locations/L/repositories/R:getIamPolicy. Version 3 is requested, because older versions lose
    /// conditions.
    /// </summary>
    internal Task<JsonObject> GetIamPolicyAsync(ImageName repository, CancellationToken stop) =>
        GetAsync(
            $"{repository.RepositoryResource}:getIamPolicy?options.requestedPolicyVersion=3", PolicyMessage.Read, stop);

    /// <summary>
    /// POST v1/projects/P/locations/L/repositories/R:setIamPolicy. Repeated only if it was certainly not carried out:
    /// after any other failure the policy must be read again.
    /// </summary>
    internal Task<JsonObject> SetIamPolicyAsync(ImageName repository, JsonObject policy, CancellationToken stop) =>
        SendAsync(
            HttpMethod.Post, $"{repository.RepositoryResource}:setIamPolicy",
            new JsonObject { ["policy"] = policy.DeepClone() }, Repeat.OnlyIfRefused, PolicyMessage.Read, stop);

    private static string FilterFor(ImageName image) =>
        $"name=\"{image.RepositoryResource}/dockerImages/{image.EscapedPackage}@*\"";

    private static Func<DockerImageMessage, bool> IsOf(ImageName image)
    {
        string place = $"/dockerImages/{image.EscapedPackage}@";
        return message => message.Name.Contains(place, StringComparison.OrdinalIgnoreCase);
    }

    private IAsyncEnumerable<DockerImageMessage> ListDockerImagesAsync(
        ImageName repository, string? filter, CancellationToken stop) =>
        ListAsync(
            $"{repository.RepositoryResource}/dockerImages", "dockerImages", DockerImageMessage.Read, filter, stop);

    private IAsyncEnumerable<TagMessage> ListTagsAsync(ImageName image, string? filter, CancellationToken stop) =>
        ListAsync(
            $"{image.PackageResource}/tags", "tags", TagMessage.Read, filter, stop);

    private static JsonObject TagBody(ImageName tag, ImageName digest) =>
        new() { ["name"] = tag.TagResource, ["version"] = digest.VersionResource };
}
