using ArtifactRegistry.Http;

namespace ArtifactRegistry.Clients;

/// <summary>
/// The registry's own protocol, for what the Artifact Registry API does not tell of a manifest.
/// See https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md.
/// </summary>
/// <param name="transport">What sends; the registry takes the same bearer token as the API.</param>
/// <param name="endpoints">Where to.</param>
public sealed class OciRegistryClient(RestTransport transport, Endpoints endpoints)
{
    private const string ManifestTypes =
        "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, "
        + "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";

    /// <summary>GET /v2/PROJECT/REPOSITORY/IMAGE/manifests/sha256:… (spec.md#pulling-manifests).</summary>
    internal Task<ManifestMessage> GetManifestAsync(ImageName digest, CancellationToken stop)
    {
        var address = new Uri(
            endpoints.RegistryOf(digest),
            $"{digest.Project.Replace(':', '/')}/{digest.Repository}/{digest.Package}/manifests/{digest.Digest}");
        return transport.SendAsync(
            new Call<ManifestMessage>(HttpMethod.Get, address, null, Repeat.Freely, ManifestMessage.Read)
            {
                Accept = ManifestTypes,
            },
            stop);
    }
}
