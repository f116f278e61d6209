using System.Management.Automation;

namespace ArtifactRegistry.Shell.Cmdlets;

/// <summary>Gets the folder that relative paths start from.</summary>
[Cmdlet(VerbsCommon.Get, "Location"), OutputType(typeof(PathInfo))]
public sealed class GetLocationCommand : PSCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord() => WriteObject(SessionState.Path.CurrentLocation);
}

/// <summary>Goes to another folder.</summary>
[Cmdlet(VerbsCommon.Set, "Location")]
public sealed class SetLocationCommand : PSCmdlet
{
    /// <summary>The folder; the home folder if there is none.</summary>
    [Parameter(Position = 0)]
    public string Path { get; set; } = "~";

    /// <inheritdoc/>
    protected override void ProcessRecord() => SessionState.Path.SetLocation(Path);
}
