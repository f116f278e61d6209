using System.Globalization;

namespace ArtifactRegistry.Operations.CleanUp;

/// <summary>Counts digests in words, for questions and messages.</summary>
internal static class DigestCount
{
    /// <summary>Gets for example "1 digest" or "5 tagged digests".</summary>
    /// <param name="count">The number of digests.</param>
    /// <param name="kind">The adjective for all of them; empty for none.</param>
    public static string Text(int count, string kind = "") =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{count} {kind}{(kind.Length == 0 ? "" : " ")}{(count == 1 ? "digest" : "digests")}");
}
