using ArtifactRegistry.Emulator.Docker;

namespace ArtifactRegistry.Emulator.Storage;

/// <summary>The uploads under way. Used only while the state's lock is held.</summary>
internal sealed class UploadTable(BlobStore store) : IDisposable
{
    private readonly Dictionary<string, Upload> _uploads = new(StringComparer.Ordinal);

    public Upload Begin(RepositoryName repository, DockerName name, DateTimeOffset now)
    {
        Upload upload = new(Guid.NewGuid().ToString(), repository, name, store.Begin()) { LastUsed = now };
        _uploads.Add(upload.Id, upload);
        return upload;
    }

    public Upload? Find(string id) => _uploads.GetValueOrDefault(id);

    /// <summary>Ends an upload, finished or not.</summary>
    public void End(Upload upload)
    {
        if (_uploads.Remove(upload.Id)) upload.Writer.Dispose();
    }

    /// <summary>Ends the uploads that have not been continued since a time.</summary>
    public void Forget(DateTimeOffset before)
    {
        foreach (Upload upload in _uploads.Values.Where(upload => upload.LastUsed < before && !upload.IsBusy).ToArray())
            End(upload);
    }

    public void Dispose()
    {
        foreach (Upload upload in _uploads.Values.ToArray()) End(upload);
    }
}

/// <summary>An upload of a blob, over one request or several.</summary>
internal sealed record Upload(string Id, RepositoryName Repository, DockerName Name, BlobWriter Writer)
{
    public DateTimeOffset LastUsed { get; set; }

    /// <summary>Gets or sets whether a request is adding to it at the moment; a second one has to wait.</summary>
    public bool IsBusy { get; set; }
}
