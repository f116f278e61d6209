using System.Management.Automation;
using ArtifactRegistry.Operations;

namespace ArtifactRegistry.Cmdlets;

/// <summary>
/// Tests whether the nodes of GKE clusters can pull images, and shows what prevents it and which command helps.
/// </summary>
[Cmdlet(VerbsDiagnostic.Test, "ArPull")]
[OutputType(typeof(PullTestResult))]
public sealed class TestArPullCommand : RegistryCmdlet
{
    private readonly Dictionary<string, AccountStatus> _accounts = [];
    private readonly List<string> _commands = [];
    private readonly List<string> _ownAccount = [];
    private IReadOnlyList<NodeServiceAccount>? _nodes;

    /// <summary>Images by tag or digest, as the pods name them.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, HelpMessage = PromptHelp.Image)]
    [ImageArgument]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public ImageName[] Image { get; set; } = [];

    /// <summary>The project of the clusters; by default that of Connect-ArRegistry or CLOUDSDK_CORE_PROJECT.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ProjectCompleter))]
    public string? Project { get; set; }

    /// <summary>A region or zone; by default all of them.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(LocationCompleter))]
    public string? Location { get; set; }

    /// <summary>Clusters; by default all of them.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    public string[]? Cluster { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        string project = CheckedProject(Project);
        _nodes ??= Wait($"projects/{project}", () => FindNodeAccounts.FindAsync(
            Clusters, Projects, project, Location, Cluster, warning => Note(() => WriteWarning(warning)), StopToken));
        if (_nodes is null) return;
        foreach (ImageName image in Image)
        {
            if (image.Tag is null && image.Digest is null)
            {
                WriteError(
                    ErrorRecords.For(
                        new RegistryException(
                            RegistryErrorKind.NameNotSpecific,
                            image.IsRepository
                                ? $"'{image}' names a repository, and a pod names an image in it."
                                : $"'{image}' names an image but no digest or tag."
                        )
                        {
                            Advice = image.IsRepository
                                ? $"Get-ArImageTag {image} -Tag * lists the names that a pod may have."
                                : $"Give the tag or digest that the pods name, for example {image}:v42. "
                                    + $"Get-ArImageTag {image} -Tag * lists the tags.",
                        },
                        image
                    )
                );
                continue;
            }

            IReadOnlyList<PullTestResult>? results = Wait(image, () => TestAsync(image, _nodes));
            if (results is null) continue;
            WriteObject(results, enumerateCollection: true);
            _commands.AddRange(Lines(results.Select(result => result.Command)));
            _ownAccount.AddRange(Lines(results.Select(result => result.OwnAccountCommands)));
        }

        Drain();
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        base.EndProcessing();
        WriteCommands(_commands);
        WriteCommands(
            [.. _ownAccount.Except(_commands)],
            "Better than a grant to the default account, which other machines of the project share:");
    }

    private static IEnumerable<string> Lines(IEnumerable<string?> commands) =>
        commands.OfType<string>().SelectMany(command => command.Split('\n'));

    private async Task<IReadOnlyList<PullTestResult>> TestAsync(
        ImageName image,
        IReadOnlyList<NodeServiceAccount> nodes
    )
    {
        CheckPull check = await CheckPull.PrepareAsync(Client, Projects, image, StopToken);
        List<PullTestResult> results = [];
        foreach (NodeServiceAccount node in nodes)
        {
            if (!_accounts.TryGetValue(node.Email, out AccountStatus? account))
                _accounts[node.Email] = account = await AccountStatus.FindAsync(
                    Accounts,
                    node.Member,
                    node.Project,
                    StopToken
                );
            results.Add(check.Run(node, account));
        }

        return results;
    }
}
