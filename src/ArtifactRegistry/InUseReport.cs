using System.Management.Automation;
using ArtifactRegistry.Operations.InUse;

namespace ArtifactRegistry;

/// <summary>The words about a reading of what runs that is not complete.</summary>
internal static class InUseReport
{
    private const int MaxShown = 3;

    /// <summary>Creates a record for each failure. One that is the same everywhere, such as a missing sign-in, is told once.</summary>
    public static IEnumerable<ErrorRecord> Records(IReadOnlyCollection<InUseFailure> failures) =>
        failures.DistinctBy(failure => (failure.Error.Kind, failure.Error.Message))
            .OrderBy(failure => failure.Place, StringComparer.Ordinal)
            .Select(failure => ErrorRecords.For(failure.Error, failure.Place));

    /// <summary>Creates the record that ends a command whose reading is not complete.</summary>
    /// <param name="failures">What could not be read.</param>
    /// <param name="outcome">What the command did not do therefore.</param>
    public static ErrorRecord Ending(IReadOnlyCollection<InUseFailure> failures, string outcome) => ErrorRecords.For(
        new RegistryException(RegistryErrorKind.InUseIncomplete, $"What runs is not known completely: {Count(failures)}, so {outcome}.")
        {
            NamesItsSubject = true,
        },
        failures.First().Place);

    /// <summary>Gets the number of parts that could not be read, and the first of them.</summary>
    public static string Count(IReadOnlyCollection<InUseFailure> failures)
    {
        string[] places = [.. failures.Select(failure => failure.Place).Distinct().Order(StringComparer.Ordinal)];
        return $"{places.Length} {(places.Length == 1 ? "part" : "parts")} could not be read ({string.Join(", ", places.Take(MaxShown))}"
            + $"{(places.Length > MaxShown ? ", …" : "")})";
    }
}
