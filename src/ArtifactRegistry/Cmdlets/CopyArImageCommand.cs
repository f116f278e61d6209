using System.Management.Automation;
using ArtifactRegistry.Operations;
using ArtifactRegistry.Transfer;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Copies images to another repository, with unchanged digests and all that belongs to them.</summary>
[Cmdlet(
    VerbsCommon.Copy, "ArImage", DefaultParameterSetName = "Tag", SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(CopiedImage))]
public sealed class CopyArImageCommand : TransferCmdlet
{
    private readonly TagClaims _claims = new();
    private readonly Dictionary<ImageName, string> _sources = [];
    private CopyImage? _copy;
    private string? _credentialHost;

    /// <summary>
    /// Specifies the images, by digest or by tag. In Artifact Registry, the image and the tag may contain * and ?, and
    /// an image without a tag stands for all of its digests. An image in another registry is named with its host and
    /// one tag or digest, for example docker.io/library/alpine:3.20.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, HelpMessage = PromptHelp.Image)]
    [SourceImageArgument(AllowRepositoryObject = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public SourceImage[] Image { get; set; } = [];

    /// <summary>
    /// Specifies the repository to copy to, in which each image keeps its name, or an image with another name.
    /// </summary>
    [Parameter(Mandatory = true, Position = 1, HelpMessage = PromptHelp.Repository)]
    [ImageArgument(AllowRepositoryObject = true)]
    [ValidateCount(1, 1)]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public ImageName[] Destination { get; set; } = [];

    /// <summary>Specifies tags for the copy. Without -Tag and -KeepTag the copy has none.</summary>
    [Parameter(ParameterSetName = "Tag")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TagCompleter))]
    public string[] Tag { get; set; } = [];

    /// <summary>
    /// Gives the copy the tag by which the image was named, or otherwise all tags that the image has.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = "KeepTag")]
    public SwitchParameter KeepTag { get; set; }

    /// <summary>Leaves out signatures, attestations, SBOMs and whatever else refers to the image.</summary>
    [Parameter]
    public SwitchParameter NoReferrer { get; set; }

    /// <summary>Moves a tag at the destination only if it is on this digest now.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(DigestCompleter))]
    public string? ExpectedDigest { get; set; }

    /// <summary>Moves tags at the destination from whatever digest they are on.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>
    /// Specifies the user name and password for the registry of the images, if it is not Artifact Registry.
    /// </summary>
    [Parameter]
    [CredentialArgument]
    public PSCredential? SourceCredential { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        RequireDigest(ExpectedDigest);
        ImageName destination = Destination[0];
        if (destination.Tag is not null || destination.Digest is not null)
            ThrowTerminatingError(
                ErrorRecords.For(
                    new RegistryException(
                        RegistryErrorKind.NameNotSpecific,
                        $"-Destination '{destination}' names one tag or digest of an image.")
                    {
                        Advice = "Give a repository or an image, and tags with -Tag or -KeepTag.",
                    },
                    destination));
        _copy = new CopyImage(Client, Registry, Share)
        {
            WithReferrers = !NoReferrer,
            MayMove = Force && ExpectedDigest is null,
            ExpectedDigest = ExpectedDigest,
        };
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (SourceImage what in Image)
        {
            if (what.External is ExternalImageName external) StartExternal(external);
            else if (SourceCredential is not null)
                Fail(ErrorRecords.For(
                    new RegistryException(
                        RegistryErrorKind.UnsafeRequest,
                        $"'{what}' is in Artifact Registry, which is not sent -SourceCredential.")
                    {
                        Advice = "Copy it without -SourceCredential: Connect-ArRegistry signs in to Artifact Registry.",
                    },
                    what));
            else StartAll(what.Pattern!);
        }
    }

    private void StartAll(ImagePattern what)
    {
        if (!what.HasWildcards && (what.Name.Tag ?? what.Name.Digest) is not null) Start(what.Name, what, null);
        else if (Wait(what, () => ListAsync(what)) is List<DockerImage> images)
            foreach (DockerImage image in images)
                Start(image.Name, what, image);
    }

    private async Task<List<DockerImage>> ListAsync(ImagePattern what)
    {
        List<DockerImage> images = [];
        await foreach (DockerImage image in FindImages.ListAsync(Client, what, Warn, StopToken)) images.Add(image);
        return images;
    }

    private void Start(ImageName name, ImagePattern what, DockerImage? read) =>
        Start(
            name,
            name.ToImage().ToString(),
            name.Package!,
            async () => CopySource.Of(read ?? await FindImages.ReadAsync(Client, name, StopToken), Registry),
            source => name.Tag is null ? [.. source.Tags.Where(what.MatchesTag)] : [name.Tag]);

    private void StartExternal(ExternalImageName name)
    {
        RegistryException? problem = null;
        if (KeepTag && name.Tag is null)
            problem = new RegistryException(
                RegistryErrorKind.NameNotSpecific,
                $"'{name}' was named without a tag, and other registries do not say which tags a digest has.")
            {
                Advice = "Name the image by its tag, or give a tag with -Tag.",
            };
        else if (SourceCredential is not null && (_credentialHost ??= name.Host) != name.Host)
            problem = new RegistryException(
                RegistryErrorKind.UnsafeRequest,
                $"'{name}' was not copied: -SourceCredential is for {_credentialHost}, the registry of the first image,"
                    + " and is not sent to another one.")
            {
                Advice = "Run the command once for each registry.",
            };
        if (problem is not null)
        {
            Fail(ErrorRecords.For(problem, name));
            return;
        }

        ExternalRegistry registry = new(name, CredentialArgumentAttribute.Reveal(SourceCredential), OpenTransport);
        Start(
            name, name.Image, name.Path, () => CopySource.ReadAsync(name, registry, StopToken), source => source.Tags);
    }

    private void Start(
        object item,
        string image,
        string package,
        Func<Task<CopySource>> read,
        Func<CopySource, IReadOnlyList<string>> tagsToKeep)
    {
        ImageName destination;
        try
        {
            destination = DestinationOf(item, image, package);
        }
        catch (Exception e) when (e is RegistryException or ImageNameException)
        {
            Fail(ErrorRecords.For(e, item));
            return;
        }

        TaskCompletionSource<string?> digest = new(TaskCreationOptions.RunContinuationsAsynchronously);
        string[]? tags = KeepTag ? null : [.. Tag.Select(tag => destination.WithTag(tag).Tag!).Distinct()];
        Task<string?>[] owners = [.. (tags ?? []).Select(tag => _claims.Enter(destination.WithTag(tag), digest.Task))];
        Started++;
        StartInTurn(item, async () =>
        {
            try
            {
                CopySource source = await read();
                digest.SetResult(source.Digest);
                await RequireOwnAsync(source, destination, tags ?? [], owners);
                await CopyAsync(source, destination, tags ?? tagsToKeep(source));
            }
            finally
            {
                digest.TrySetResult(null);
            }
        });
    }

    private async Task CopyAsync(CopySource source, ImageName destination, IReadOnlyList<string> tags)
    {
        CopiedImage? copied = await _copy!.RunAsync(
            source, destination, tags, ConfirmAsync,
            (tag, error) => FailAsync(ErrorRecords.For(error, tag)), StopToken);
        if (copied is not null) await EmitChangeAsync(copied);
    }

    private async Task RequireOwnAsync(
        CopySource source, ImageName destination, string[] tags, Task<string?>[] owners)
    {
        for (int i = 0; i < tags.Length; i++)
        {
            if (await owners[i].WaitAsync(StopToken) is string owner && owner != source.Digest)
                throw new RegistryException(
                    RegistryErrorKind.TagPointsElsewhere,
                    $"The tag '{destination.WithTag(tags[i])}' was to be put on {source.Digest} as well: this command "
                        + $"puts it on {owner}.")
                {
                    Advice = "A tag is on one digest. Copy that one alone, or use -KeepTag.",
                };
        }
    }

    /// <summary>Gets the image to copy to; images with different names are never mixed in one.</summary>
    private ImageName DestinationOf(object item, string source, string package)
    {
        ImageName given = Destination[0];
        ImageName destination = given.IsRepository ? given.WithPackage(package) : given;
        if (destination.ToString() == source)
            throw new RegistryException(
                RegistryErrorKind.NameNotSpecific, $"'{item}' would be copied to itself.")
            {
                Advice = "Give another repository or image. Add-ArImageTag adds a tag within an image.",
            };
        if (!_sources.TryAdd(destination, source) && _sources[destination] != source)
            throw new RegistryException(
                RegistryErrorKind.NameNotSpecific,
                $"'{item}' was not copied: '{destination}' gets digests of '{_sources[destination]}' already, and two "
                    + $"images are not mixed.")
            {
                Advice = "Give a repository as the destination, in which each image keeps its name.",
            };
        return destination;
    }
}
