using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Transfer;

/// <summary>
/// Brings a blob to a registry: mounts it if the registry can, otherwise streams it from its source in one request,
/// since Artifact Registry takes no uploads in chunks
/// (https://cloud.google.com/artifact-registry/docs/reference/docker-api).
/// </summary>
/// <param name="transport">The transport of the destination.</param>
/// <param name="destination">The destination.</param>
/// <param name="blob">The blob.</param>
/// <param name="source">The source.</param>
/// <param name="moved">Called with the number of bytes sent, or with a negative one after a failed attempt.</param>
internal sealed class BlobUpload(
    RestTransport transport, RegistryImage destination, Descriptor blob, IContentSource source, Action<long> moved)
{
    private RegistryException? _sourceFailure;

    /// <summary>Brings the blob; if an upload breaks off or its session expires, begins another one.</summary>
    /// <exception cref="RegistryException">The source or the destination failed.</exception>
    public Task<BlobArrival> RunAsync(CancellationToken stop) => transport.RepeatAsync(async (number, token) =>
    {
        // The blob may be there although the answer of the attempt before was lost.
        if (number > 1 && await destination.HasBlobAsync(blob, token))
            return new Attempt<BlobArrival>(BlobArrival.Uploaded);

        (bool isMounted, Uri? session) = await BeginAsync(mounts: number == 1, token);
        if (isMounted) return new Attempt<BlobArrival>(BlobArrival.Mounted);
        try
        {
            await SendAsync(session!, token);
            return new Attempt<BlobArrival>(BlobArrival.Uploaded);
        }
        catch (Exception) when (_sourceFailure is RegistryException failure)
        {
            throw failure; // the request failed only because of it
        }
        catch (RegistryException e) when (e.OutcomeUnknown)
        {
            return new Attempt<BlobArrival>(e);
        }
        catch (RegistryException e) when (e.Status is HttpStatusCode.NotFound or HttpStatusCode.Gone)
        {
            return new Attempt<BlobArrival>(
                e.WithMessage($"The upload expired: {e.Message}", kind: RegistryErrorKind.Unavailable));
        }
    }, stop);

    /// <summary>
    /// POST /v2/PROJECT/REPOSITORY/IMAGE/blobs/uploads/, with <c>mount</c> and <c>from</c> if the source is in the
    /// same registry (spec.md#mounting-a-blob-from-another-repository): 201 if the blob is mounted, and 202 with the
    /// address of an upload otherwise.
    /// </summary>
    private async Task<(bool IsMounted, Uri? Session)> BeginAsync(bool mounts, CancellationToken stop)
    {
        Uri uploads = new(destination.Address, "blobs/uploads/");
        if (mounts && source is RegistryImage other && other.Address.Authority == uploads.Authority)
        {
            try
            {
                string from = $"?mount={blob.Digest}&from={Uri.EscapeDataString(other.Name)}";
                return await PostAsync(new Uri(uploads, from), stop);
            }
            catch (RegistryException e) when (!e.OutcomeUnknown && e.Kind is not RegistryErrorKind.Unauthenticated)
            {
                // What was refused may be the mounting, for example because it takes a permission on the source.
            }
        }

        return await PostAsync(uploads, stop);
    }

    private Task<(bool, Uri?)> PostAsync(Uri where, CancellationToken stop) =>
        transport.SendAsync(
            new Call<(bool, Uri?)>(HttpMethod.Post, where, Repeat.Freely, (answer, _) =>
            {
                if (answer.Status is HttpStatusCode.Created) return Task.FromResult<(bool, Uri?)>((true, null));
                Uri location = answer.Headers.Location ?? throw new RegistryException(
                    RegistryErrorKind.UnexpectedAnswer, "The registry began an upload without saying where.");
                return Task.FromResult<(bool, Uri?)>((false, new Uri(where, location)));
            })
            {
                Content = () => new ByteArrayContent([]),
            },
            stop);

    /// <summary>PUT LOCATION?digest=sha256:… (spec.md#post-then-put).</summary>
    private async Task SendAsync(Uri session, CancellationToken stop)
    {
        string separator = session.Query.Length == 0 ? "?" : "&";
        Uri where = new($"{session.AbsoluteUri}{separator}digest={Uri.EscapeDataString(blob.Digest)}");
        long sent = 0;
        bool isComplete = false;
        try
        {
            await transport.SendAsync(
                new Call<bool>(HttpMethod.Put, where, Repeat.OnlyIfRefused, (_, _) => Task.FromResult(true))
                {
                    StreamedContent = runClock =>
                    {
                        Count(-sent); // what an attempt before sent
                        return new Content(blob, source, runClock, Count, e => _sourceFailure = e);
                    },
                    IsAnonymous = where.Authority != destination.Address.Authority,
                },
                stop);
            isComplete = true;
        }
        finally
        {
            if (!isComplete) Count(-sent);
        }

        void Count(long bytes)
        {
            sent += bytes;
            moved(bytes);
        }
    }

    /// <summary>The blob as the content of a request, read from its source while it is sent.</summary>
    private sealed class Content : HttpContent
    {
        private readonly Descriptor _blob;
        private readonly IContentSource _source;
        private readonly Action<bool> _runClock;
        private readonly Action<long> _count;
        private readonly Action<RegistryException> _sourceFailed;

        public Content(
            Descriptor blob,
            IContentSource source,
            Action<bool> runClock,
            Action<long> count,
            Action<RegistryException> sourceFailed)
        {
            (_blob, _source, _runClock, _count, _sourceFailed) = (blob, source, runClock, count, sourceFailed);
            Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        }

        protected override async Task SerializeToStreamAsync(
            Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await using BlobReader reader = new(_source, _blob);
            byte[] buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
            try
            {
                while (true)
                {
                    _runClock(false); // the source has limits of its own
                    int read = await ReadAsync(reader, buffer, cancellationToken);
                    _runClock(true);
                    if (read == 0) return;
                    await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                    _count(read);
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            throw new NotSupportedException("HttpClient passes a token.");

        protected override bool TryComputeLength(out long length)
        {
            length = _blob.Size;
            return true;
        }

        private async ValueTask<int> ReadAsync(BlobReader reader, Memory<byte> buffer, CancellationToken stop)
        {
            try
            {
                return await reader.ReadAsync(buffer, stop);
            }
            catch (RegistryException e)
            {
                // Not an error of this request, which must not be taken for one that is sent again.
                _sourceFailed(e);
                throw new InvalidOperationException("The source of an upload failed.", e);
            }
        }
    }
}
