using System.Management.Automation;
using System.Runtime.CompilerServices;
using ArtifactRegistry.Operations.CleanUp;

namespace ArtifactRegistry;

/// <summary>The base class of the cmdlets that put marks on digests in use, and take them away.</summary>
public abstract class MarkCmdlet : InUseCmdlet
{
    private readonly List<ImagePattern> _images = [];
    private CleanUpPlanner? _planner;

    /// <summary>Specifies repositories or images, which may contain * and ?.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, HelpMessage = PromptHelp.Image)]
    [ImagePatternArgument(AllowRepositoryObject = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public ImagePattern[] Image { get; set; } = [];

    /// <summary>Allows repositories that other Google services manage, such as gcf-artifacts.</summary>
    [Parameter]
    public SwitchParameter IncludeManagedRepository { get; set; }

    /// <summary>Lists the digests of an image.</summary>
    private protected CleanUpPlanner Planner =>
        _planner ??= new CleanUpPlanner(
            Client, Registry, Session.Manifests, ThrottleLimit, new PlanningProgress(TimeProvider.System), Warn)
        {
            Running = Running,
        };

    /// <summary>What the parameters say runs.</summary>
    private protected CleanUpRules Rules { get; private set; } = new();

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (InUseFrom.Length == 0 && !MyInvocation.BoundParameters.ContainsKey(nameof(InUse)))
            throw Misuse("InUseEmpty", "Neither -InUseFrom nor -InUse says what runs.", null);
        Rules = new CleanUpRules
        {
            InUse = ReadInUse(),
            InUseFrom = [.. InUseFrom.Select(name => CheckedScope(name)).Distinct()],
            IncludeManagedRepository = IncludeManagedRepository,
        };
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (ImagePattern what in Image)
        {
            if (what.Name.Digest is null && what.Name.Tag is null && what.TagPattern is null)
                _images.Add(what);
            else
                WriteError(ErrorRecords.For(
                    new RegistryException(
                        RegistryErrorKind.NameNotSpecific,
                        $"'{what}' names a digest or a tag, but this cmdlet looks itself for what runs of an image.")
                    {
                        Advice = "Give the image without tag and digest, or the repository.",
                    },
                    what));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        Start(this, MarkAsync);
        Drain();
    }

    /// <summary>Reads what runs, and puts or takes marks.</summary>
    private protected abstract Task MarkAsync();

    /// <summary>
    /// Lists the digests of the images, each image once. What cannot be listed is an error, and the others continue.
    /// </summary>
    private protected async IAsyncEnumerable<CleanUpPlan> PlansAsync(
        CleanUpRules rules, [EnumeratorCancellation] CancellationToken stop)
    {
        HashSet<ImageName> planned = [];
        foreach (ImagePattern images in _images)
        {
            await using IAsyncEnumerator<CleanUpPlan> each =
                Planner.PlanAsync(images, rules, stop).GetAsyncEnumerator(stop);
            while (true)
            {
                CleanUpPlan plan;
                try
                {
                    if (!await each.MoveNextAsync()) break;
                    plan = each.Current;
                }
                catch (RegistryException e)
                {
                    await FailAsync(await ExplainAsync(e, images));
                    break;
                }

                foreach (RegistryException unreadable in plan.Unreadable)
                    await FailAsync(ErrorRecords.For(unreadable, plan.Image));
                if (planned.Add(plan.Image)) yield return plan;
            }
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) _planner?.Dispose();
    }
}
