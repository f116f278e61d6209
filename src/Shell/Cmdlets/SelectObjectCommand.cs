using System.Management.Automation;

namespace ArtifactRegistry.Shell.Cmdlets;

/// <summary>Selects some of the objects, or some of their properties.</summary>
[Cmdlet(VerbsCommon.Select, "Object")]
public sealed class SelectObjectCommand : PSCmdlet
{
    private readonly Queue<PSObject> _waiting = new();
    private readonly List<PSObject> _emitted = [];
    private ItemProperty[] _properties = [];
    private int _seen;
    private int _taken;

    /// <summary>The objects.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>The properties of the results.</summary>
    [Parameter(Position = 0)]
    public object[] Property { get; set; } = [];

    /// <summary>Emits the value of this property itself.</summary>
    [Parameter]
    public string? ExpandProperty { get; set; }

    /// <summary>Emits so many objects from the beginning, and then ends what produces them.</summary>
    [Parameter, ValidateRange(0, int.MaxValue)]
    public int First { get; set; }

    /// <summary>Emits so many objects from the end.</summary>
    [Parameter, ValidateRange(0, int.MaxValue)]
    public int Last { get; set; }

    /// <summary>Leaves out so many objects at the beginning.</summary>
    [Parameter, ValidateRange(0, int.MaxValue)]
    public int Skip { get; set; }

    /// <summary>Leaves out what has been emitted already.</summary>
    [Parameter]
    public SwitchParameter Unique { get; set; }

    private bool HasFirst => MyInvocation.BoundParameters.ContainsKey(nameof(First));

    private bool HasLast => MyInvocation.BoundParameters.ContainsKey(nameof(Last));

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (HasFirst && HasLast) throw new PSArgumentException("Give either -First or -Last.");
        _properties = ItemProperty.Parse(Property);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is null || (!HasLast && _seen++ < Skip)) return;
        if (HasLast)
        {
            _waiting.Enqueue(InputObject);
            if (_waiting.Count > Last + Skip) _waiting.Dequeue();
            return;
        }

        if (!HasFirst || _taken++ < First) Emit(InputObject);
        if (HasFirst && _taken >= First) throw EngineInternals.StopUpstream(this);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        // With -Last, -Skip counts from the end.
        while (_waiting.Count > Skip) Emit(_waiting.Dequeue());
    }

    private void Emit(PSObject item)
    {
        PSObject result = _properties.Length == 0 ? item : WithProperties(item);
        if (Unique && !IsNew(result)) return;
        if (ExpandProperty is null)
        {
            WriteObject(result);
            return;
        }

        if (item.Properties[ExpandProperty] is PSPropertyInfo property)
            WriteObject(property.Value, enumerateCollection: true);
        else
            WriteError(new ErrorRecord(
                new PSArgumentException($"Property \"{ExpandProperty}\" cannot be found."),
                "ExpandPropertyNotFound", ErrorCategory.InvalidArgument, item));
    }

    private PSObject WithProperties(PSObject item)
    {
        PSObject result = new();
        result.TypeNames.Insert(0, "Selected." + item.TypeNames[0]);
        foreach (ItemProperty property in _properties)
            foreach ((string name, object? value) in property.Read(item))
                if (result.Properties[name] is null) result.Properties.Add(new PSNoteProperty(name, value));
        return result;
    }

    private bool IsNew(PSObject item)
    {
        if (_emitted.Any(earlier => ItemComparer.AreSame(earlier, item))) return false;
        _emitted.Add(item);
        return true;
    }
}
