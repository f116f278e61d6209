using System.Management.Automation;
using ArtifactRegistry.Operations;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Lists tags: one object per tag, and one with an empty Tag per untagged digest.</summary>
[Cmdlet(VerbsCommon.Get, "ArImageTag")]
[OutputType(typeof(ImageTag))]
public sealed class GetArImageTagCommand : RegistryCmdlet
{
    /// <summary>Specifies repositories, images, tags or digests. The image and the tag may contain * and ?.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, HelpMessage = PromptHelp.Image)]
    [ImagePatternArgument(AllowRepositoryObject = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public ImagePattern[] Image { get; set; } = [];

    /// <summary>
    /// Specifies the tags to list; wildcards are permitted. Untagged digests are then left out. A name without
    /// wildcards that an image does not have is an error.
    /// </summary>
    [Parameter(Position = 1)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TagCompleter))]
    public string[]? Tag { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        string[]? tags = Tag;
        foreach (ImagePattern what in Image)
        {
            Start(what, () =>
                tags is null
                    ? EmitAsync(FindTags.ListAsync(Client, what, null, Warn, StopToken))
                    : EmitAsync(what, tags)
            );
            Drain();
        }
    }

    private async Task EmitAsync(ImagePattern what, string[] tags)
    {
        TagFilter filter = new(tags, what);
        await EmitAsync(FindTags.ListAsync(Client, what, filter.IsWanted, Warn, StopToken));
        await ReportMissingAsync(filter, what);
    }
}
