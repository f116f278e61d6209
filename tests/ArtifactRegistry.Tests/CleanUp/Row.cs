using System.Management.Automation;
using ArtifactRegistry.Tests.Support;

namespace ArtifactRegistry.Tests.CleanUp;

/// <summary>A row of Get-ArUntaggedImage, as text.</summary>
internal sealed record Row(string Decision, string Kind, string Reason, string? RelatedTo)
{
    public static Dictionary<string, Row> ByDigest(ScriptResult result) =>
        result.Output.ToDictionary(
            row => (string)row.Properties["Digest"].Value,
            row => new Row(
                Text(row, "Decision"),
                Text(row, "Kind"),
                Text(row, "Reason"),
                (string?)row.Properties["RelatedTo"].Value
            )
        );

    /// <summary>The digests of the rows of Remove-ArUntaggedImage with a status, in order.</summary>
    public static IReadOnlyList<string> Digests(ScriptResult result, string status) =>
    [
        .. result.Output.Where(row => Text(row, "Status") == status)
            .Select(row => (string)row.Properties["Digest"].Value).Order(StringComparer.Ordinal),
    ];

    private static string Text(PSObject row, string property) => row.Properties[property].Value.ToString()!;
}
