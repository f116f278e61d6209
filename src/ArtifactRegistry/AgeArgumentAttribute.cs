using System.Globalization;
using System.Management.Automation;

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
            TimeSpan span when span >= TimeSpan.Zero => Text((long)Math.Ceiling(span.TotalSeconds)),
            // As it was typed: for an argument such as 30d, the engine keeps the text together with the number.
            null => null,
            _ => LanguagePrimitives.ConvertTo<string>(inputData),
        };
    }

    // Formatted as a person would write it, because reasons quote it.
    private static string Text(long seconds)
    {
        const long Day = 86_400, Hour = 3_600, Minute = 60;
        (long count, char unit) = seconds == 0 ? (0, 's')
            : seconds % Day == 0 ? (seconds / Day, 'd')
            : seconds % Hour == 0 ? (seconds / Hour, 'h')
            : seconds % Minute == 0 ? (seconds / Minute, 'm')
            : (seconds, 's');
        return string.Create(CultureInfo.InvariantCulture, $"{count}{unit}");
    }
}
