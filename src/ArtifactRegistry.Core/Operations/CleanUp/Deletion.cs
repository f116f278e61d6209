namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>How far the deletion of a digest is.</summary>
internal enum DeletionState
{
    /// <summary>Its turn has not come, or it is under way.</summary>
    Pending,

    /// <summary>It is gone, by this run or by somebody else.</summary>
    Gone,

    /// <summary>It was to be deleted, and stays.</summary>
    Stays,

    /// <summary>The run ended before its turn.</summary>
    NotReached,
}

/// <summary>The deletion of one digest. There is one for every digest that a sweep is to delete.</summary>
/// <param name="waiting">How many digests go before it.</param>
internal sealed class Deletion(int waiting)
{
    private int _waiting = waiting;

    /// <summary>How far it is.</summary>
    public DeletionState State { get; set; }

    /// <summary>True if it is gone, by this run or by somebody else.</summary>
    public bool Gone => State is DeletionState.Gone;

    /// <summary>What goes before it and stays, so that this stays too.</summary>
    public ImageNode? HeldBy { get; set; }

    /// <summary>True if something that held it has just been deleted, which the service may not have noticed yet.</summary>
    public bool HadParents { get; set; }

    /// <summary>How many deletions were sent for it.</summary>
    public int Tries { get; set; }

    /// <summary>Notes that one of those before it is done; true if that was the last one.</summary>
    public bool IsReadyAfterOne() => Interlocked.Decrement(ref _waiting) == 0;

    /// <summary>True if nothing goes before it.</summary>
    public bool IsReady => Volatile.Read(ref _waiting) == 0;
}
