namespace ArtifactRegistry.Operations.InUse;

/// <summary>A service that runs images.</summary>
internal interface IInUseSource
{
    /// <summary>Gets the service.</summary>
    InUseSource Source { get; }

    /// <summary>
    /// Reads everything that a project runs. What cannot be read is recorded, and the rest is read all the same.
    /// </summary>
    /// <param name="project">The project.</param>
    /// <param name="reading">Receives what was seen, and what could not be read.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    Task ReadAsync(string project, InUseReading reading, CancellationToken stop);
}
