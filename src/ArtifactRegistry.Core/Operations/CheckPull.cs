using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>
/// Checks whether the nodes of a pool can pull an image: it exists, it fits them, and they have access.
/// </summary>
internal sealed class CheckPull
{
    // The Arm series of https://cloud.google.com/compute/docs/instances/arm-on-compute; all others are amd64.
    private static readonly string[] ArmSeries = ["t2a-", "c4a-", "n4a-", "a4x-"];

    private readonly ImageName _image;
    private readonly ReaderList _readers;
    private readonly IReadOnlyList<string> _platforms;
    private readonly Obstacle? _missing;

    private CheckPull(ImageName image, ReaderList readers, IReadOnlyList<string> platforms, Obstacle? missing = null) =>
        (_image, _readers, _platforms, _missing) = (image, readers, platforms, missing);

    /// <summary>Reads what all nodes have in common: the image, and who may read its repository.</summary>
    /// <param name="client">Artifact Registry.</param>
    /// <param name="projects">Resource Manager, for the policy of the repository's project.</param>
    /// <param name="image">The image, by tag or digest.</param>
    /// <param name="stop">Cancelled when the command ends.</param>
    /// <exception cref="RegistryException">The repository or its policy cannot be read.</exception>
    public static async Task<CheckPull> PrepareAsync(
        ArtifactRegistryClient client, ResourceManagerClient projects, ImageName image, CancellationToken stop)
    {
        ReaderList readers = await FindReaders.FindAsync(client, projects, image.ToRepository(), stop);
        try
        {
            DockerImage found = await FindImages.ReadAsync(client, image, stop);
            return new CheckPull(image, readers, [.. found.Platforms.Where(platform => platform != "unknown/unknown")]);
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
            // The policy of the repository was read, so it is the image that does not exist.
            return new CheckPull(image, readers, [], await MissingAsync(client, image, stop));
        }
    }

    /// <summary>
    /// Finds out whether the image has no such tag, or does not exist itself, and what was probably meant.
    /// </summary>
    private static async Task<Obstacle> MissingAsync(
        ArtifactRegistryClient client, ImageName image, CancellationToken stop)
    {
        ImageName app = image.ToImage();
        bool isApp = await FindMissingPart.FindAsync(client, image, stop) is NamePart.Image;
        string what = $"There is no {image}{(isApp ? $": the repository has no image '{app.Package}'" : "")}.";
        string command = isApp ? $"Get-ArImage {image.ToRepository()}" : $"Get-ArImageTag {app} -Tag *";
        List<string> known = [];
        try
        {
            if (isApp)
                await foreach (PackageMessage package in client.ListPackagesAsync(image.ToRepository(), stop))
                    Add(package.Name, name => name.Package);
            else if (image.Digest is null)
                await foreach (TagMessage tag in client.ListTagsAsync(app, stop))
                    Add(tag.Name, name => name.Tag);
        }
        catch (RegistryException)
        {
            // Without a suggestion it is as true.
        }

        string? near = Nearest.To(isApp ? app.Package! : image.Tag ?? "", known);
        return new Obstacle(
            PullReason.ImageMissing,
            near is null ? what : $"{what} Did you mean {(isApp ? app.WithPackage(near) : app.WithTag(near))}?",
            command);

        void Add(string? text, Func<ImageName, string?> part)
        {
            if (ImageName.TryParse(text, out ImageName? name) && part(name) is string found) known.Add(found);
        }
    }

    /// <summary>Gets the result for the nodes of one pool.</summary>
    /// <param name="node">The account, scopes and machine type of the nodes.</param>
    /// <param name="account">The status of the account according to IAM.</param>
    public PullTestResult Run(NodeServiceAccount node, AccountStatus account)
    {
        ArgumentNullException.ThrowIfNull(node);
        IReadOnlyList<ReaderExplanation> access = ExplainReader.Run(
            _image.ToRepository(), _readers, node.Member, node.Pool is null ? [] : [node.Pool], account);
        Obstacle[] ofImage = [.. OfImage(node)];
        Obstacle[] found =
        [
            .. ofImage,
            .. access.Select(reason => new Obstacle(reason.PullReason, reason.Detail, reason.Command))
                .OrderBy(obstacle => obstacle.Reason),
        ];
        bool? canPull = ofImage.Length > 0 ? false : access[0].CanPull;
        // What prevents it comes after the grants. If nothing does for certain, report what the answer depends on.
        Obstacle[] told = canPull is true ? found : [.. found.Where(each => each.Reason > PullReason.GrantedAtProject)];
        bool isUncertain = told.Any(each => each.Reason is PullReason.NotGrantedDirectly);
        return new PullTestResult(_image, node)
        {
            CanPull = canPull,
            PullReason = canPull switch
            {
                true => found.First(each => ExplainReader.IsGrant(each.Reason)).Reason,
                false => told[0].Reason,
                // What was read does not grant it, whatever else may.
                null when isUncertain => told[0].Reason,
                null => told[^1].Reason,
            },
            Reasons = new TextList(
            [
                .. (canPull is true ? found.Where(each => ExplainReader.IsGrant(each.Reason)) : told)
                    .Select(each => each.Reason)
                    // That something is not seen is what the first of them says.
                    .Where(reason => reason is not PullReason.NotVisible || !isUncertain)
                    .Distinct().Select(reason => reason.ToString()),
            ]),
            Detail = string.Join(' ', told.Select(each => each.Detail)),
            Command = canPull is true ? null : Lines(told.Select(each => each.Command).OfType<string>()),
            // Google makes the pools of Autopilot.
            OwnAccountCommands = node.IsComputeDefault && !node.Autopilot
                && told.Any(each => each.Reason is PullReason.NotGranted or PullReason.NotGrantedDirectly)
                ? node.Pool?.NewPoolCommands(node.Email, _image.ToRepository().ToString())
                : null,
        };
    }

    private IEnumerable<Obstacle> OfImage(NodeServiceAccount node)
    {
        if (_missing is not null) yield return _missing;

        // A single-platform image names its platform only in its configuration, and is pulled whatever that is.
        if (_platforms.Count == 0 || ArchitectureOf(node.MachineType) is not string architecture) yield break;
        string wanted = $"linux/{architecture}";
        if (
            _platforms.Any(platform =>
                platform == wanted || platform.StartsWith(wanted + "/", StringComparison.Ordinal)
            )
        )
            yield break;
        yield return new(
            PullReason.ArchitectureMissing,
            $"The nodes ({node.MachineType}) need {wanted}, and the image is for {string.Join(", ", _platforms)}.",
            $"docker buildx build --platform {string.Join(',', _platforms.Append(wanted))} --tag "
                + $"{_image.ToImage()}:{_image.Tag ?? "TAG"} --push ."
        );
    }

    private static string? Lines(IEnumerable<string> commands) =>
        string.Join('\n', commands.SelectMany(command => command.Split('\n')).Distinct()) is { Length: > 0 } lines
            ? lines
            : null;

    private static string? ArchitectureOf(string? machineType) =>
        machineType is null ? null
        : ArmSeries.Any(series => machineType.StartsWith(series, StringComparison.Ordinal)) ? "arm64"
        : "amd64";

    private sealed record Obstacle(PullReason Reason, string Detail, string? Command);
}
