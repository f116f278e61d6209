using System.Management.Automation;
using ArtifactRegistry.Operations;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Lists tags: one object a tag, and one with an empty Tag for each untagged digest.</summary>
[Cmdlet(VerbsCommon.Get, "ArImageTag")]
[OutputType(typeof(ImageTag))]
public sealed class GetArImageTagCommand : RegistryCmdlet
{
    /// <summary>Repositories, images, tags or digests; image and tag may have * and ?.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ImagePatternArgument(AllowRepositoryObject = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public ImagePattern[] Image { get; set; } = [];

    /// <summary>Only these tags, with wildcards; untagged digests are then left out.</summary>
    [Parameter(Position = 1)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TagCompleter))]
    public string[]? Tag { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // Tags differ in case, so patterns for them do.
        WildcardPattern[]? patterns = Tag?.Select(tag => WildcardPattern.Get(tag, WildcardOptions.None)).ToArray();
        Func<string, bool>? wanted = patterns is null ? null : tag => patterns.Any(pattern => pattern.IsMatch(tag));
        foreach (ImagePattern what in Image)
        {
            Start(what, () => EmitAsync(FindTags.RunAsync(Client, what, wanted, StopToken)));
            Drain();
        }
    }
}
