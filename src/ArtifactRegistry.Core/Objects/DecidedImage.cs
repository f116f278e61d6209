using ArtifactRegistry.Operations.CleanUp;

namespace ArtifactRegistry;

/// <summary>The decision of a clean-up about a digest.</summary>
public enum CleanUpDecision
{
    /// <summary>It stays.</summary>
    Keep,

    /// <summary>Nothing needs it.</summary>
    Delete,

    /// <summary>Nothing needs it; with -Quarantine it is marked first, and deleted by a later run.</summary>
    Mark,
}

/// <summary>A digest, and the decision of a clean-up about it.</summary>
public abstract class DecidedImage : DockerImage
{
    private protected DecidedImage(
        DockerImage image,
        ImageKind kind,
        CleanUpDecision decision,
        string reason,
        string? relatedTo
    )
        : base(image)
    {
        ImageKind = kind;
        CleanUpDecision = decision;
        Reason = reason;
        RelatedTo = relatedTo;
    }

    /// <summary>
    /// Delete, Keep or Mark: the name of a <see cref="ArtifactRegistry.CleanUpDecision"/>, as JSON and CSV write it.
    /// </summary>
    public string Decision => CleanUpDecision.ToString();

    /// <summary>The reason, in words.</summary>
    public string Reason { get; }

    /// <summary>
    /// The digest that keeps it, or that goes before it: its index, its subject, or a digest that refers to it.
    /// </summary>
    public string? RelatedTo { get; }

    /// <summary>The decision.</summary>
    internal CleanUpDecision CleanUpDecision { get; }

    /// <summary>The rules of the decision; the cmdlet that deletes continues with them.</summary>
    internal CleanUpRules? Rules { get; init; }
}
