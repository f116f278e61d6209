using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Transfer;

/// <summary>
/// An image in a registry, read and written by the registry's own protocol
/// (https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md).
/// </summary>
/// <param name="transport">The transport, with the credentials for this registry and no other.</param>
/// <param name="address">The address of the image, <c>https://HOST/v2/NAME/</c>.</param>
/// <param name="repository">The repository that it is in.</param>
internal sealed class RegistryImage(RestTransport transport, Uri address, string repository)
    : IContentSource, IContentDestination
{
    private const string Root = "/v2/";
    private const int MaxAttempts = 3; // as OciRegistryClient

    /// <summary>Gets the address of an image in Artifact Registry.</summary>
    public static Uri AddressOf(Endpoints endpoints, ImageName image) =>
        new(endpoints.RegistryOf(image), $"{image.Project.Replace(':', '/')}/{image.Repository}/{image.Package}/");

    /// <summary>The address of the image.</summary>
    public Uri Address => address;

    /// <inheritdoc/>
    public string Repository => repository;

    /// <summary>The name of the image within its registry, as its protocol has it.</summary>
    public string Name =>
        address.AbsolutePath[(address.AbsolutePath.IndexOf(Root, StringComparison.Ordinal) + Root.Length)..].Trim('/');

    /// <inheritdoc/>
    /// <remarks>GET /v2/PROJECT/REPOSITORY/IMAGE/manifests/TAG or …/sha256:… (spec.md#pulling-manifests).</remarks>
    public async Task<Manifest?> FindManifestAsync(string reference, CancellationToken stop)
    {
        Manifest? found = null;
        for (int attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            try
            {
                (byte[] bytes, string? type, string? stated) = await GetAsync(
                    Manifests(reference),
                    async (answer, token) => (
                        await answer.ReadBytesAsync(token),
                        answer.ContentHeaders.ContentType?.MediaType,
                        DigestIn(answer)),
                    MediaTypes.Accept(null),
                    from: 0,
                    stop);
                string expected = Digest.IsValid(reference) ? reference : stated ?? Digest.Of(bytes);
                found = Manifest.Parse(bytes, type is null || type == "application/json" ? null : type);
                if (found.Digest == expected) return found;
            }
            catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
            {
                return null;
            }
        }

        throw new RegistryException(
            RegistryErrorKind.UnexpectedAnswer,
            $"The registry answers with a manifest whose digest is {found!.Digest}, so it is not what was asked for.")
        {
            Request = $"GET {Manifests(reference)}",
            IsFinal = true,
        };
    }

    /// <summary>Gets the registry's list of what refers to digests of the image.</summary>
    public ReferrerPages Referrers { get; } = new(transport, address);

    /// <inheritdoc/>
    /// <remarks>A registry without such a list answers 404.</remarks>
    public async Task<IReadOnlyList<string>> ListReferrersAsync(string digest, CancellationToken stop)
    {
        List<string> found = [];
        int pages = 0;
        try
        {
            await foreach (IReadOnlyList<string> page in Referrers.ReadAsync(digest, stop))
            {
                pages++;
                found.AddRange(page);
            }
        }
        catch (RegistryException e) when (e.Status is HttpStatusCode.NotFound && pages == 0)
        {
            return [];
        }

        return found;
    }

    /// <inheritdoc cref="IContentDestination.HasBlobAsync"/>
    /// <remarks>
    /// HEAD /v2/PROJECT/REPOSITORY/IMAGE/blobs/sha256:… (spec.md#checking-if-content-exists-in-the-registry), and then
    /// <see cref="IsReadableAsync"/>: a registry that collects late, or remembers what it had, answers HEAD for a blob
    /// that it can no longer send.
    /// </remarks>
    public async Task<bool> HasBlobAsync(Descriptor blob, CancellationToken stop)
    {
        Uri? redirect = null;
        long? length = null;
        bool exists = await ExistsAsync(new Uri(address, $"blobs/{blob.Digest}"), answer =>
            (redirect, length) = (answer.Redirect, answer.ContentHeaders.ContentLength), stop);
        // A size that is not the blob's belongs to something else, or to a part of it.
        return exists && (redirect is not null || length is null || length == blob.Size)
            && (blob.Size == 0 || await IsReadableAsync(blob, stop));
    }

    /// <summary>Returns whether a blob can be read: its last byte is.</summary>
    public async Task<bool> IsReadableAsync(Descriptor blob, CancellationToken stop)
    {
        try
        {
            await using Stream end = await OpenBlobAsync(blob, Math.Max(0, blob.Size - 1), stop);
            return blob.Size == 0 || await end.ReadAsync(new byte[1], stop) == 1;
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    /// <remarks>HEAD /v2/PROJECT/REPOSITORY/IMAGE/manifests/sha256:…</remarks>
    public async Task<bool> HasManifestAsync(Manifest manifest, CancellationToken stop)
    {
        string? stated = null;
        return await ExistsAsync(Manifests(manifest.Digest), answer => stated = DigestIn(answer), stop)
            && (stated is null || stated == manifest.Digest);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// GET /v2/PROJECT/REPOSITORY/IMAGE/blobs/sha256:… (spec.md#pulling-blobs), which may redirect to a storage
    /// service.
    /// </remarks>
    public Task<Stream> OpenBlobAsync(Descriptor blob, long from, CancellationToken stop) =>
        GetAsync(
            new Uri(address, $"blobs/{blob.Digest}"), (answer, token) => OpenAtAsync(answer, from, token), null, from,
            stop);

    /// <inheritdoc/>
    public Task<BlobArrival> PutBlobAsync(
        Descriptor blob, IContentSource source, Action<long> moved, CancellationToken stop) =>
        new BlobUpload(transport, this, blob, source, moved).RunAsync(stop);

    /// <inheritdoc/>
    /// <remarks>PUT /v2/PROJECT/REPOSITORY/IMAGE/manifests/sha256:… (spec.md#pushing-manifests).</remarks>
    public async Task PutManifestAsync(Manifest manifest, CancellationToken stop)
    {
        string? stored = await transport.SendAsync(
            new Call<string?>(HttpMethod.Put, Manifests(manifest.Digest), Repeat.Freely, (answer, _) =>
                Task.FromResult(DigestIn(answer)))
            {
                Content = () => new ReadOnlyMemoryContent(manifest.Bytes)
                {
                    Headers = { ContentType = new MediaTypeHeaderValue(manifest.MediaType) },
                },
            },
            stop);
        if (stored is not null && stored != manifest.Digest)
            throw new RegistryException(
                RegistryErrorKind.UnexpectedAnswer,
                $"The registry stored {stored} instead of {manifest.Digest}, which was sent.");
    }

    /// <summary>Returns whether there is something under a tag or digest; its content is not read.</summary>
    /// <remarks>HEAD /v2/PROJECT/REPOSITORY/IMAGE/manifests/TAG or …/sha256:…</remarks>
    public Task<bool> HasReferenceAsync(string reference, CancellationToken stop) =>
        ExistsAsync(Manifests(reference), _ => { }, stop);

    /// <summary>
    /// Reads from an address, or from where that redirects to. What is there may be a secret of its own, and is asked
    /// without credentials.
    /// </summary>
    private async Task<T> GetAsync<T>(
        Uri first, Func<Answer, CancellationToken, Task<T>> read, string? accept, long from, CancellationToken stop)
    {
        const int MaxRedirects = 5;
        Uri next = first;
        for (int redirects = 0; redirects <= MaxRedirects; redirects++)
        {
            (T? body, Uri? redirect) = await transport.SendAsync(
                new Call<(T?, Uri?)>(HttpMethod.Get, next, Repeat.Freely, async (answer, token) =>
                    answer.Redirect is Uri target
                        ? (default, new Uri(next, target))
                        : (await read(answer, token), null))
                {
                    Accept = accept,
                    Headers = from == 0
                        ? []
                        : [new("Range", string.Create(CultureInfo.InvariantCulture, $"bytes={from}-"))],
                    IsAnonymous = redirects > 0,
                    ReadsRedirect = true,
                },
                stop);
            if (redirect is null) return body!;
            // A registry elsewhere must not have this machine's own services read.
            if (Loopback.Is(redirect) && !Loopback.Is(first))
                throw new RegistryException(
                    RegistryErrorKind.UnsafeRequest, $"{first.Host} redirects to this machine: {redirect.Authority}.")
                {
                    Request = $"GET {first}",
                };
            next = redirect;
        }

        throw new RegistryException(
            RegistryErrorKind.UnexpectedAnswer, $"{first.AbsolutePath} is redirected again and again.")
        {
            IsFinal = true,
        };
    }

    private Uri Manifests(string reference) => new(address, $"manifests/{reference}");

    private async Task<bool> ExistsAsync(Uri what, Action<Answer> look, CancellationToken stop)
    {
        try
        {
            return await transport.SendAsync(
                new Call<bool>(HttpMethod.Head, what, Repeat.Freely, (answer, _) =>
                {
                    look(answer);
                    return Task.FromResult(true);
                })
                {
                    Accept = MediaTypes.Accept(null),
                    ReadsRedirect = true,
                },
                stop);
        }
        catch (RegistryException e) when (e.Status is HttpStatusCode.NotFound)
        {
            // Whoever wrongly says that it is not there only causes a transfer.
            return false;
        }
    }

    // A registry may ignore the range, and then sends everything.
    private static async Task<Stream> OpenAtAsync(Answer answer, long from, CancellationToken stop)
    {
        bool isPart = answer.Status is HttpStatusCode.PartialContent;
        if (isPart && answer.ContentHeaders.ContentRange?.From is long start && start != from)
            throw new RegistryException(
                RegistryErrorKind.UnexpectedAnswer, $"Byte {start} and what follows came instead of byte {from}.")
            {
                IsFinal = true,
            };
        Stream body = await answer.TakeAsync(stop);
        if (isPart) return body;
        byte[] skipped = new byte[64 * 1024];
        for (long left = from; left > 0;)
        {
            int read = await body.ReadAsync(skipped.AsMemory(0, (int)Math.Min(left, skipped.Length)), stop);
            if (read == 0) break;
            left -= read;
        }

        return body;
    }

    private static string? DigestIn(Answer answer) =>
        answer.Headers.TryGetValues("Docker-Content-Digest", out IEnumerable<string>? values)
        && values.First() is string digest && Digest.IsValid(digest) ? digest : null;
}
