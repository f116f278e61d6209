using System.Management.Automation;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>
/// Converts text to the Uri of a parameter. The error of PowerShell's own conversion would quote the text, including
/// any password in it.
/// </summary>
public sealed class AddressArgumentAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is not string text) return value;
        return Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out Uri? address)
            ? address
            : throw new ArgumentTransformationMetadataException(
                $"{SafeText.Quote(text)} is not an address. Expected for example https://HOST/."
            );
    }
}
