using System.Management.Automation;

namespace ArtifactRegistry;

/// <summary>
/// Converts the arguments of -Image of Restore-ArImage: text may have * and ? anywhere, and rows of what was removed
/// name digests. Rows of what was kept are passed over, since a pipeline has them too.
/// </summary>
public sealed class ArchivedImageArgumentAttribute : ImageArgumentBaseAttribute
{
    private static readonly string[] NotRemoved =
    [
        nameof(RemovalStatus.Kept), nameof(RemovalStatus.NotReached), nameof(RemovalStatus.WouldRemove),
    ];

    private protected override object FromText(string text) =>
        ImageName.TryParse(text, out ImageName? name) ? FromName(name) : text.Trim();

    private protected override object FromName(ImageName name) =>
        (name.Digest is null ? name : name.WithDigest(name.Digest)).ToString();

    private protected override object FromRow(ImageName name, PSObject row) =>
        NotRemoved.Contains(Text(row, "Status")) ? "" : FromName(name);

    private protected override object Collect(List<object> names) => names.Cast<string>().ToArray();
}
