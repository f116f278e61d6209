using System.Management.Automation;
using ArtifactRegistry.Operations.CleanUp;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>The base class of the cmdlets for untagged images: which images to examine, and what to keep.</summary>
public abstract class CleanUpCmdlet : InUseCmdlet
{
    private readonly CleanUpTargets _targets = new();
    private CleanUpPlanner? _planner;
    private object? _scope; // what is being examined

    /// <summary>Specifies repositories or images, which may contain * and ?, or single digests.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, HelpMessage = PromptHelp.Image)]
    [CleanUpTargetArgument]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public CleanUpTarget[] Image { get; set; } = [];

    /// <summary>
    /// Specifies the minimum age of digests to delete: an age such as 30d, 12h, 2w or 0s, or a point in time. The
    /// default is 1h.
    /// </summary>
    [Parameter]
    [AgeArgument]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(AgeCompleter))]
    public string? OlderThan { get; set; }

    /// <summary>
    /// Specifies how many of the newest untagged images to keep for each image name. Only images that can be run count;
    /// signatures, attestations, SBOMs, caches and platforms in between do not.
    /// </summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int KeepNewest { get; set; }

    /// <summary>Allows repositories that other Google services manage, such as gcf-artifacts.</summary>
    [Parameter]
    public SwitchParameter IncludeManagedRepository { get; set; }

    /// <summary>
    /// Includes digests all of whose tags name a digest of the same image (sha256-HEX, and sha256-HEX with .sig, .att
    /// or .sbom, as cosign and other tools push them). They stay or go with that digest, including their tags.
    /// </summary>
    [Parameter]
    public SwitchParameter IncludeReferrerTag { get; set; }

    /// <summary>The rules from the parameters; rules of piped objects are added later.</summary>
    private protected CleanUpRules Rules { get; set; } = new();

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        Rules = new CleanUpRules
        {
            InUse = ReadInUse(),
            InUseFrom = [.. InUseFrom.Select(name => CheckedScope(name)).Distinct()],
            OlderThan = ReadOlderThan(),
            KeepNewest = KeepNewest,
            IncludeManagedRepository = IncludeManagedRepository,
            IncludeReferrerTag = IncludeReferrerTag,
        };
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (CleanUpTarget target in Image)
        {
            string? kept = null;
            try
            {
                kept = _targets.Add(target, TakesRepositories);
            }
            catch (RegistryException e)
            {
                WriteError(ErrorRecords.For(e, target.What));
            }

            if (kept is not null) Skip(target, kept);
        }
    }

    /// <summary>Gets whether an object of Get-ArRepository stands for all images in it.</summary>
    private protected virtual bool TakesRepositories => false;

    /// <summary>
    /// Handles a row whose own data says that it stays: it has a tag, or the decision was to keep it.
    /// </summary>
    private protected abstract void Skip(CleanUpTarget target, string reason);

    /// <summary>
    /// Makes the plans, image by image. If an image cannot be planned, that is reported and the others continue. Plans
    /// are held back until an entry of -InUse matches; if none ever does, the command ends without returning any plan.
    /// </summary>
    private protected async IAsyncEnumerable<CleanUpPlan> PlanAsync()
    {
        CleanUpRules rules = _targets.Merge(Rules, MyInvocation.BoundParameters.ContainsKey(nameof(OlderThan)));
        if (rules.InUseFrom.Count > 0)
            rules = rules with
            {
                InUse = rules.InUse.MergedWith(await ReadRunningAsync(rules.InUseFrom, PlanningToken)),
            };
        InUseMatch match = new(rules.InUse, AllowUnmatchedInUse);
        await foreach (CleanUpPlan plan in PlanAsync(rules))
            foreach (CleanUpPlan released in match.Release(plan))
                yield return released;

        if (match.Refusal is string refusal)
            await PerformAsync<bool>(() => throw Misuse("InUseMatchesNothing", refusal, InUse));
        if (match.Warning is string warning)
            await PostAsync(() => WriteWarning(warning));
    }

    private async IAsyncEnumerable<CleanUpPlan> PlanAsync(CleanUpRules rules)
    {
        HashSet<ImageName> planned = new();
        Planning.AddImages(_targets.Digests.Count + _targets.Scopes.Count(scope => !scope.Name.IsRepository));
        foreach (ImagePattern scope in _targets.Scopes)
        {
            WriteScope(scope, $"untagged digests older than {rules.OlderThan}");
            bool any = false;
            await foreach (CleanUpPlan plan in Reporting(scope, Planner.PlanAsync(scope, rules, PlanningToken)))
            {
                any = true;
                if (planned.Add(plan.Image)) yield return plan;
            }

            if (!any && scope.PackagePattern is not null) Warn($"No image matches '{scope}'.");
        }

        ILookup<ImageName, ImageName> images = _targets.Digests.Keys.ToLookup(image => image.ToRepository());
        foreach ((ImageName image, HashSet<string> digests) in _targets.Digests)
        {
            if (planned.Contains(image))
            {
                Planning.CompleteImage();
                continue;
            }

            WriteScope(image, $"{digests.Count} digests that were named, if older than {rules.OlderThan}");
            bool others = images[image.ToRepository()].Count() > 1;
            await foreach (
                CleanUpPlan plan in Reporting(
                    image,
                    OneAsync(Planner.PlanAsync(image, digests, others, rules, PlanningToken))
                )
            )
                yield return plan;
        }

        if (Planning.Remembered is { Length: > 0 } remembered) Note(() => WriteVerbose(remembered));
    }

    /// <summary>Gets the token that cancels planning, at the end of the command or earlier.</summary>
    private protected virtual CancellationToken PlanningToken => StopToken;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) _planner?.Dispose();
    }

    /// <summary>
    /// The planner, which gathers and decides; <see cref="CleanUpPlanner.RefreshAsync"/> repeats that for an older
    /// plan.
    /// </summary>
    private protected CleanUpPlanner Planner =>
        _planner ??= new CleanUpPlanner(Client, Registry, Session.Manifests, ThrottleLimit, Planning, Warn)
        {
            Running = Running,
        };

    /// <summary>Counts what was examined.</summary>
    private protected PlanningProgress Planning { get; } = new(TimeProvider.System);

    /// <summary>Gets the state of the progress bar while images are examined; null before.</summary>
    private protected ProgressRecord? PlanningBar()
    {
        if (_scope is null) return null;
        (string text, double? share, TimeSpan? left) = Planning.Now();
        return new ProgressRecord(Progress.Id, MyInvocation.MyCommand.Name, SafeText.Clean($"{text}, in {_scope}"))
        {
            PercentComplete = share is double part ? (int)(100 * part) : -1,
            SecondsRemaining = left is TimeSpan time ? (int)Math.Min(time.TotalSeconds, int.MaxValue) : -1,
        };
    }

    private void WriteScope(object what, string which)
    {
        _scope = what;
        Progress.Own ??= PlanningBar;
        Note(() => WriteVerbose($"Looking at {what}: {which}."));
    }

    private static async IAsyncEnumerable<CleanUpPlan> OneAsync(Task<CleanUpPlan> plan)
    {
        yield return await plan;
    }

    /// <summary>
    /// Reports an error of one scope, and the errors of manifests that could not be read, as error records.
    /// </summary>
    private async IAsyncEnumerable<CleanUpPlan> Reporting(object item, IAsyncEnumerable<CleanUpPlan> plans)
    {
        await using IAsyncEnumerator<CleanUpPlan> each = plans.GetAsyncEnumerator(StopToken);
        while (true)
        {
            CleanUpPlan plan;
            try
            {
                if (!await each.MoveNextAsync()) yield break;
                plan = each.Current;
            }
            catch (RegistryException e)
            {
                ErrorRecord record = await ExplainAsync(e, item);
                await PostAsync(() => Fail(record));
                yield break;
            }

            foreach (RegistryException unreadable in plan.Unreadable)
                await PostAsync(() => Fail(ErrorRecords.For(unreadable, plan.Image)));
            string byReferrerTags = plan.KeptByReferrerTags == 0
                ? ""
                : $", {plan.KeptByReferrerTags} of them only for referrer tags: see -IncludeReferrerTag";
            Note(() => WriteVerbose(
                $"{plan.Image} has {plan.Total} digests: delete {plan.Delete.Count} "
                    + $"({ByteSize.Format(plan.SizeBytes)}), keep {plan.Total - plan.Delete.Count}{byReferrerTags}."));
            yield return plan;
        }
    }

    private MinimumAge ReadOlderThan()
    {
        try
        {
            MinimumAge cutoff = OlderThan is null ? MinimumAge.Default : MinimumAge.Parse(OlderThan);
            DateTimeOffset now = DateTimeOffset.Now;
            return cutoff.At(now) <= now.AddMinutes(1) ? cutoff
                : throw Misuse(
                    "InvalidAge",
                    $"-OlderThan: '{OlderThan}' lies in the future, so everything would be old enough.",
                    OlderThan
                );
        }
        catch (FormatException e)
        {
            throw Misuse("InvalidAge", $"-OlderThan: {e.Message}", OlderThan);
        }
    }
}
