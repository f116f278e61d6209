using System.Management.Automation;
using ArtifactRegistry.Operations.InUse;

namespace ArtifactRegistry;

/// <summary>The words about a reading of what runs that is not complete.</summary>
internal static class InUseErrors
{
    /// <summary>
    /// Creates a record for each failure. One that is the same everywhere, such as a missing sign-in, is told once.
    /// </summary>
    /// <param name="failures">What could not be read.</param>
    /// <param name="explain">Creates the record of an error about an item, with what can be found out about it.</param>
    public static async Task<IReadOnlyList<ErrorRecord>> RecordsAsync(
        IReadOnlyCollection<InUseFailure> failures, Func<Exception, object, Task<ErrorRecord>> explain)
    {
        List<ErrorRecord> records = new();
        foreach (InUseFailure failure in failures.DistinctBy(failure => (failure.Error.Kind, failure.Error.Message))
            .OrderBy(failure => failure.Place, StringComparer.Ordinal))
            records.Add(await explain(failure.Error, failure.Place));
        return records;
    }

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
