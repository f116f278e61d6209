using System.Collections.Concurrent;
using System.Globalization;
using System.Management.Automation;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Operations;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Removes tags; the images stay.</summary>
[Cmdlet(VerbsCommon.Remove, "ArImageTag", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(ImageTag))]
public sealed class RemoveArImageTagCommand : RemovalCmdlet
{
    private readonly List<ImageName> _listed = [];
    private readonly ConcurrentQueue<ImageName> _untagged = [];
    private RemoveTag? _removal;

    /// <summary>Specifies full names of tags, or images whose tags -Tag names.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, HelpMessage = PromptHelp.Image)]
    [ImageArgument]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public ImageName[] Image { get; set; } = [];

    /// <summary>Specifies the tags of the image. They are taken literally; wildcards are not permitted.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TagCompleter))]
    public string[]? Tag { get; set; }

    /// <summary>Suppresses questions, even if a list would remove every tag of an image.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override bool NoQuestions => Force;

    private protected override RemovalTotals Totals { get; } = new("tag", "tags") { HasSizes = false };

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _removal = new RemoveTag(Client);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // A list may turn out to contain every tag of an image, which only shows at its end.
        bool isList = MyInvocation.ExpectingInput || Image.Length > 1;
        foreach (ImageName image in Image)
        {
            if (Tag is null)
            {
                if (isList && AsksTogether) _listed.Add(image);
                else Start(image, () => image);
                continue;
            }

            if (!image.IsWholeImage)
            {
                Fail(ErrorRecords.For(
                    new RegistryException(
                        RegistryErrorKind.NameNotSpecific,
                        $"'{image}' is not the name of an image without tag and digest, and -Tag was given beside it.")
                    {
                        Advice = "Give the image alone with -Tag, or the whole name of the tag without.",
                    },
                    image));
                continue;
            }

            foreach (string tag in Tag)
                Start($"{image}:{tag}", () => image.WithTag(tag));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_listed.Count > 0)
        {
            if (ConfirmEmptied())
                foreach (ImageName image in _listed) Start(image, () => image);
            else
                Totals.Add(RemovalStatus.NotReached, count: _listed.Count);
        }

        base.EndProcessing();
    }

    private protected override void PrepareLastLine()
    {
        // A command that takes the rows may put the tags back at any moment.
        bool isLast = MyInvocation.PipelinePosition == MyInvocation.PipelineLength;
        if (_untagged.IsEmpty || !isLast) return;
        ImageName[] digests = [.. _untagged];
        if (Wait(digests[0], () => SeenUntaggedAsync(digests)) is not { Count: > 0 and int count } seen) return;
        Totals.Remark = count == 1
            ? $"{Digest.Shorten(seen[0].Digest!)} has no tags left. A clean-up may delete it."
            : string.Create(
                CultureInfo.InvariantCulture, $"{count} digests have no tags left. A clean-up may delete them.");
    }

    /// <summary>Looks again, for a remark that is not worth an error.</summary>
    private async Task<IReadOnlyList<ImageName>> SeenUntaggedAsync(ImageName[] digests)
    {
        try
        {
            return await RemoveTag.FindUntaggedAsync(Client, digests, StopToken);
        }
        catch (RegistryException)
        {
            return [];
        }
    }

    /// <summary>
    /// Asks for confirmation if the list contains every tag of an image, as it does if a filter lets everything
    /// through.
    /// </summary>
    private bool ConfirmEmptied()
    {
        List<(ImageName Image, IReadOnlyList<string> Tags)> emptied = new();
        foreach (
            IGrouping<ImageName, ImageName> each in _listed
                .Where(name => name.Tag is not null)
                .GroupBy(name => name.ToImage())
        )
        {
            HashSet<string> listed = [.. each.Select(name => name.Tag!)];
            if (Wait(each.Key, () => TagsOfAsync(each.Key)) is { Count: > 0 } tags && tags.All(listed.Contains))
                emptied.Add((each.Key, tags));
        }

        if (emptied.Count == 0) return true;
        int count = emptied.Sum(each => each.Tags.Count);
        return ConfirmTogether(
            SomeOf([.. emptied.Select(each => each.Image.ToString())], 3),
            $"Remove {(count == 1 ? "the last tag" : $"all {count} tags")} "
                + $"({SomeOf([.. emptied.SelectMany(each => each.Tags)], 5)})"
        );
    }

    private async Task<List<string>> TagsOfAsync(ImageName image)
    {
        List<string> tags = new();
        await foreach (TagMessage tag in Client.ListTagsAsync(image, StopToken))
            if (ImageName.TryParse(tag.Name, out ImageName? name) && name.Tag is not null)
                tags.Add(name.Tag);
        return tags;
    }

    private static string SomeOf(IReadOnlyList<string> all, int most) =>
        string.Join(", ", all.Take(most)) + (all.Count > most ? $" and {all.Count - most} more" : "");

    private void Start(object item, Func<ImageName> name)
    {
        RemovalStatus otherwise = IsWhatIf ? RemovalStatus.WouldRemove : RemovalStatus.NotReached;
        StartInTurn(item, () => CountingErrorsAsync(() => RemoveAsync(name(), otherwise)));
    }

    private async Task RemoveAsync(ImageName name, RemovalStatus otherwise)
    {
        ImageTag? removed = await _removal!.RemoveAsync(name, ConfirmAsync, StopToken);
        Totals.Add(removed is null ? otherwise : RemovalStatus.Removed);
        if (removed is null) return;
        await EmitChangeAsync(Shown(removed, "Removed"));
        if (removed.Tags.Count > 0) return;
        ImageName digest = removed.Name.WithDigest(removed.Digest);
        _untagged.Enqueue(digest);
        Note(() => WriteVerbose($"{digest} has no tags left. A clean-up of untagged images may delete it."));
    }
}
