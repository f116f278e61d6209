using System.Globalization;
using System.Management.Automation;
using ArtifactRegistry.Operations;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Lists tags: one object per tag, and one with an empty Tag per untagged digest.</summary>
[Cmdlet(VerbsCommon.Get, "ArImageTag")]
[OutputType(typeof(ImageTag))]
public sealed class GetArImageTagCommand : RegistryCmdlet
{
    // With more untagged rows than these, the tags have left the screen.
    private const int Few = 20;

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

    private int _tagged, _untagged;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        base.EndProcessing();
        if (_tagged > 0 && _untagged > Few && ScreenOutput.IsAll(this))
            ScreenOutput.WriteLastWord(
                this,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{_untagged} of the {_tagged + _untagged} rows are digests without a tag. To list tags only, "
                        + $"add -Tag *."));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        string[]? tags = Tag;
        foreach (ImagePattern what in Image)
        {
            Start(what, () =>
                tags is null
                    ? EmitAsync(CountAsync(FindTags.ListAsync(Client, what, null, Warn, StopToken)))
                    : EmitAsync(what, tags)
            );
            Drain();
        }
    }

    private async IAsyncEnumerable<ImageTag> CountAsync(IAsyncEnumerable<ImageTag> rows)
    {
        await foreach (ImageTag row in rows)
        {
            if (row.Tag.Length > 0) _tagged++;
            else _untagged++;
            yield return row;
        }
    }

    private async Task EmitAsync(ImagePattern what, string[] tags)
    {
        TagFilter filter = new(tags, what);
        await EmitAsync(FindTags.ListAsync(Client, what, filter.IsWanted, Warn, StopToken));
        await ReportMissingAsync(filter, what);
    }
}
