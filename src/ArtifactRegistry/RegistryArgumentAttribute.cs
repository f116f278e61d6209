using System.Collections;
using System.Management.Automation;

namespace ArtifactRegistry;

/// <summary>
/// For a parameter of type string[] that takes hosts or names: of a row from a file, whose own text has all its columns
/// in it, the name is taken.
/// </summary>
public sealed class RegistryArgumentAttribute : ArgumentTransformationAttribute
{
    private static readonly string[] Columns = ["Registry", "Uri", "Image", "Repository"];

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is IList list
            ? list.Cast<object?>().Select(NameOf).ToArray()
            : NameOf(inputData);

    private static object? NameOf(object? item) =>
        item is PSObject { BaseObject: PSCustomObject } row
            ? Columns
                .Select(column => row.Properties[column]?.Value?.ToString())
                .FirstOrDefault(text => text is { Length: > 0 })
                ?? item
            : item;
}
