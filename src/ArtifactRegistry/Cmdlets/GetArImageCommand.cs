using System.Management.Automation;
using ArtifactRegistry.Operations;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Lists digests, tagged or not.</summary>
[Cmdlet(VerbsCommon.Get, "ArImage", DefaultParameterSetName = "Image")]
[OutputType(typeof(DockerImage))]
public sealed class GetArImageCommand : RegistryCmdlet
{
    private int _left = int.MaxValue;

    /// <summary>Specifies repositories, images, tags or digests. The image and the tag may contain * and ?.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0,
        ValueFromPipeline = true,
        ParameterSetName = "Image",
        HelpMessage = PromptHelp.Image
    )]
    [ImagePatternArgument(AllowRepositoryObject = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public ImagePattern[] Image { get; set; } = [];

    /// <summary>Lists the images of all repositories of these projects.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Project", HelpMessage = PromptHelp.Project)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ProjectCompleter))]
    public string[] Project { get; set; } = [];

    /// <summary>
    /// Specifies tags, and lists only digests that have one of them; wildcards are permitted. A name without wildcards
    /// that an image does not have is an error.
    /// </summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TagCompleter))]
    public string[]? Tag { get; set; }

    /// <summary>Specifies the maximum number of digests to list, in the order of the service.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? First { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _left = First ?? int.MaxValue;
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        string[]? tags = Tag;
        foreach (ImagePattern what in Image)
        {
            Start(what, () => ListAsync(what, tags));
            Drain();
        }

        foreach (string each in Project)
        {
            string project = CheckedProject(each);
            Start($"projects/{project}", () => ListAsync(project, tags));
            Drain();
        }
    }

    private async Task ListAsync(string project, string[]? tags)
    {
        IAsyncEnumerable<Repository> all = FindRepositories.ListAsync(
            Client,
            project,
            null,
            (where, error) => Warn($"The location '{where}' of project '{project}' cannot be listed: {error.Message}"),
            StopToken
        );
        await foreach (Repository repository in all)
            if (repository.Format == "DOCKER")
                await ListAsync(ImagePattern.Exactly(repository.ParsedName), tags);
    }

    private async Task ListAsync(ImagePattern what, string[]? tags)
    {
        if (_left == 0) return;
        TagFilter? filter = tags is null ? null : new TagFilter(tags, what);
        IAsyncEnumerable<DockerImage> images = FindImages.ListAsync(Client, what, Warn, StopToken);
        await EmitAsync(Chosen(filter is null ? images.WithAttestationsAsync(StopToken) : images, filter));
        if (filter is not null && _left > 0) await ReportMissingAsync(filter, what);
    }

    private async IAsyncEnumerable<DockerImage> Chosen(IAsyncEnumerable<DockerImage> images, TagFilter? filter)
    {
        await foreach (DockerImage image in images)
        {
            // Each tag is looked at, since each may be one that was asked for by name.
            if (filter is not null && image.Tags.Where(filter.IsWanted).ToList() is []) continue;
            yield return image;
            if (--_left == 0) yield break;
        }
    }
}
