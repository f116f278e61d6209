using ArtifactRegistry.Operations.CleanUp;

namespace ArtifactRegistry.Operations.InUse;

/// <summary>
/// What runs, for a clean-up: read when it is needed, and again when the last reading is too old. The images of a run
/// share one reading.
/// </summary>
/// <param name="services">The clients.</param>
/// <param name="concurrency">The maximum number of listings that are read at once.</param>
/// <param name="clock">The clock.</param>
internal sealed class RunningImages(InUseServices services, int concurrency, TimeProvider clock) : IDisposable
{
    // A sweep looks again once a minute; a reading of that look is not much older than it.
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(15);

    // The age counts from the beginning of a reading. One that takes long, as of an organization, would be too old at its
    // end, and each image would begin another; so it is used for as long again as it took.
    private const int DurationsOfUse = 2;

    private readonly SemaphoreSlim _one = new(1);
    private CleanUp.InUse _last = CleanUp.InUse.Nothing;
    private IReadOnlyList<string> _projects = [];
    private long? _begun;
    private TimeSpan _maxAge = MaxAge;
    private volatile bool _isExpired; // set while another thread may read

    /// <summary>Gets what could not be read last.</summary>
    public IReadOnlyCollection<InUseFailure> Failures { get; private set; } = [];

    /// <summary>Gets what a user should know about the last reading.</summary>
    public IReadOnlyCollection<string> Notes { get; private set; } = [];

    /// <summary>Reads what runs, unless that was done a moment ago.</summary>
    /// <param name="projects">The projects.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <exception cref="RegistryException">It could not be read completely, so nothing may be deleted.</exception>
    public async Task<CleanUp.InUse> ReadAsync(IReadOnlyList<string> projects, CancellationToken stop)
    {
        await _one.WaitAsync(stop);
        try
        {
            if (
                !_isExpired
                && _begun is long begun
                && clock.GetElapsedTime(begun) < _maxAge
                && projects.All(_projects.Contains)
            )
                return _last;
            long now = clock.GetTimestamp();
            (_isExpired, _begun) = (false, null); // after a failure, nothing that was read before counts
            string[] all = [.. _projects.Union(projects)];
            InUseReading reading = await ReadInUse.ReadAsync(
                services,
                new InUseQuery { Projects = all },
                concurrency,
                stop
            );
            (Failures, Notes) = (reading.Failures, reading.Notes);
            if (reading.Failures.Count > 0) throw new RegistryException(
                RegistryErrorKind.InUseIncomplete,
                $"{InUseFailure.Summarize(reading.Failures)}. {reading.Failures.First().Error.Message}",
                reading.Failures.First().Error)
            {
                NamesItsSubject = true,
            };
            _last = CleanUp.InUse.From(InUseRows.Of(reading).OrderBy(row => row.Role switch
            {
                nameof(InUseRole.Running) => 0,
                nameof(InUseRole.Template) => 1,
                _ => 2,
            }).Select(InUseEntry.From));
            (_projects, _begun) = (all, now);
            TimeSpan use = clock.GetElapsedTime(now) * DurationsOfUse;
            _maxAge = use > MaxAge ? use : MaxAge;
            return _last;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Makes the next call read again, because a question was open and time has passed.</summary>
    public void Expire() => _isExpired = true;

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();
}
