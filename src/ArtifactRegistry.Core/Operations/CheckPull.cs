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
    private readonly IReadOnlyList<string>? _platforms;

    private CheckPull(ImageName image, ReaderList readers, IReadOnlyList<string>? platforms) =>
        (_image, _readers, _platforms) = (image, readers, platforms);

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
            return new CheckPull(image, readers, null);
        }
    }

    /// <summary>Gets the result for the nodes of one pool.</summary>
    /// <param name="node">The account, scopes and machine type of the nodes.</param>
    /// <param name="account">The status of the account according to IAM.</param>
    public PullTestResult Run(NodeServiceAccount node, AccountStatus account)
    {
        ArgumentNullException.ThrowIfNull(node);
        IReadOnlyList<ReaderExplanation> access = ExplainReader.Run(
            _image.ToRepository(), _readers, node.Member, node.ScopesProblem, account);
        Obstacle[] obstacles =
        [
            .. OfImage(node),
            .. access.Select(reason => OfAccess(reason, node)).OfType<Obstacle>(),
            .. access.Any(reason => reason.ReaderReason is ReaderReason.Missing) ? OfWorkloads(node) : [],
        ];
        bool? canPull = OfImage(node).Any() ? false : access[0].CanPull;
        if (canPull is true)
            return new PullTestResult(_image, node)
            {
                CanPull = true,
                Detail = string.Join(' ', access.Select(reason => reason.Detail)),
            };

        Obstacle[] sorted = [.. obstacles.OrderBy(obstacle => obstacle.Reason)];
        return new PullTestResult(_image, node)
        {
            CanPull = canPull,
            // Certain obstacles come first; if none is certain, report what the answer depends on.
            PullReason = canPull is null ? sorted[^1].Reason : sorted[0].Reason,
            Detail = string.Join(' ', sorted.Select(obstacle => obstacle.Detail)),
            Command = sorted.Select(obstacle => obstacle.Command).FirstOrDefault(command => command is not null),
        };
    }

    private IEnumerable<Obstacle> OfImage(NodeServiceAccount node)
    {
        if (_platforms is null)
        {
            yield return new(
                PullReason.ImageMissing,
                $"There is no {_image}.",
                $"Get-ArImageTag {_image.ToImage()} -Tag *"
            );
            yield break;
        }

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

    private Obstacle? OfAccess(ReaderExplanation reason, NodeServiceAccount node)
    {
        string grant = $"Grant-ArReader {_image.ToRepository()} -Member {node.Email}";
        return reason.ReaderReason switch
        {
            ReaderReason.AccountMissing => new(
                PullReason.AccountMissing,
                reason.Detail,
                $"New-ArNodeServiceAccount -Project {node.Project} -Name {node.Email.Split('@')[0]}"
            ),
            ReaderReason.AccountDisabled => new(
                PullReason.AccountDisabled, reason.Detail,
                $"gcloud iam service-accounts enable {node.Email} --project={ProjectOf(node)}"),
            ReaderReason.ScopesTooNarrow => new(
                PullReason.ScopesTooNarrow, reason.Detail,
                $"gcloud container node-pools create {node.NodePool}-2 --cluster={node.Cluster} "
                    + $"--location={node.Location} "
                    + $"--project={node.Project} --service-account={node.Email} --scopes=cloud-platform"),
            ReaderReason.ConditionExpired => new(PullReason.ConditionExpired, reason.Detail, grant),
            ReaderReason.DeletedAccount => new(PullReason.DeletedAccount, reason.Detail, grant),
            ReaderReason.Missing => new(PullReason.NotGranted, reason.Detail, grant),
            ReaderReason.GrantedUnderCondition => new(PullReason.GrantedUnderCondition, reason.Detail, null),
            ReaderReason.NotVisible => new(PullReason.NotVisible, reason.Detail, null),
            _ => null,
        };
    }

    private IEnumerable<Obstacle> OfWorkloads(NodeServiceAccount node)
    {
        string[] workloads =
        [
            .. _readers
                .Readers.Select(reader => reader.Member)
                .Distinct()
                .Where(member =>
                    MemberName.IsWorkload(member)
                    && member.Contains($"{node.Project}.svc.id.goog", StringComparison.Ordinal)
                ),
        ];
        if (workloads.Length == 0) yield break;
        yield return new(
            PullReason.GrantedToWorkload,
            $"Access is granted to {string.Join(", ", workloads)}, an identity of programs in pods. The kubelet pulls "
                + $"as the node, so that starts no pod.",
            $"Grant-ArReader {_image.ToRepository()} -Member {node.Email}");
    }

    private static string? ArchitectureOf(string? machineType) =>
        machineType is null ? null
        : ArmSeries.Any(series => machineType.StartsWith(series, StringComparison.Ordinal)) ? "arm64"
        : "amd64";

    private static string ProjectOf(NodeServiceAccount node)
    {
        const string Own = ".iam.gserviceaccount.com";
        string host = node.Email.Split('@')[^1];
        return host.EndsWith(Own, StringComparison.Ordinal) ? host[..^Own.Length] : node.Project;
    }

    private sealed record Obstacle(PullReason Reason, string Detail, string? Command);
}
