using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Model;
using ArtifactRegistry.Emulator.Storage;

namespace ArtifactRegistry.Emulator.Docker;

/// <summary>
/// Downloads of blobs from the storage service, at addresses that are secrets themselves. Its host is the other name of
/// this machine: <c>localhost</c> for clients that say 127.0.0.1, and the other way round.
/// </summary>
internal static class DownloadMethods
{
    public const string Prefix = "/artifacts-downloads/";

    /// <summary>Redirects a request for a blob.</summary>
    public static Answer Redirect(DockerCall call, RepositoryEntry repository, string digest)
    {
        return new Answer(307, [])
        {
            Headers = new()
            {
                ["Location"] = $"http://{OtherName(call.Host)}{Prefix}"
                    + $"?repository={Uri.EscapeDataString(repository.Name.ToString())}"
                    + $"&digest={Uri.EscapeDataString(digest)}&X-Goog-Signature={Guid.NewGuid():N}",
            },
        };
    }

    /// <summary>Gets the other name of this machine, with the port of the host.</summary>
    public static string OtherName(string? host)
    {
        string[] parts = (host ?? "").Split(':');
        return string.Join(':', [parts[0] == "localhost" ? "127.0.0.1" : "localhost", .. parts[1..]]);
    }

    /// <summary>GET of such an address. A second way to sign in is refused, as by Cloud Storage.</summary>
    public static Answer Get(DockerCall call)
    {
        if (call.Header("Authorization") is not null)
            throw DockerError.Unsupported(400, "Only one auth mechanism allowed; the address has a signature.");
        string digest = call.Query("digest") ?? "";
        BlobMethods.CheckDigest(digest);
        return call.Locked(() =>
        {
            RepositoryEntry repository = call.State.FindRepository(call.Query("repository") ?? "")
                ?? throw DockerError.NameUnknown(call.Query("repository") ?? "");
            BlobContent content = repository.Blobs.Find(digest) ?? throw DockerError.BlobUnknown(digest);
            return BlobMethods.Send(call, content, digest);
        });
    }
}
