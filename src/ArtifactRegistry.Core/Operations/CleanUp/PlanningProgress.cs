using System.Globalization;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>The progress of planning a clean-up. May be used from any thread.</summary>
/// <param name="clock">The clock.</param>
internal sealed class PlanningProgress(TimeProvider clock)
{
    private readonly object _lock = new();
    private readonly List<Listing> _listings = [];
    private int _images, _begun, _planned, _digests, _toRead, _read, _remembered;
    private string _phase = "";
    private long _phaseBegan;

    /// <summary>Adds images that will be planned.</summary>
    public void AddImages(int count) => Change(() => _images += count);

    /// <summary>Counts an image whose digests are known.</summary>
    public void BeginImage() => Change(() => _begun++);

    /// <summary>Counts an image that is planned.</summary>
    public void CompleteImage() => Change(() => _planned++);

    /// <summary>Adds manifests that will be read.</summary>
    public void AddManifests(int count) => Change(() => _toRead += count);

    /// <summary>Counts a manifest that is read.</summary>
    /// <param name="isRemembered">Whether it was known from before, so that no request was needed.</param>
    public void CompleteManifest(bool isRemembered) => Change(() =>
    {
        _read++;
        if (isRemembered) _remembered++;
    });

    /// <summary>Begins a listing of digests.</summary>
    public Listing BeginListing()
    {
        Listing listing = new(this);
        Change(() => _listings.Add(listing));
        return listing;
    }

    /// <summary>Gets how many times the images that are planned make up all images; at least 1.</summary>
    public double Scale
    {
        get
        {
            lock (_lock) return _planned == 0 ? 1 : Math.Max(1, (double)_images / _planned);
        }
    }

    /// <summary>Gets how many of all images are planned, in words; empty if all are.</summary>
    public string Unplanned
    {
        get
        {
            lock (_lock)
                return _planned >= _images
                    ? ""
                    : $"{_planned.ToString(CultureInfo.InvariantCulture)} of {Number(_images, "image")} examined";
        }
    }

    /// <summary>
    /// Gets the note that manifests were known from before, which makes a second command quick; empty if none were.
    /// </summary>
    public string Remembered
    {
        get
        {
            lock (_lock)
                return _remembered == 0
                    ? ""
                    : string.Create(
                        CultureInfo.InvariantCulture,
                        $"{_remembered} of {Number(_read, "manifest")} are remembered from before, and were not read "
                            + $"again."
                    );
        }
    }

    /// <summary>
    /// Gets the progress in words; the part of the work that is done, if it is known; and the time that is left at this
    /// pace.
    /// </summary>
    public (string Text, double? Share, TimeSpan? Left) Now()
    {
        lock (_lock)
        {
            string digests = Number(_digests, "digest");
            if (_toRead == 0 && (_planned == 0 || _images < 2))
                return Paced(
                    "digests",
                    $"{digests} listed",
                    _listings.Count == 1 ? _listings[0].ShareOf(_images) : null
                );

            // Images that were not listed yet count as much as the others.
            double expected = _toRead * Math.Max(1, (double)_images / Math.Max(1, _begun));
            string images =
                _images < 2
                    ? ""
                    : string.Create(CultureInfo.InvariantCulture, $"{_planned} of {Number(_images, "image")}, ");
            string remembered =
                _remembered == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({_remembered} remembered)");
            string manifests =
                _toRead == 0
                    ? digests
                    : string.Create(
                        CultureInfo.InvariantCulture,
                        $"{_read} of {(_begun < _images ? "about " : "")}{expected:0} manifests read{remembered}"
                    );
            return Paced("manifests", images + manifests, _toRead == 0 ? (double)_planned / _images : _read / expected);
        }
    }

    private (string Text, double? Share, TimeSpan? Left) Paced(string phase, string text, double? share)
    {
        if (phase != _phase) (_phase, _phaseBegan) = (phase, clock.GetTimestamp());
        TimeSpan elapsed = clock.GetElapsedTime(_phaseBegan);
        // A pace that is measured over a moment says nothing.
        return (
            text,
            share,
            share > 0.01 && elapsed > TimeSpan.FromSeconds(2) ? elapsed * ((1 - share.Value) / share.Value) : null
        );
    }

    private void Change(Action change)
    {
        lock (_lock) change();
    }

    private static string Number(int count, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    /// <summary>
    /// A listing of digests. The service does not say how many there are; but where it lists them in order, each digest
    /// shows how far the listing is, since digests are evenly distributed.
    /// </summary>
    internal sealed class Listing(PlanningProgress progress) : IDisposable
    {
        private const int LeadingDigits = 6;

        private string _package = "";
        private string _digest = "";
        private int _packages;
        private bool _isInOrder = true;

        /// <summary>Counts a digest of the listing.</summary>
        public void Add(ImageName name) => progress.Change(() =>
        {
            progress._digests++;
            if (name.Package != _package) (_package, _digest, _packages) = (name.Package!, "", _packages + 1);
            _isInOrder &= string.CompareOrdinal(_digest, name.Digest) < 0;
            _digest = name.Digest!;
        });

        /// <summary>Gets the part that has been read; null if the order does not tell. Images count alike.</summary>
        public double? ShareOf(int images)
        {
            if (!_isInOrder || _digest.Length == 0) return null;
            string digits = _digest.Substring(Digest.Prefix.Length, LeadingDigits);
            double share =
                int.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture) / Math.Pow(16, LeadingDigits);
            return Math.Min(1, (_packages - 1 + share) / Math.Max(images, _packages));
        }

        /// <summary>Ends the listing.</summary>
        public void Dispose() => progress.Change(() => progress._listings.Remove(this));
    }
}
