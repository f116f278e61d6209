using System.Collections.Concurrent;
using System.Text;
using ArtifactRegistry.Emulator;

namespace ArtifactRegistry.Tests.CleanUp.Truth;

/// <summary>
/// What a server does to one image while it is cleaned: it lies, lags, hides results, and others push and tag.
/// </summary>
internal sealed class Liar
{
    private readonly RandomImage _image;
    private readonly RegistryState _state;
    private readonly Random _random;
    private readonly List<string> _traits = [];
    private readonly ConcurrentQueue<Event> _events = new();
    private int _moment = -1;

    /// <param name="image">The image.</param>
    /// <param name="emulator">Where it is; nothing else is asked of it meanwhile.</param>
    /// <param name="seed">What everything is drawn from.</param>
    public Liar(RandomImage image, EmulatorServer emulator, int seed)
    {
        (_image, _state, _random) = (image, emulator.State, new Random(seed * 31));
        Behaviour = new Behaviour
        {
            OperationTime = TimeSpan.Zero,
            OperationPolls = _random.Next(2),
            ImageManifests = (ImageManifestsField)_random.Next(4),
            SubjectDigest = _random.Next(4) == 0,
            DockerImageFilter = _random.Next(4) == 0 ? FilterSupport.Supported : FilterSupport.Rejected,
            TaggedDelete = (TaggedDeleteRefusal)_random.Next(2),
            PageSizeCap = Maybe(3) ? 1 + _random.Next(5) : null,
        };
        Lie();
        Race();
    }

    public Behaviour Behaviour { get; }

    /// <summary>What became needed while the command ran, and at which request.</summary>
    public IReadOnlyCollection<Event> Events => _events;

    public override string ToString() => string.Join(", ", _traits);

    private void Lie()
    {
        if (Has("pages overlap", 6)) Behaviour.PageOverlap = 1 + _random.Next(2);
        if (Has("children go with their index", 4)) Behaviour.ChildrenGoWithIndex = true;
        if (Has("what is gone is still listed", 6)) Behaviour.StaleListings = 1 + _random.Next(3);
        if (Has("new tags are listed late", 8)) Behaviour.ListingLag = TimeSpan.FromMinutes(1);
        if (Has("wrong bytes", 4)) ServeOtherBytes();
        if (Has("gaps", 3)) LeaveGaps();
        if (Has("operations that do not tell", 3))
        {
            OperationFate[] fates =
            [
                OperationFate.Unreadable,
                OperationFate.NotFound,
                OperationFate.Vanishes,
                OperationFate.Fails,
                OperationFate.Finishes,
            ];
            OperationFate? always = Maybe(2) ? fates[_random.Next(3)] : null;
            Behaviour.OperationFate = _ =>
            {
                lock (_random) return always ?? fates[_random.Next(fates.Length)];
            };
        }
    }

    /// <summary>Some manifests are not what their digest says: always, or the first time only.</summary>
    private void ServeOtherBytes()
    {
        HashSet<string> victims = [.. Some(_image.Digests)];
        string[] others =
        [
            .. _image.Digests.Select(digest => _state.Manifest(_image.Repository, RandomImage.Package, digest)),
        ];
        bool once = Maybe(2);
        int kind = _random.Next(3);
        string other = others[_random.Next(others.Length)];
        Behaviour.ServedManifest = (_, digest, manifest) =>
        {
            lock (victims)
            {
                if (!victims.Contains(digest)) return manifest;
                if (once) victims.Remove(digest);
            }

            return kind switch
            {
                0 => Encoding.UTF8.GetBytes(other),
                1 => "{\"schemaVersion\":2,\"manifests\":[]}"u8.ToArray(),
                _ => [.. manifest, (byte)' '],
            };
        };
    }

    /// <summary>
    /// One of the listings lacks digests or tags that the others have: always, or the first time only.
    /// </summary>
    private void LeaveGaps()
    {
        (string listing, IReadOnlyList<string> names) = _random.Next(3) switch
        {
            0 => ("/dockerImages", _image.Digests),
            1 => ("/versions", _image.Digests),
            _ => ("/tags", (IReadOnlyList<string>)[.. _state.Tags(_image.Repository, RandomImage.Package).Keys]),
        };
        HashSet<string> missing = [.. Some(names)];
        bool once = Maybe(2);
        HashSet<string> shown = [];
        string lacking = string.Join(' ', missing.Select(name => name.Length > 13 ? name[7..13] : name));
        _traits.Add($"{listing} lacks {lacking}{(once ? " once" : "")}");
        Behaviour.ListingGap = (request, name) =>
        {
            if (!missing.Contains(name) || !request.Path.EndsWith(listing, StringComparison.Ordinal)) return false;
            lock (shown) return !once || shown.Add(name);
        };
    }

    private void Race()
    {
        if (!Has("others are at work", 2)) return;
        // A listing is one page then, so that it is known when it was read.
        Behaviour.PageSizeCap = null;
        int[] moments = [.. Enumerable.Range(0, 1 + _random.Next(3)).Select(_ => _random.Next(60))];
        Behaviour.BeforeHandling = request =>
        {
            lock (_events)
            {
                _moment++;
                foreach (int _ in moments.Where(moment => moment == _moment)) Act(request);
            }
        };
    }

    private void Act(RecordedRequest request)
    {
        string[] there =
        [
            .. _image.Digests.Where(digest => _state.HasDigest(_image.Repository, RandomImage.Package, digest)),
        ];
        if (there.Length == 0)
            return;
        string digest = there[_random.Next(there.Length)];
        EventKind kind = EventKind.Tag;
        string[] roots = [digest];
        switch (_random.Next(4))
        {
            case 0:
                kind = EventKind.Index;
                string index = _state.AddImage(_image.Repository, RandomImage.Package, new ImageOptions
                {
                    Tags = [$"pushed{_moment}"],
                    Children = [new ChildManifest(digest)],
                });
                _image.Pushed(index, [digest], null);
                roots = [index];
                break;
            case 1:
                kind = EventKind.Signature;
                string signature = _state.AddImage(_image.Repository, RandomImage.Package, new ImageOptions
                {
                    SubjectDigest = digest,
                    ArtifactType = "application/vnd.in-toto+json",
                });
                _image.Pushed(signature, [], digest);
                roots = [signature];
                break;
            case 2:
                kind = EventKind.Push;
                _state.Touch(_image.Repository, RandomImage.Package, digest);
                break;
            default:
                _state.MoveTag(_image.Repository, RandomImage.Package, $"moved{_moment}", digest);
                break;
        }

        HashSet<string> kept = _image.KeptBy(roots);
        kept.IntersectWith(there.Concat(roots));
        _events.Enqueue(new Event(kind, digest, request.Number, kept));
    }

    private IEnumerable<string> Some(IReadOnlyList<string> all) => [.. all.Where(_ => Maybe(4))];

    private bool Has(string trait, int oneIn)
    {
        if (!Maybe(oneIn)) return false;
        _traits.Add(trait);
        return true;
    }

    private bool Maybe(int oneIn) => _random.Next(oneIn) == 0;
}

/// <summary>What somebody else put on a digest.</summary>
internal enum EventKind
{
    Tag,
    Index,
    Signature,

    /// <summary>It was pushed again, so that it is young.</summary>
    Push,
}

/// <summary>Something that makes digests needed.</summary>
/// <param name="Kind">What was put on a digest.</param>
/// <param name="Digest">The digest.</param>
/// <param name="Request">The number of the request before which it happened.</param>
/// <param name="Kept">What is needed from then on.</param>
internal sealed record Event(EventKind Kind, string Digest, int Request, IReadOnlySet<string> Kept)
{
    public override string ToString() => $"{Kind} on {RandomImage.Short(Digest)} before request {Request}";
}
