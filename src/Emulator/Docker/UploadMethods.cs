using System.Globalization;
using System.Text.RegularExpressions;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Model;
using ArtifactRegistry.Emulator.Storage;

namespace ArtifactRegistry.Emulator.Docker;

/// <summary>The methods for uploading blobs (spec.md#pushing-blobs).</summary>
internal static partial class UploadMethods
{
    public const string SessionPrefix = "/artifacts-uploads/";

    /// <summary>The time that an upload waits for its next part, and a blob for its manifest.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    /// <summary>
    /// POST /v2/NAME/blobs/uploads/: starts an upload; with <c>digest</c> accepts the blob at once; with <c>mount</c>
    /// takes it from another repository, if possible.
    /// </summary>
    public static async Task<Answer> BeginAsync(DockerCall call, DockerName name)
    {
        string? digest = call.Query("digest");
        if (digest is not null) BlobMethods.CheckDigest(digest);
        if (call.Query("digest-algorithm") is string algorithm and not "sha256")
            throw DockerError.DigestInvalid($"\"{algorithm}\" is not an algorithm of this registry. Expected sha256.");

        Upload? upload = call.Locked(() =>
        {
            (RepositoryEntry repository, string image) = call.Find(name, DockerCall.PushPermission);
            DateTimeOffset now = call.State.Now;
            call.State.Uploads.Forget(now - Patience);
            foreach (RepositoryEntry each in call.State.RepositoryTable.All) each.Blobs.Forget(now - Patience);
            return TryMount(call, repository, image) ? null : call.State.Uploads.Begin(repository.Name, name, now);
        });
        if (upload is null) return Created(name, call.Query("mount")!);
        if (digest is null) return Progress(202, upload);

        using Turn turn = new(call, upload);
        await upload.Writer.AppendAsync(call.Body, call.Stop);
        return Finish(call, upload, digest);
    }

    /// <summary>Handles the requests to the address that the start of an upload returned.</summary>
    public static async Task<Answer> ContinueAsync(DockerCall call, string id)
    {
        Upload upload = call.Locked(() => Find(call, id)) ?? throw DockerError.UploadUnknown(id);
        call.Locked(() => call.State.FindRepository(upload.Repository)
            ?? throw DockerError.NameUnknown(upload.Repository.DockerPath));
        switch (call.Method)
        {
            case "GET":
                return Progress(204, upload);
            case "DELETE":
                using (new Turn(call, upload)) call.Locked(() => End(call, upload));
                return new Answer(204, []);
            case "PATCH":
                using (new Turn(call, upload))
                {
                    CheckRange(call, upload);
                    await upload.Writer.AppendAsync(call.Body, call.Stop);
                    return Progress(202, upload);
                }
            case "PUT":
                string digest = call.Query("digest")
                    ?? throw DockerError.DigestInvalid("The digest is missing from the query.");
                BlobMethods.CheckDigest(digest);
                using (new Turn(call, upload))
                {
                    CheckRange(call, upload);
                    await upload.Writer.AppendAsync(call.Body, call.Stop);
                    return Finish(call, upload, digest);
                }
            default:
                throw DockerError.Unsupported(405, "An upload takes GET, PATCH, PUT and DELETE.");
        }
    }

    /// <summary>
    /// Mounts a blob (spec.md#mounting-a-blob-from-another-repository); without <c>from</c>, from the repository
    /// itself.
    /// </summary>
    private static bool TryMount(DockerCall call, RepositoryEntry target, string image)
    {
        if (call.Query("mount") is not string digest || !BlobMethods.IsDigest(digest)) return false;
        if (call.Behaviour.RefusesMounts) return false;
        try
        {
            RepositoryEntry source = call.Query("from") is string from
                ? call.Find(DockerName.Parse(from, call.Host), DockerCall.PullPermission).Repository
                : target;
            if (source.Blobs.Find(digest) is null)
            {
                if (!source.Describes(digest)) return false;
                target.Blobs.AddWithoutBytes(digest);
                return true;
            }
        }
        catch (Exception e) when (e is DockerError or ApiError)
        {
            // It does not exist, or the caller may not read it: the client has to push the blob, and does not learn
            // which.
            return false;
        }
        target.Blobs.Expect(digest, image, call.State.Now);
        return true;
    }

    private static Answer Finish(DockerCall call, Upload upload, string digest)
    {
        string actual = upload.Writer.Digest;
        if (actual != digest)
        {
            call.Locked(() => End(call, upload));
            throw DockerError.DigestInvalid($"The content's digest is {actual}, not {digest}.");
        }
        upload.Writer.Flush();
        return call.Locked(() =>
        {
            (RepositoryEntry repository, string image) = call.Find(upload.Name, DockerCall.PushPermission);
            call.State.Blobs.Take(upload.Writer);
            repository.Blobs.Expect(digest, image, call.State.Now);
            call.State.Uploads.End(upload);
            return Created(upload.Name, digest);
        });
    }

    private static Upload? Find(DockerCall call, string id)
    {
        Upload? upload = call.State.Uploads.Find(id);
        if (upload is null || !call.Behaviour.TakeExpiredUpload()) return upload;
        call.State.Uploads.End(upload);
        return null;
    }

    private static bool End(DockerCall call, Upload upload)
    {
        call.State.Uploads.End(upload);
        return true;
    }

    /// <summary>Requires that chunks with a range arrive in order (spec.md#pushing-a-blob-in-chunks).</summary>
    private static void CheckRange(DockerCall call, Upload upload)
    {
        if (call.Header("Content-Range") is not string range) return;
        Match match = ChunkRange().Match(range);
        if (
            !match.Success
            || !long.TryParse(
                match.Groups[1].ValueSpan,
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out long first
            )
            || !long.TryParse(match.Groups[2].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out long last)
            || (call.BodyLength is long length && length != last - first + 1))
        {
            throw new DockerError(
                400, "SIZE_INVALID", $"The range \"{range}\" is not FIRST-LAST of the {call.BodyLength} bytes sent.");
        }
        if (first == upload.Writer.Length)
            return;
        throw new DockerError(
            416,
            "BLOB_UPLOAD_INVALID",
            $"The next byte to send is {upload.Writer.Length}, not {first}."
        )
        {
            Headers = Progress(416, upload).Headers,
        };
    }

    private static Answer Progress(int status, Upload upload) => new(status, [])
    {
        Headers = new()
        {
            ["Location"] = $"{SessionPrefix}namespaces/{upload.Repository.Project}/"
                + $"repositories/{upload.Repository.Id}/uploads/{upload.Id}",
            ["Range"] = string.Create(CultureInfo.InvariantCulture, $"0-{Math.Max(0, upload.Writer.Length - 1)}"),
            ["Docker-Upload-UUID"] = upload.Id,
        },
    };

    private static Answer Created(DockerName name, string digest) => new(201, [])
    {
        Headers = new()
        {
            ["Location"] = $"/v2/{name.Requested}/blobs/{digest}",
            ["Docker-Content-Digest"] = digest,
        },
    };

    [GeneratedRegex(@"^(?:bytes )?([0-9]+)-([0-9]+)\z")]
    private static partial Regex ChunkRange();

    /// <summary>The right to add to an upload, for one request at a time.</summary>
    private readonly struct Turn : IDisposable
    {
        private readonly DockerCall _call;
        private readonly Upload _upload;

        public Turn(DockerCall call, Upload upload)
        {
            (_call, _upload) = (call, upload);
            call.Locked(() => upload.IsBusy
                ? throw new DockerError(409, "BLOB_UPLOAD_INVALID", "Another request is adding to this upload.")
                : upload.IsBusy = true);
        }

        public void Dispose()
        {
            Upload upload = _upload;
            RegistryState state = _call.State;
            _call.Locked(() =>
            {
                upload.LastUsed = state.Now;
                return upload.IsBusy = false;
            });
        }
    }
}
