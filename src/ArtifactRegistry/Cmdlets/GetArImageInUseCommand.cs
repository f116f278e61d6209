using System.Management.Automation;
using System.Text.RegularExpressions;
using ArtifactRegistry.Operations.InUse;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Lists the images that GKE clusters and Cloud Run run, would start, or would return to.</summary>
[Cmdlet(VerbsCommon.Get, "ArImageInUse")]
[OutputType(typeof(ImageInUse))]
public sealed partial class GetArImageInUseCommand : RegistryCmdlet
{
    private readonly HashSet<string> _projects = new(StringComparer.Ordinal);

    /// <summary>
    /// Specifies the projects whose workloads are read, by default that of Connect-ArRegistry or CLOUDSDK_CORE_PROJECT.
    /// Rows of repositories and of node accounts stand for their projects, folders/123 and organizations/123 for all
    /// projects below them.
    /// </summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ProjectArgument]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ProjectCompleter))]
    public string[] Project { get; set; } = [];

    /// <summary>
    /// Specifies the numbers of organizations; the workloads of all projects below them are read, in folders as well.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Organization { get; set; } = [];

    /// <summary>
    /// Specifies the numbers of folders; the workloads of all projects below them are read, in folders in them as well.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Folder { get; set; } = [];

    /// <summary>
    /// Specifies GKE clusters; by default all of them are read. Only Kubernetes is asked then, unless -Source names
    /// other services.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    public string[]? Cluster { get; set; }

    /// <summary>Specifies a region or zone; by default all of them are read.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(LocationCompleter))]
    public string? Location { get; set; }

    /// <summary>
    /// Specifies the services that are asked: Kubernetes and CloudRun, which are the default, AppEngine, ComputeEngine,
    /// CloudDeploy and Asset.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public InUseSource[] Source { get; set; } = [InUseSource.Kubernetes, InUseSource.CloudRun];

    /// <summary>
    /// Specifies repositories, and lists only images whose name is in one of them. A clean-up should be given all
    /// images: a pod may run the same digest under the name of another repository.
    /// </summary>
    [Parameter]
    [ImageArgument(AllowRepositoryObject = true)]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public ImageName[] Repository { get; set; } = [];

    /// <summary>
    /// Specifies images, which may contain * and ?, and lists only what is known to be one of them: by name, and by tag
    /// or digest if one is given. A clean-up should be given all images.
    /// </summary>
    [Parameter]
    [ImagePatternArgument(AllowRepositoryObject = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public ImagePattern[] Image { get; set; } = [];

    /// <summary>
    /// Specifies custom resources of Kubernetes, such as argoproj.io/v1alpha1/rollouts, that are searched for names of
    /// images as well.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] IncludeResource { get; set; } = [];

    /// <summary>
    /// Leaves out revisions of Cloud Run that get no requests: neither a share of the traffic nor a tag leads to them.
    /// </summary>
    [Parameter]
    public SwitchParameter ServingRevisionOnly { get; set; }

    /// <summary>Specifies the maximum number of items that are processed at once.</summary>
    [Parameter]
    [ValidateRange(1, 128)]
    public int ThrottleLimit { get; set; } = 16;

    /// <summary>
    /// Lists what was read even if something could not be read, with a warning. The rows have IsComplete = False.
    /// </summary>
    [Parameter]
    public SwitchParameter AllowIncomplete { get; set; }

    private protected override string MeaningOfProject => "the project whose clusters and Cloud Run services are read";

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _projects.UnionWith(Organization.Select(number => CheckedContainer("organizations", number)));
        _projects.UnionWith(Folder.Select(number => CheckedContainer("folders", number)));
        foreach (string resource in IncludeResource)
            if (!Resources().IsMatch(resource))
                ThrowTerminatingError(
                    ErrorRecords.For(
                        new RegistryException(
                            RegistryErrorKind.InvalidArgument,
                            $"-IncludeResource '{resource}' is not a group, version and plural name, such as "
                                + $"argoproj.io/v1alpha1/rollouts."
                        )
                        {
                            NamesItsSubject = true,
                        },
                        resource
                    )
                );
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string project in Project) _projects.Add(CheckedScope(project, Location));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_projects.Count == 0) _projects.Add(CheckedProject(null, Location));
        // Who names clusters wants to see these.
        InUseSource[] sources = Cluster is not null && !MyInvocation.BoundParameters.ContainsKey(nameof(Source))
            ? [InUseSource.Kubernetes]
            : Source;
        Progress.Doing = $"Reading what runs in {string.Join(", ", _projects)}";
        InUseQuery query = new()
        {
            Projects = [.. _projects],
            Sources = [.. sources.Distinct()],
            Clusters = Cluster,
            Location = Location,
            IncludeResources = IncludeResource,
            ServingRevisionsOnly = ServingRevisionOnly,
        };
        IReadOnlyList<ErrorRecord> failures = [];
        InUseReading? reading = Wait(this, async () =>
        {
            InUseReading read = await ReadInUse.ReadAsync(InUseServices, query, ThrottleLimit, StopToken);
            failures = await InUseErrors.RecordsAsync(read.Failures, ExplainAsync);
            return read;
        });
        if (reading is null) return;
        if (sources.All(source => source is InUseSource.Asset))
            WriteWarning(
                "Cloud Asset Inventory may miss updates: an image that it does not list may be running all the same."
            );
        foreach (string note in reading.Notes)
            WriteWarning(note);
        if (reading.Failures.Count > 0)
            Report(reading, failures);
        Write(reading);
        Drain();
    }

    private void Report(InUseReading reading, IReadOnlyList<ErrorRecord> failures)
    {
        if (AllowIncomplete)
        {
            WriteWarning(
                $"{InUseFailure.Summarize(reading.Failures)}. Something that is not listed here may be running.");
            foreach (ErrorRecord failure in failures) WriteVerbose(failure.ToString());
            return;
        }

        foreach (ErrorRecord failure in failures) WriteError(failure);
        ThrowTerminatingError(InUseErrors.Ending(reading.Failures, "nothing is listed"));
    }

    private void Write(InUseReading reading)
    {
        ImageName[]? repositories = Repository.Length == 0 ? null : [.. Repository.Select(name => name.ToRepository())];
        Completed? completed = Wait(this, async () =>
        {
            (IReadOnlyList<ImageInUse> rows, int unknown) = await InUseRows.CompleteAsync(
                Client, [.. InUseRows.Of(reading, repositories).Where(IsOfImage)], ThrottleLimit, StopToken);
            return new Completed([.. rows.Where(MatchesImage)], unknown);
        });
        if (completed is null) return;
        if (completed.Unknown > 0)
            WriteWarning(
                $"The registry cannot be asked for {completed.Unknown} of the images, so Missing is not known for "
                    + $"them: -Verbose shows the answers."
            );
        WriteObject(completed.Rows, enumerateCollection: true);
        if (completed.Rows.Count == 0) ScreenOutput.WriteLastWord(this, DescribeNothing(reading));
    }

    private string DescribeNothing(InUseReading reading)
    {
        int all = InUseRows.Of(reading).Count;
        string where = $"in {string.Join(", ", _projects)}";
        return all == 0
            ? $"Nothing was found that runs {where}."
            : $"None of these images was found {where}, which has {all} {(all == 1 ? "row" : "rows")} of others.";
    }

    private bool IsOfImage(ImageInUse row) => Image.Length == 0 || Image.Any(row.IsOf);

    private bool MatchesImage(ImageInUse row) => Image.Length == 0 || Image.Any(row.Matches);

    private sealed record Completed(IReadOnlyList<ImageInUse> Rows, int Unknown);

    // The group of the resources of Kubernetes itself is empty.
    [GeneratedRegex(@"^([a-z0-9.-]*)/v[a-z0-9]+/[a-z0-9]+$")]
    private static partial Regex Resources();
}
