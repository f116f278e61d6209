using System.Collections;
using System.Management.Automation;

namespace ArtifactRegistry;

/// <summary>
/// Converts text and rows to the types of this module's parameters, as their attributes do. A Pester mock or a proxy
/// function keeps a parameter's type but loses its attributes, and a prompt for a missing parameter converts by type
/// only. So ArtifactRegistry.types.ps1xml assigns this converter to each type.
/// </summary>
public sealed class ArgumentConverter : PSTypeConverter
{
    /// <inheritdoc/>
    public override bool CanConvertFrom(object sourceValue, Type destinationType) =>
        sourceValue is not null && Reader(destinationType) is not null
        && (sourceValue is PSObject row ? row.BaseObject : sourceValue) is string or not (IList or ValueType);

    /// <inheritdoc/>
    public override bool CanConvertFrom(PSObject sourceValue, Type destinationType) =>
        CanConvertFrom((object)sourceValue, destinationType);

    /// <inheritdoc/>
    public override object ConvertFrom(
        object sourceValue,
        Type destinationType,
        IFormatProvider formatProvider,
        bool ignoreCase
    ) => ((IList)Reader(destinationType)!.Transform(null!, sourceValue)!)[0]!;

    /// <inheritdoc/>
    public override object ConvertFrom(
        PSObject sourceValue,
        Type destinationType,
        IFormatProvider formatProvider,
        bool ignoreCase
    ) => ConvertFrom((object)sourceValue, destinationType, formatProvider, ignoreCase);

    /// <inheritdoc/>
    public override bool CanConvertTo(object sourceValue, Type destinationType) => false;

    /// <inheritdoc/>
    public override object ConvertTo(
        object sourceValue,
        Type destinationType,
        IFormatProvider formatProvider,
        bool ignoreCase
    ) => throw new NotSupportedException();

    private static ArgumentTransformationAttribute? Reader(Type type) =>
        type == typeof(ImageName) ? new ImageArgumentAttribute { AllowRepositoryObject = true }
        : type == typeof(ImagePattern) ? new ImagePatternArgumentAttribute { AllowRepositoryObject = true }
        : type == typeof(SourceImage) ? new SourceImageArgumentAttribute { AllowRepositoryObject = true }
        : type == typeof(MarkTarget) ? new MarkTargetArgumentAttribute { AllowRepositoryObject = true }
        : type == typeof(CleanUpTarget) ? new CleanUpTargetArgumentAttribute()
        : type == typeof(MemberReference) ? new MemberArgumentAttribute()
        : null;
}
