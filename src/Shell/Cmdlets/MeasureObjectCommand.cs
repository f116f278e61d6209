using System.Globalization;
using System.Management.Automation;

namespace ArtifactRegistry.Shell.Cmdlets;

/// <summary>Counts objects, and adds up a property of theirs.</summary>
[Cmdlet("Measure", "Object"), OutputType(typeof(Measurement))]
public sealed class MeasureObjectCommand : PSCmdlet
{
    private readonly List<double> _values = [];
    private int _count;

    /// <summary>The objects.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>The numeric property to measure; without it, the objects are the numbers.</summary>
    [Parameter(Position = 0)]
    public string? Property { get; set; }

    /// <summary>Adds the values up.</summary>
    [Parameter]
    public SwitchParameter Sum { get; set; }

    /// <summary>Finds the mean value.</summary>
    [Parameter]
    public SwitchParameter Average { get; set; }

    /// <summary>Finds the smallest value.</summary>
    [Parameter]
    public SwitchParameter Minimum { get; set; }

    /// <summary>Finds the greatest value.</summary>
    [Parameter]
    public SwitchParameter Maximum { get; set; }

    private bool NeedsValues => Property is not null || Sum || Average || Minimum || Maximum;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is null) return;
        object? value = Property is null ? InputObject.BaseObject : InputObject.Properties[Property]?.Value;
        if (Property is not null && value is null) return;
        _count++;
        if (!NeedsValues) return;
        if (LanguagePrimitives.TryConvertTo(value, CultureInfo.InvariantCulture, out double number))
            _values.Add(number);
        else
            WriteError(new ErrorRecord(
                new PSArgumentException($"Input object \"{value}\" is not numeric."),
                "NonNumericInputObject", ErrorCategory.InvalidType, InputObject));
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => WriteObject(new Measurement(
        _count,
        Average && _values.Count > 0 ? _values.Average() : null,
        Sum ? _values.Sum() : null,
        Maximum && _values.Count > 0 ? _values.Max() : null,
        Minimum && _values.Count > 0 ? _values.Min() : null,
        Property));
}

/// <summary>What Measure-Object found; null where it was not asked.</summary>
public sealed record Measurement(
    int Count, double? Average, double? Sum, double? Maximum, double? Minimum, string? Property);
