namespace ArtifactRegistry.Operations;

/// <summary>
/// The attempts of a deletion that the service refuses because it still sees a holder that has just been deleted. The
/// service was observed to take about eight seconds until it no longer does.
/// </summary>
internal static class Settling
{
    /// <summary>The maximum number of attempts, which with their pauses take about a minute.</summary>
    public const int MaxAttempts = 9;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);

    /// <summary>Gets the pause after an attempt: 250 ms, doubled each time.</summary>
    /// <param name="attempt">The number of the attempt, from 1.</param>
    public static TimeSpan PauseAfter(int attempt) => FirstPause * Math.Pow(2, attempt - 1);
}
