using System.Management.Automation;

namespace ArtifactRegistry;

/// <summary>
/// Accepts the output of Get-ArConnection and nothing else, and repeats nothing of what was given instead.
/// </summary>
public sealed class ConnectionArgumentAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        // The binder's own message would repeat the input, which may be a token.
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is Connection connection
            ? connection
            : throw new ArgumentTransformationMetadataException(
                "Expected what Get-ArConnection emits in a runspace of this process, such as $using:connection. "
                + "A token is given as -AccessToken.");
}
