using System.Collections;
using System.Management.Automation;

namespace ArtifactRegistry;

/// <summary>
/// For a parameter of type string[] that takes projects: of a repository, an account of a node pool or another row, the
/// project is taken; of the name of a repository or image, the project in it.
/// </summary>
public sealed class ProjectArgumentAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is IList list
            ? list.Cast<object?>().Select(ProjectOf).ToArray()
            : ProjectOf(inputData);

    private static object? ProjectOf(object? item)
    {
        object? value = item is PSObject wrapped ? wrapped.BaseObject : item;
        if (value is string text)
            return ImageName.TryParse(text, out ImageName? name) ? name.Project : text;
        return item is null ? null
            : PSObject.AsPSObject(item).Properties["Project"]?.Value?.ToString() is { Length: > 0 } project ? project
            : item;
    }
}
