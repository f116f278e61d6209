using ArtifactRegistry.Operations.CleanUp;

namespace ArtifactRegistry;

/// <summary>What a clean-up does with a digest.</summary>
public enum CleanUpDecision
{
    /// <summary>It stays.</summary>
    Keep,

    /// <summary>Nothing needs it.</summary>
    Delete,
}

/// <summary>An untagged digest, and what a clean-up would do with it.</summary>
public sealed class UntaggedImage : DockerImage
{
    internal UntaggedImage(DockerImage image, ImageKind kind, CleanUpDecision decision, string reason, string? relatedTo)
        : base(image)
    {
        ImageKind = kind;
        CleanUpDecision = decision;
        Reason = reason;
        RelatedTo = relatedTo;
    }

    /// <summary>Delete or Keep: the name of a <see cref="ArtifactRegistry.CleanUpDecision"/>, as JSON and CSV write it.</summary>
    public string Decision => CleanUpDecision.ToString();

    /// <summary>Why, in words.</summary>
    public string Reason { get; }

    /// <summary>The digest that keeps it, or that goes before it: its index, its subject, or what refers to it.</summary>
    public string? RelatedTo { get; }

    /// <summary>Whether it would be deleted.</summary>
    internal CleanUpDecision CleanUpDecision { get; }

    /// <summary>The rules that the decision was made by; Remove-ArUntaggedImage goes on with them.</summary>
    internal CleanUpRules? Rules { get; init; }
}
