using System.Management.Automation;
using ArtifactRegistry.Operations.CleanUp;
using ArtifactRegistry.Operations.CleanUp.Stale;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Deletes tagged images that are old, with all of their tags, unless something needs them.</summary>
[Cmdlet(VerbsCommon.Remove, "ArStaleImage", DefaultParameterSetName = ImageSet, SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(RemovedImage))]
public sealed class RemoveArStaleImageCommand : SweepCmdlet, IStaleParameters
{
    private const string ImageSet = "Image", RulePathSet = "RulePath";

    /// <summary>
    /// Specifies repositories or images, which may contain * and ?, or single digests. With -RulePath it may be left
    /// out: the images are those of the file then.
    /// </summary>
    [Parameter(
        Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ImageSet,
        HelpMessage = PromptHelp.Image)]
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = RulePathSet)]
    [CleanUpTargetArgument]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public override CleanUpTarget[] Image { get; set; } = [];

    /// <summary>
    /// Specifies a file, .psd1 or .json, with sets of rules: each has the images to which it applies, and settings that
    /// are named like these parameters. Only what such a set covers may go, and what any rule keeps stays.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = RulePathSet, HelpMessage = PromptHelp.RulePath)]
    [ValidateNotNullOrEmpty]
    public string? RulePath { get; set; }

    /// <summary>
    /// Chooses images by their tags: tags, patterns with * and ?, or regular expressions between slashes. An image of
    /// which any tag matches none of these stays. The tag latest, and tags that look like releases, must be named here.
    /// </summary>
    [Parameter]
    [TagPatternArgument]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(TagCompleter))]
    public string[] Tag { get; set; } = [];

    /// <summary>
    /// Keeps images by their tags: tags, patterns with * and ?, or regular expressions between slashes. One tag that
    /// matches keeps the image with all of its tags. Upper and lower case are the same here.
    /// </summary>
    [Parameter]
    [TagPatternArgument]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(TagCompleter))]
    public string[] ExcludeTag { get; set; } = [];

    /// <summary>
    /// Applies -KeepNewest, or 1, to each release line, and not to the whole image. What is in parentheses in this
    /// regular expression names the line: '^v(\d+\.\d+)\.' keeps the newest of 1.4, of 1.5 and so on.
    /// </summary>
    [Parameter]
    [TagPatternArgument]
    [ValidateNotNullOrEmpty]
    public string? KeepNewestPer { get; set; }

    /// <summary>
    /// Specifies how the newest images are found: by the time of their upload, which is the default, or by the highest
    /// version among their tags.
    /// </summary>
    [Parameter]
    // Not by ValidateSet, whose error repeats what was typed, even a secret.
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(OrderCompleter))]
    public string SortBy { get; set; } = nameof(StaleImageOrder.UploadTime);

    /// <summary>
    /// Says that nobody knows what runs. Without this switch, -InUseFrom or -InUse is required.
    /// </summary>
    [Parameter]
    public SwitchParameter WithoutInUse { get; set; }

    private protected override bool TagsMayGo => true;

    /// <inheritdoc/>
    bool IStaleParameters.WithoutInUse => WithoutInUse;

    private protected override CleanUpRules OwnRules(CleanUpRules inUse) => StaleRulesOf(inUse, this);
}
