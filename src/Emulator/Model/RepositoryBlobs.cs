using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Storage;

namespace ArtifactRegistry.Emulator.Model;

/// <summary>
/// Which blobs a repository holds: those that its manifests refer to, and those whose manifest is yet to come.
/// </summary>
/// <remarks>
/// All images of a repository share them: the addresses that the service gives for uploads and downloads of blobs name
/// the repository and no image.
/// </remarks>
internal sealed class RepositoryBlobs(string repository, BlobStore store, Journal? journal)
{
    private readonly Dictionary<string, int> _references = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _expected = new(StringComparer.Ordinal);

    public BlobContent? Find(string digest)
        => _references.ContainsKey(digest) || _expected.ContainsKey(digest) ? store.Find(digest) : null;

    /// <summary>
    /// Keeps a blob for the manifest that is to come: it was pushed or mounted, or a client that asked for it was told
    /// that it need not push it.
    /// </summary>
    public void Expect(string digest, DateTimeOffset now)
    {
        if (Find(digest) is null) store.Hold(digest);
        _expected[digest] = now;
        journal?.Put(NameOf(digest), () => new JsonObject { ["since"] = Json.Time(now) });
    }

    /// <summary>Counts a manifest's references; what it was waiting for has come.</summary>
    /// <returns>The blobs among them that are here: those to give to <see cref="Release"/> when the manifest goes.</returns>
    public IReadOnlyList<string> Refer(IEnumerable<string> digests)
    {
        string[] here = [.. digests.Distinct().Where(digest => Find(digest) is not null)];
        foreach (string digest in here) _references[digest] = _references.GetValueOrDefault(digest) + 1;
        Arrived(here);
        return here;
    }

    /// <summary>
    /// As <see cref="Refer"/>, for a manifest of an earlier run: its blobs are in the store, maybe held by nobody yet.
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

    /// <summary>Says that the manifest that was to come for these blobs has come.</summary>
    public void Arrived(IEnumerable<string> digests)
    {
        foreach (string digest in digests)
            if (_expected.Remove(digest)) journal?.Drop(NameOf(digest));
    }

    /// <summary>Takes back a manifest's references; blobs that nothing else holds go.</summary>
    public void Release(IEnumerable<string> digests)
    {
        foreach (string digest in digests)
        {
            if (--_references[digest] > 0) continue;
            _references.Remove(digest);
            if (!_expected.ContainsKey(digest)) store.Release(digest);
        }
    }

    /// <summary>Lets go of blobs whose manifest has not come since a time.</summary>
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

    /// <summary>Lets go of everything, with the repository.</summary>
    public void Clear()
    {
        foreach (string digest in _references.Keys.Union(_expected.Keys)) store.Release(digest);
        _references.Clear();
        _expected.Clear();
    }

    private string NameOf(string digest) => $"{repository}/blobs/{digest}";
}
