using ArtifactRegistry.Http;
using ArtifactRegistry.Transfer;

namespace ArtifactRegistry.Clients;

/// <summary>
/// The registry's own protocol, for data about manifests that the Artifact Registry API does not return.
/// See https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md.
/// </summary>
/// <param name="transport">The transport; the registry accepts the same bearer token as the API.</param>
/// <param name="endpoints">The addresses of the services.</param>
internal sealed class OciRegistryClient(RestTransport transport, Endpoints endpoints)
{
    // A response that was damaged in transit is correct the next time.
    private const int MaxAttempts = 3;

    /// <summary>Gets an image to read from and to write to.</summary>
    internal RegistryImage Open(ImageName image) =>
        new(transport, RegistryImage.AddressOf(endpoints, image), image.ToRepository().ToString());

    /// <summary>GET /v2/PROJECT/REPOSITORY/IMAGE/manifests/sha256:… (spec.md#pulling-manifests).</summary>
    /// <param name="digest">The digest.</param>
    /// <param name="listedType">The media type in a listing, for Accept.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <returns>The content, whose bytes have the requested digest.</returns>
    /// <exception cref="RegistryException">It cannot be read, or the content has another digest.</exception>
    internal async Task<ManifestContent> GetManifestAsync(ImageName digest, string? listedType, CancellationToken stop)
    {
        Uri address = new(
            endpoints.RegistryOf(digest),
            $"{digest.Project.Replace(':', '/')}/{digest.Repository}/{digest.Package}/manifests/{digest.Digest}");
        string actual = "";
        for (int attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            ManifestContent? content = await transport.SendAsync(
                new Call<ManifestContent?>(
                    HttpMethod.Get, address, Repeat.Freely, (answer, token) => answer.ReadAsync(Checked, token))
                {
                    Accept = MediaTypes.Accept(listedType),
                },
                stop);
            if (content is not null) return content;
        }

        throw new RegistryException(
            RegistryErrorKind.UnexpectedAnswer,
            $"The registry answers with a manifest whose digest is {actual}, so it is not what was asked for.")
        {
            Request = $"GET {address.GetLeftPart(UriPartial.Path)}",
        };

        ManifestContent? Checked(ReadOnlyMemory<byte> bytes)
        {
            actual = Digest.Of(bytes.Span);
            return actual == digest.Digest ? ManifestContent.Parse(bytes) : null;
        }
    }
}
