using ArtifactRegistry.Operations.CleanUp;

namespace ArtifactRegistry;

/// <summary>Rows of Get-ArImageInUse that were piped to have their images marked, and what became of each.</summary>
internal sealed class RowsInUse
{
    private const int MaxNamed = 3;

    private readonly List<(MarkTarget Row, string[] Entries)> _rows = [];
    private readonly HashSet<ImageName> _listed = [];
    private readonly HashSet<string> _matched = new(StringComparer.Ordinal);

    /// <summary>Gets what the rows say.</summary>
    public InUse InUse { get; private set; } = InUse.Nothing;

    /// <summary>Gets whether there are no rows.</summary>
    public bool IsEmpty => _rows.Count == 0;

    /// <summary>Adds a row.</summary>
    public void Add(MarkTarget row)
    {
        InUse said = InUse.From(row.What is null ? [] : InUseArgument.EntriesOf([row.InUse]));
        _rows.Add((row, [.. said.Entries.Select(entry => entry.Text)]));
        InUse = InUse.MergedWith(said);
    }

    /// <summary>Notes what the registry has of an image.</summary>
    public void Note(CleanUpPlan plan)
    {
        _listed.Add(plan.Image);
        _matched.UnionWith(plan.MatchedInUse);
    }

    /// <summary>Gets warnings about the rows without a mark, and about what the rows may leave out.</summary>
    public IEnumerable<string> Warnings()
    {
        if (Named(_rows.Where(row => row.Row.What is null)) is { Length: > 0 } elsewhere)
            yield return $"Only images in Artifact Registry can be marked, and these are not: {elsewhere}.";
        if (Named(_rows.Where(IsGone)) is { Length: > 0 } gone)
            yield return $"The registry does not have what runs of these, so there is nothing to mark: {gone}.";
        if (InUseArgument.HasIncomplete(_rows.Select(row => row.Row.InUse)))
            yield return "The rows come from an incomplete reading (Get-ArImageInUse -AllowIncomplete): what was not "
                + "read may be running, and gets no mark.";
    }

    // An image that could not be listed has an error of its own.
    private bool IsGone((MarkTarget Row, string[] Entries) row) =>
        row.Row.What is ImagePattern what && _listed.Contains(what.Name) && !row.Entries.Any(_matched.Contains);

    private static string Named(IEnumerable<(MarkTarget Row, string[] Entries)> rows)
    {
        string[] names = [.. rows.Select(row => row.Row.ToString()).Distinct()];
        return string.Join(", ", names.Take(MaxNamed))
            + (names.Length > MaxNamed ? $" and {names.Length - MaxNamed} more" : "");
    }
}
