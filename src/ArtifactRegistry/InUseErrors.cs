using System.Management.Automation;
using ArtifactRegistry.Operations.InUse;

namespace ArtifactRegistry;

/// <summary>The words about a reading of what runs that is not complete.</summary>
internal static class InUseErrors
{
    /// <summary>
    /// Creates a record for each failure. One that is the same everywhere, such as a missing sign-in, is told once.
    /// </summary>
    public static IEnumerable<ErrorRecord> Records(IReadOnlyCollection<InUseFailure> failures) =>
        failures.DistinctBy(failure => (failure.Error.Kind, failure.Error.Message))
            .OrderBy(failure => failure.Place, StringComparer.Ordinal)
            .Select(failure => ErrorRecords.For(failure.Error, failure.Place));

    /// <summary>Creates the record that ends a command whose reading is not complete.</summary>
    /// <param name="failures">What could not be read.</param>
    /// <param name="outcome">What the command did not do therefore.</param>
    public static ErrorRecord Ending(IReadOnlyCollection<InUseFailure> failures, string outcome) => ErrorRecords.For(
        new RegistryException(RegistryErrorKind.InUseIncomplete, $"{InUseFailure.Summarize(failures)}, so {outcome}.")
        {
            NamesItsSubject = true,
        },
        failures.First().Place);
}
