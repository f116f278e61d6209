namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>The state of the deletion of a digest.</summary>
internal enum DeletionState
{
    /// <summary>The deletion has not begun, or it is under way.</summary>
    Pending,

    /// <summary>The digest is gone, deleted by this run or by somebody else.</summary>
    Gone,

    /// <summary>The digest was to be deleted, but stays.</summary>
    Stays,

    /// <summary>The run ended before the deletion began.</summary>
    NotReached,

    /// <summary>The digest was put in quarantine, and is not deleted by this run.</summary>
    Marked,
}

/// <summary>The deletion of one digest. Each digest that a sweep is to delete has one.</summary>
/// <param name="waiting">The number of digests that go before it.</param>
internal sealed class Deletion(int waiting)
{
    private int _waiting = waiting;

    /// <summary>The state of the deletion.</summary>
    public DeletionState State { get; set; }

    /// <summary>Gets whether the digest is gone, deleted by this run or by somebody else.</summary>
    public bool Gone => State is DeletionState.Gone;

    /// <summary>The digest that should have gone before this one but stays, so that this one stays too.</summary>
    public ImageNode? HeldBy { get; set; }

    /// <summary>
    /// Why somebody needs the digest by now, as was seen when something about it was to be deleted; null if nothing was.
    /// </summary>
    public string? Need { get; set; }

    /// <summary>
    /// Gets whether something that held the digest has just been deleted, which the service may not have registered
    /// yet.
    /// </summary>
    public bool HadParents { get; set; }

    /// <summary>The number of deletion requests that were sent for the digest.</summary>
    public int Tries { get; set; }

    /// <summary>Records that one of the digests before it is done; returns true if that was the last one.</summary>
    public bool IsReadyAfterOne() => Interlocked.Decrement(ref _waiting) == 0;

    /// <summary>Gets whether nothing is left that goes before it.</summary>
    public bool IsReady => Volatile.Read(ref _waiting) == 0;
}
