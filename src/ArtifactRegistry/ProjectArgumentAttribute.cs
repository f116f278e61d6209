using System.Collections;
using System.Management.Automation;

namespace ArtifactRegistry;

/// <summary>
/// For a parameter of type string[] that takes projects: of a repository, an account of a node pool or another row, the
/// project is taken. The name of a repository or image is refused: what runs of it may run in any other project.
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
            return ImageName.TryParse(text, out _)
                ? throw new ArgumentTransformationMetadataException(
                    $"'{text}' names a repository or image, and not a project whose clusters and services may run it. "
                    + $"Give that project. Get-ArImageInUse PROJECT -Image {text} lists what runs of it.")
                : text;
        return item is null ? null
            : PSObject.AsPSObject(item).Properties["Project"]?.Value?.ToString() is { Length: > 0 } project ? project
            : item;
    }
}
