using System.Management.Automation;

namespace ArtifactRegistry.Shell.Cmdlets;

/// <summary>Sorts objects, by themselves or by properties.</summary>
[Cmdlet("Sort", "Object")]
public sealed class SortObjectCommand : PSCmdlet
{
    private readonly List<PSObject> _items = [];

    /// <summary>The objects.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>What to sort by, the most important first.</summary>
    [Parameter(Position = 0)]
    public object[] Property { get; set; } = [];

    /// <summary>Puts the greatest first.</summary>
    [Parameter]
    public SwitchParameter Descending { get; set; }

    /// <summary>Keeps one of those that sort alike.</summary>
    [Parameter]
    public SwitchParameter Unique { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is not null) _items.Add(InputObject);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        ItemComparer comparer = new();
        ItemProperty[] properties = ItemProperty.Parse(Property);
        Comparer<object?[]> byKeys = Comparer<object?[]>.Create((left, right) =>
            left.Zip(right, comparer.Compare).FirstOrDefault(order => order != 0));

        object?[]? last = null;
        IEnumerable<(PSObject Item, object?[] Keys)> keyed = _items.Select(item => (item, Keys(item)));
        // LINQ's sort is stable: those that sort alike stay in the order in which they came.
        foreach ((PSObject item, object?[] keys) in Descending
            ? keyed.OrderByDescending(pair => pair.Keys, byKeys)
            : keyed.OrderBy(pair => pair.Keys, byKeys))
        {
            if (!Unique || last is null || byKeys.Compare(last, keys) != 0) WriteObject(item);
            last = keys;
        }

        object?[] Keys(PSObject item) =>
            properties.Length == 0 ? [item.BaseObject] : [.. properties.Select(property => property.ReadOne(item))];
    }
}
