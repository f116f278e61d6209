using ArtifactRegistry.Operations.CleanUp.Stale;

namespace ArtifactRegistry;

/// <summary>The parameters that say which tagged images are stale.</summary>
/// <remarks>
/// Get- and Remove-ArStaleImage both declare them: PowerShell finds parameters in a class and its bases only, and the
/// bases of these two differ in what they do with a plan. What the parameters mean is read in one place, StaleArguments.
/// </remarks>
internal interface IStaleParameters
{
    /// <summary>Tags and patterns; only images all of whose tags match one.</summary>
    string[] Tag { get; }

    /// <summary>Tags and patterns; one tag that matches keeps the image.</summary>
    string[] ExcludeTag { get; }

    /// <summary>An expression with a group, for release lines; null for none.</summary>
    string? KeepNewestPer { get; }

    /// <summary>The order in which images count as newest: the name of a <see cref="StaleImageOrder"/>, in any case.</summary>
    string SortBy { get; }

    /// <summary>A file of rules; null for none.</summary>
    string? RulePath { get; }

    /// <summary>Gets whether nobody knows what runs.</summary>
    bool WithoutInUse { get; }
}
