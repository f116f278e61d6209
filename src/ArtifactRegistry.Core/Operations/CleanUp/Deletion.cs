namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>How far the deletion of a digest is. There is one for every digest that a sweep is to delete.</summary>
internal sealed class Deletion
{
    /// <summary>How many parents are to be deleted before.</summary>
    public int Waiting;

    public int Tries { get; set; }

    /// <summary>A parent that stays, so that the service would refuse.</summary>
    public ImageNode? HeldBy { get; set; }

    /// <summary>True if it has been deleted, by this run or by somebody else.</summary>
    public bool Gone { get; set; }

    /// <summary>True if it was tried and stays.</summary>
    public bool Stays { get; set; }

    /// <summary>True if a parent has just been deleted, which the service may not have noticed yet.</summary>
    public bool HadParents { get; set; }
}
