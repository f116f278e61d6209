namespace ArtifactRegistry.Emulator;

/// <summary>
/// The way in which the deletion of a tagged version without <c>force</c> is refused; the service does not document it.
/// </summary>
public enum TaggedDeleteRefusal
{
    /// <summary>The request itself answers 400 FAILED_PRECONDITION.</summary>
    Synchronous,

    /// <summary>The request answers 200; its operation ends with code 9.</summary>
    InOperation,
}

/// <summary>
/// Shapes of answers that the emulator had before it had Google's, for clients that are to cope with both.
/// </summary>
[Flags]
public enum OlderShapes
{
    /// <summary>None of them.</summary>
    None,

    /// <summary>The registry words a missing permission as the API does, with single quotes.</summary>
    DeniedInSingleQuotes = 1,

    /// <summary>A policy without conditions is answered with the version that it was written with.</summary>
    PolicyVersionAsSent = 2,

    /// <summary>Errors of IAM and GKE have no <c>errors[]</c>.</summary>
    NoErrorList = 4,

    /// <summary>A repository without digests has <c>"sizeBytes": "0"</c>.</summary>
    SizeOfEmptyRepository = 8,
}

/// <summary>The support of <c>dockerImages.list</c> for a filter.</summary>
public enum FilterSupport
{
    /// <summary>It filters by name, as documented in the API's reference.</summary>
    Supported,

    /// <summary>It answers 400 INVALID_ARGUMENT, because the public API has no such parameter.</summary>
    Rejected,

    /// <summary>It lists everything.</summary>
    Ignored,

    /// <summary>It finds nothing, for example because names are escaped differently from the filter.</summary>
    Misses,
}

/// <summary>Defines when <c>imageManifests</c> is filled; the field is newer than many clients.</summary>
public enum ImageManifestsField
{
    /// <summary>Always, with every entry of the index.</summary>
    Present,

    /// <summary>Always, but without the <c>unknown/unknown</c> entries.</summary>
    WithoutAttestations,

    /// <summary>By <c>dockerImages.get</c> and not by the list.</summary>
    OnlyOnGet,

    /// <summary>Never.</summary>
    Absent,
}

/// <summary>The behavior of <c>packages.delete</c> for a package that contains an index; reports differ.</summary>
public enum PackageDelete
{
    /// <summary>Everything is deleted.</summary>
    Cascades,

    /// <summary>The operation fails because the children have parents, and nothing is deleted.</summary>
    RefusesIndexes,
}

/// <summary>The behavior for policies with conditions if a caller does not use policy version 3.</summary>
public enum ConditionalPolicies
{
    /// <summary>As documented by IAM: reads return <c>_withcond_</c> role names, and writes are refused.</summary>
    NeedVersion3,

    /// <summary>Conditions are returned and accepted with any version.</summary>
    AtAnyVersion,
}

/// <summary>The outcome of a long-running operation.</summary>
public enum OperationFate
{
    /// <summary>It does its work and finishes.</summary>
    Finishes,

    /// <summary>It does nothing and ends with code 13 INTERNAL.</summary>
    Fails,

    /// <summary>
    /// It does nothing and ends with code 7 PERMISSION_DENIED, for the reason BILLING_DISABLED in its details.
    /// </summary>
    Unbilled,

    /// <summary>It does nothing and is never done.</summary>
    NeverFinishes,

    /// <summary>It does its work, but requests for it are answered with 404.</summary>
    Vanishes,

    /// <summary>It does nothing, and requests for it are answered with 404.</summary>
    Lost,

    /// <summary>It does its work, but the caller may not read it: requests for it are answered with 403.</summary>
    Unreadable,

    /// <summary>It does its work and ends with code 5 NOT_FOUND, as after a deletion by somebody else.</summary>
    NotFound,
}
