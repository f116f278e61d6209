using System.Management.Automation;

namespace ArtifactRegistry;

/// <summary>
/// Converts the argument of a parameter for paths: of a file, also one that comes from a job, its full name is taken,
/// and of another row its path. Their text alone may be neither.
/// </summary>
public sealed class PathArgumentAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value is object?[] items ? items.Select(One).ToArray() : One(inputData);
    }

    private static object? One(object? item)
    {
        if (item is null or string or PSObject { BaseObject: string }) return item;
        PSObject row = PSObject.AsPSObject(item);
        return (row.Properties["FullName"] ?? row.Properties["Path"])?.Value?.ToString() ?? item;
    }
}
