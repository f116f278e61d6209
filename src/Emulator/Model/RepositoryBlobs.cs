using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Storage;

namespace ArtifactRegistry.Emulator.Model;

/// <summary>
/// The blobs of a repository: those that its manifests refer to, and those whose manifest has not been pushed yet.
/// </summary>
/// <remarks>
/// All images of a repository share them: the service's addresses for uploading and downloading blobs contain the
/// repository and no image.
/// </remarks>
internal sealed class RepositoryBlobs(string repository, BlobStore store, Journal? journal)
{
    private readonly Dictionary<string, int> _references = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _expected = new(StringComparer.Ordinal);

    public BlobContent? Find(string digest) =>
        _references.ContainsKey(digest) || _expected.ContainsKey(digest) ? store.Find(digest) : null;

    /// <summary>
    /// Keeps a blob for the manifest that is expected: it was pushed or mounted, or a client was told that it need not
    /// push it.
    /// </summary>
    public void Expect(string digest, DateTimeOffset now)
    {
        if (Find(digest) is null) store.Hold(digest);
        _expected[digest] = now;
        journal?.Put(NameOf(digest), () => new JsonObject { ["since"] = Json.Time(now) });
    }

    /// <summary>Counts a manifest's references; its blobs are no longer waiting for it.</summary>
    /// <returns>
    /// The blobs among them that exist, to pass to <see cref="Release"/> when the manifest is deleted.
    /// </returns>
    public IReadOnlyList<string> Refer(IEnumerable<string> digests)
    {
        string[] here = [.. digests.Distinct().Where(digest => Find(digest) is not null)];
        foreach (string digest in here) _references[digest] = _references.GetValueOrDefault(digest) + 1;
        Arrived(here);
        return here;
    }

    /// <summary>
    /// Does the same as <see cref="Refer"/> for a manifest of an earlier run, whose blobs are in the store but may not
    /// be held yet.
    /// </summary>
    public IReadOnlyList<string> ReferAgain(IEnumerable<string> digests)
    {
        string[] stored = [.. digests.Where(digest => store.Find(digest) is not null)];
        foreach (string digest in stored.Where(digest => Find(digest) is null))
        {
            store.Hold(digest);
            _references[digest] = 0;
        }
        return Refer(stored);
    }

    /// <summary>Records that the expected manifest of these blobs has been pushed.</summary>
    public void Arrived(IEnumerable<string> digests)
    {
        foreach (string digest in digests)
            if (_expected.Remove(digest)) journal?.Drop(NameOf(digest));
    }

    /// <summary>Removes a manifest's references; blobs that nothing else holds are released.</summary>
    public void Release(IEnumerable<string> digests)
    {
        foreach (string digest in digests)
        {
            if (--_references[digest] > 0) continue;
            _references.Remove(digest);
            if (!_expected.ContainsKey(digest)) store.Release(digest);
        }
    }

    /// <summary>Releases blobs whose manifest has not been pushed since a time.</summary>
    public void Forget(DateTimeOffset before)
    {
        foreach ((string digest, DateTimeOffset since) in _expected.ToArray())
        {
            if (since >= before) continue;
            _expected.Remove(digest);
            journal?.Drop(NameOf(digest));
            if (!_references.ContainsKey(digest)) store.Release(digest);
        }
    }

    /// <summary>Releases everything when the repository is deleted.</summary>
    public void Clear()
    {
        foreach (string digest in _references.Keys.Union(_expected.Keys)) store.Release(digest);
        _references.Clear();
        _expected.Clear();
    }

    private string NameOf(string digest) => $"{repository}/blobs/{digest}";
}
