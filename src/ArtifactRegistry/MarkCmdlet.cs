using System.Management.Automation;
using ArtifactRegistry.Operations.CleanUp;

namespace ArtifactRegistry;

/// <summary>The base class of the cmdlets that put marks on digests in use, and take them away.</summary>
public abstract class MarkCmdlet : InUseCmdlet
{
    private readonly List<ImagePattern> _images = [];

    /// <summary>Specifies repositories or images, which may contain * and ?.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, HelpMessage = PromptHelp.Image)]
    [MarkTargetArgument(AllowRepositoryObject = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public MarkTarget[] Image { get; set; } = [];

    /// <summary>The images that run, according to the parameters.</summary>
    private protected CleanUpRules Rules { get; private set; } = new();

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        Rules = ReadRules();
        if (!TakesRows) RequireInUse();
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (MarkTarget target in Image)
        {
            if (TakesRows && target.InUse is not null)
            {
                TakeRow(target);
                continue;
            }

            RequireInUse();
            if (target is { InUse: null, What: { Name: { Digest: null, Tag: null }, TagPattern: null } what })
                _images.Add(what);
            else
                WriteError(ErrorRecords.For(
                    new RegistryException(
                        RegistryErrorKind.NameNotSpecific,
                        $"'{target}' names a digest or a tag, but this cmdlet looks itself for what runs of an image.")
                    {
                        Advice = "Give the image without tag and digest, or the repository. Rows of Get-ArImageInUse "
                            + "are for -InUse.",
                    },
                    target));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        Start(this, RunAsync);
        Drain();
    }

    /// <summary>Gets whether rows of Get-ArImageInUse may stand for their images, and say what runs of them.</summary>
    private protected virtual bool TakesRows => false;

    /// <summary>Takes a row that says that its image runs.</summary>
    private protected virtual void TakeRow(MarkTarget row) => _images.Add(row.What!);

    /// <summary>Reads what runs, and puts or takes marks.</summary>
    private protected abstract Task RunAsync();

    private void RequireInUse()
    {
        if (!Rules.KnowsInUse)
            throw Misuse("InUseMissing", "Neither -InUseFrom nor -InUse says what runs.", MyInvocation.MyCommand.Name);
    }

    /// <summary>
    /// Lists the digests of the images, each image once. What cannot be listed is an error, and the others continue.
    /// </summary>
    private protected async IAsyncEnumerable<CleanUpPlan> PlansAsync(CleanUpRules rules)
    {
        HashSet<ImageName> planned = [];
        foreach (ImagePattern images in _images.DistinctBy(images => images.ToString()))
        {
            bool any = false;
            await foreach (CleanUpPlan plan in ReportingAsync(images, Planner.PlanAsync(images, rules, StopToken)))
            {
                any = true;
                if (planned.Add(plan.Image)) yield return plan;
            }

            if (!any && images.PackagePattern is not null) Warn($"No image matches '{images}'.");
        }
    }
}
