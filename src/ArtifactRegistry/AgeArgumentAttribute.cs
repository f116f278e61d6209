using System.Globalization;
using System.Management.Automation;
using ArtifactRegistry.Operations.CleanUp;

namespace ArtifactRegistry;

/// <summary>
/// Converts the argument of a string parameter for an age. PowerShell parses 30d as the number 30 unless the parameter
/// is a string, and converts a DateTime to text that means a different day in another culture. This attribute avoids
/// both.
/// </summary>
public sealed class AgeArgumentAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            DateTime time => new DateTimeOffset(time).ToString("o", CultureInfo.InvariantCulture),
            DateTimeOffset time => time.ToString("o", CultureInfo.InvariantCulture),
            TimeSpan span when span >= TimeSpan.Zero => MinimumAge.TextOf(span),
            // As it was typed: for an argument such as 30d, the engine keeps the text together with the number.
            null => null,
            _ => LanguagePrimitives.ConvertTo<string>(inputData),
        };
    }
}
