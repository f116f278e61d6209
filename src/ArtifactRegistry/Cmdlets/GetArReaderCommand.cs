using System.Management.Automation;
using ArtifactRegistry.Operations;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Lists who may pull from a repository by the repository's own policy.</summary>
[Cmdlet(VerbsCommon.Get, "ArReader")]
[OutputType(typeof(Reader))]
public sealed class GetArReaderCommand : RegistryCmdlet
{
    /// <summary>Repositories.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ImageArgument(AllowRepositoryObject = true)]
    public ImageName[] Repository { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (ImageName name in Repository)
            WriteObject(
                Wait(name, () => FindReaders.RunAsync(Client, name.ToRepository(), StopToken)) ?? [], enumerateCollection: true);
    }
}
