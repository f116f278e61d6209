using System.Management.Automation;
using System.Text.RegularExpressions;

namespace ArtifactRegistry;

/// <summary>
/// Converts the argument of a parameter for tags, so that a regular expression as an object, [regex]'^v', is written
/// between slashes, as it is in text. Without this it would become a text that no tag matches.
/// </summary>
public sealed class TagPatternArgumentAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value is object?[] items ? items.Select(One).ToArray() : One(value);
    }

    private static object? One(object? item)
    {
        object? value = item is PSObject wrapped ? wrapped.BaseObject : item;
        return value is Regex expression
            ? $"/{(expression.Options.HasFlag(RegexOptions.IgnoreCase) ? "(?i)" : "")}{expression}/"
            : item;
    }
}
