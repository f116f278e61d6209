using System.Management.Automation;
using ArtifactRegistry.Operations;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Adds tags to a digest.</summary>
[Cmdlet(VerbsCommon.Add, "ArImageTag", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(ImageTag))]
public sealed class AddArImageTagCommand : ChangeCmdlet
{
    private readonly TagClaims _claims = new();
    private bool _isUnchanged;

    /// <summary>The image, by digest or by a tag that it has.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, HelpMessage = PromptHelp.Image)]
    [ImageArgument]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public ImageName[] Image { get; set; } = [];

    /// <summary>Specifies the tags to add: names of tags, or full names in the same image.</summary>
    [Parameter(
        Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true,
        HelpMessage = "The name of a tag, such as v42.")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TagCompleter))]
    public string[] Tag { get; set; } = [];

    /// <summary>Moves a tag only if it is on this digest now.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(DigestCompleter))]
    public string? ExpectedDigest { get; set; }

    /// <summary>Moves a tag from whatever digest it is on.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        RequireDigest(ExpectedDigest);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        bool mayMove = Force && ExpectedDigest is null;
        string? expected = ExpectedDigest;
        foreach (ImageName image in Image)
        {
            TaskCompletionSource<string?> digest = new(TaskCreationOptions.RunContinuationsAsynchronously);
            string[] tags;
            try
            {
                RequireOne(image);
                tags = [.. Tag.Select(tag => TagOf(image, tag)).Distinct()];
            }
            catch (Exception e) when (e is RegistryException or ImageNameException)
            {
                Fail(ErrorRecords.For(e, image));
                continue;
            }

            Task<string?>[] owners = [.. tags.Select(tag => _claims.Enter(image.ToImage().WithTag(tag), digest.Task))];
            StartInTurn(image, async () =>
            {
                try
                {
                    await AddAsync(image, tags, owners, digest, mayMove, expected);
                }
                finally
                {
                    digest.TrySetResult(null);
                }
            });
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        base.EndProcessing();
        if (_isUnchanged) WriteUnchanged("the tag was there before");
    }

    private async Task AddAsync(
        ImageName image,
        string[] tags,
        Task<string?>[] owners,
        TaskCompletionSource<string?> known,
        bool mayMove,
        string? expected
    )
    {
        DockerImage digest = await FindImages.ReadAsync(Client, image, StopToken);
        known.SetResult(digest.Digest);
        for (int i = 0; i < tags.Length; i++)
        {
            string tag = tags[i];
            try
            {
                if (await owners[i].WaitAsync(StopToken) is string owner && owner != digest.Digest)
                    throw new RegistryException(
                        RegistryErrorKind.TagPointsElsewhere,
                        $"The tag '{digest.Name.WithTag(tag)}' was to be put on {digest.Digest} as well: this command "
                            + $"puts it on {owner}."
                    )
                    {
                        Advice = "A tag is on one digest. Pipe that one alone, or give each a tag of its own.",
                    };
                if (
                    await AddTag.AddAsync(Client, digest, tag, mayMove, expected, ConfirmAsync, StopToken)
                    is ImageTag added
                )
                {
                    if (added.PreviousDigest == added.Digest) _isUnchanged = true;
                    await EmitChangeAsync(added);
                }
            }
            catch (RegistryException e)
            {
                // Continue with the other tags of this image, unless the error ends the command.
                await FailAsync(ErrorRecords.For(e, digest.Name.WithTag(tag)));
                if (IsEnding) return;
            }
        }
    }

    private static void RequireOne(ImageName image)
    {
        if (image.IsRepository || image.IsWholeImage)
            throw new RegistryException(
                RegistryErrorKind.NameNotSpecific,
                $"'{image}' names no digest and no tag, so it is not clear what gets the tag.")
            {
                Advice = $"Say which one, for example {(image.IsRepository ? "…/IMAGE" : image)}:TAG or …@sha256:….",
            };
    }

    private static string TagOf(ImageName image, string text)
    {
        if (!text.Contains('/', StringComparison.Ordinal)) return image.ToImage().WithTag(text).Tag!;

        ImageName name = ImageName.Parse(text);
        if (name.Tag is null || name.ToImage() != image.ToImage())
            throw new RegistryException(
                RegistryErrorKind.NameNotSpecific,
                $"'{text}' is not a tag of '{image.ToImage()}'. A tag stays within its image.")
            {
                Advice =
                    "Give the name of the tag alone, such as v42. Copy-ArImage copies an image to another name.",
            };
        return name.Tag;
    }
}
