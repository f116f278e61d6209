using System.Management.Automation;
using ArtifactRegistry.Operations.CleanUp;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Lists untagged digests, and shows which of them a clean-up would delete or keep, and why.</summary>
[Cmdlet(VerbsCommon.Get, "ArUntaggedImage")]
[OutputType(typeof(UntaggedImage))]
public sealed class GetArUntaggedImageCommand : DecisionCmdlet
{
    /// <summary>
    /// Includes digests all of whose tags name a digest of the same image (sha256-HEX, and sha256-HEX with .sig, .att
    /// or .sbom, as cosign and other tools push them). They stay or go with that digest, including their tags.
    /// </summary>
    [Parameter]
    public SwitchParameter IncludeReferrerTag { get; set; }

    private protected override CleanUpRules OwnRules(CleanUpRules inUse) => UntaggedRules(inUse, IncludeReferrerTag);
}
