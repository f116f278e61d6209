using System.Globalization;
using System.Text.RegularExpressions;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Model;
using ArtifactRegistry.Emulator.Storage;
using Microsoft.Net.Http.Headers;

namespace ArtifactRegistry.Emulator.Docker;

/// <summary>The methods for blobs whose upload is complete.</summary>
internal static partial class BlobMethods
{
    /// <summary>GET or HEAD /v2/NAME/blobs/DIGEST (spec.md#pulling-blobs): the whole blob or a range of it.</summary>
    public static Answer Get(DockerCall call, DockerName name, string digest)
    {
        CheckDigest(digest);
        return call.Locked(() =>
        {
            (RepositoryEntry repository, string image) = call.Find(name, DockerCall.PullPermission);
            if (repository.Blobs.Find(digest) is not BlobContent content)
                return call is { IsHead: true, Behaviour.RemembersCollectedBlobs: true }
                    && repository.Blobs.LengthOfCollected(digest) is long length
                    ? Send(call, new BlobContent("", length), digest)
                    : throw DockerError.BlobUnknown(digest);
            // A client that checks whether it exists may be about to push a manifest that refers to it. That does not
            // keep what waits for its collection.
            if (call.IsHead && !repository.Blobs.IsOrphan(digest))
                repository.Blobs.Expect(digest, image, call.State.Now);
            return call.Behaviour.RedirectsBlobs
                ? DownloadMethods.Redirect(call, repository, digest)
                : Send(call, content, digest);
        });
    }

    /// <summary>
    /// DELETE /v2/NAME/blobs/DIGEST (spec.md#deleting-blobs): not supported, as the specification allows. A blob is
    /// deleted with the last manifest that refers to it.
    /// </summary>
    public static Answer Delete(DockerCall call, DockerName name, string digest)
    {
        CheckDigest(digest);
        return call.Locked<Answer>(() =>
        {
            (RepositoryEntry repository, _) = call.Find(name, DockerCall.DeletePermission);
            if (repository.Blobs.Find(digest) is null) throw DockerError.BlobUnknown(digest);
            throw DockerError.Unsupported(
                405, "Blobs are not deleted by themselves; they go with the manifests that refer to them.");
        });
    }

    /// <summary>
    /// Requires SHA-256, the only algorithm of the registry and of the API, whose versions are named <c>sha256:…</c>.
    /// </summary>
    public static void CheckDigest(string digest)
    {
        if (!IsDigest(digest))
        {
            throw DockerError.DigestInvalid(
                $"\"{digest}\" is not a digest. Expected sha256: and 64 hexadecimal digits in lower case.");
        }
    }

    public static bool IsDigest(string text) => Digest().IsMatch(text);

    /// <summary>Sends a blob or the range of it that was asked for.</summary>
    public static Answer Send(DockerCall call, BlobContent content, string digest)
    {
        if (call.Behaviour.ServedBlob is { } change && !call.IsHead)
            content = new BlobContent(change(call.Request, digest, content.ToArray()));
        Dictionary<string, string> headers = new()
        {
            ["Docker-Content-Digest"] = digest,
            ["Accept-Ranges"] = "bytes",
            ["ETag"] = $"\"{digest}\"",
        };
        long first = 0, count = content.Length;
        bool isPart = !call.IsHead && call.Header("Range") is string range
            && RangeHeaderValue.TryParse(range, out RangeHeaderValue? parsed) && parsed.Ranges.Count == 1
            && parsed.Unit == "bytes" && Part(parsed.Ranges.First(), content.Length, ref first, ref count);
        if (count <= 0 && isPart)
        {
            return new Answer(416, [], "application/octet-stream")
            {
                Headers = new()
                {
                    ["Content-Range"] = string.Create(CultureInfo.InvariantCulture, $"bytes */{content.Length}"),
                },
            };
        }
        if (isPart)
        {
            headers["Content-Range"] = string.Create(
                CultureInfo.InvariantCulture, $"bytes {first}-{first + count - 1}/{content.Length}");
        }
        Stream? stream = null;
        if (!call.IsHead)
        {
            stream = content.Open();
            stream.Seek(first, SeekOrigin.Begin);
        }
        return new Answer(isPart ? 206 : 200, [], "application/octet-stream")
        {
            Headers = headers,
            Content = stream,
            ContentLength = count,
        };
    }

    // Always true: false would mean that there is no range. A count of 0 means that the range is outside the blob.
    private static bool Part(RangeItemHeaderValue range, long length, ref long first, ref long count)
    {
        first = range.From ?? Math.Max(0, length - range.To!.Value);
        long last = range.From is null ? length - 1 : Math.Min(range.To ?? long.MaxValue, length - 1);
        count = first >= length ? 0 : last - first + 1;
        return true;
    }

    [GeneratedRegex(@"^sha256:[0-9a-f]{64}\z")]
    private static partial Regex Digest();
}
