using System.Management.Automation;
using ArtifactRegistry.Operations.CleanUp;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>The base class of the cmdlets for untagged images: which images to examine, and what to keep.</summary>
public abstract class CleanUpCmdlet : InUseCmdlet
{
    private readonly CleanUpTargets _targets = new();
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
        Rules = ReadRules() with
        {
            OlderThan = ReadOlderThan(),
            KeepNewest = KeepNewest,
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
    /// Makes the plans, image by image. If an image cannot be planned, that is reported and the others continue.
    /// </summary>
    private protected IAsyncEnumerable<CleanUpPlan> PlanAsync() => MatchedAsync(
        _targets.Merge(Rules, MyInvocation.BoundParameters.ContainsKey(nameof(OlderThan))), PlanAsync, PlanningToken);

    private async IAsyncEnumerable<CleanUpPlan> PlanAsync(CleanUpRules rules)
    {
        HashSet<ImageName> planned = new();
        Planning.AddImages(_targets.Digests.Count + _targets.Scopes.Count(scope => !scope.Name.IsRepository));
        foreach (ImagePattern scope in _targets.Scopes)
        {
            WriteScope(scope, $"untagged digests older than {rules.OlderThan}");
            bool any = false;
            await foreach (CleanUpPlan plan in ExaminedAsync(scope, Planner.PlanAsync(scope, rules, PlanningToken)))
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
                CleanUpPlan plan in ExaminedAsync(
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

    private async IAsyncEnumerable<CleanUpPlan> ExaminedAsync(object item, IAsyncEnumerable<CleanUpPlan> plans)
    {
        await foreach (CleanUpPlan plan in ReportingAsync(item, plans))
        {
            Note(() => WriteVerbose(
                $"{plan.Image} has {plan.Total} digests: delete {plan.Delete.Count} "
                    + $"({ByteSize.Format(plan.SizeBytes)}), {plan.Kept}."));
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
