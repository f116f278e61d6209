using System.Management.Automation;
using ArtifactRegistry.Operations.CleanUp;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Deletes untagged digests that nothing needs, and never a digest that has a tag.</summary>
[Cmdlet(VerbsCommon.Remove, "ArUntaggedImage", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(RemovedImage))]
public sealed class RemoveArUntaggedImageCommand : SweepCmdlet
{
    /// <summary>
    /// Includes digests all of whose tags name a digest of the same image (sha256-HEX, and sha256-HEX with .sig, .att
    /// or .sbom, as cosign and other tools push them). They stay or go with that digest, including their tags.
    /// </summary>
    [Parameter]
    public SwitchParameter IncludeReferrerTag { get; set; }

    private protected override CleanUpRules OwnRules(CleanUpRules inUse) => UntaggedRules(inUse, IncludeReferrerTag);
}
