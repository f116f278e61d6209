using System.Management.Automation;
using ArtifactRegistry.Operations.CleanUp;
using ArtifactRegistry.Operations.CleanUp.Stale;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>The base class of the clean-up cmdlets: which images to examine, and what to keep.</summary>
public abstract class CleanUpCmdlet : InUseCmdlet
{
    private static readonly string[] StaleParameters =
    [
        nameof(OlderThan), nameof(KeepNewest), nameof(IStaleParameters.KeepNewestPer), nameof(IStaleParameters.SortBy),
        nameof(IStaleParameters.Tag), nameof(IStaleParameters.ExcludeTag),
    ];

    private CleanUpTargets? _collected;
    private object? _scope; // what is being examined

    /// <summary>Specifies repositories or images, which may contain * and ?, or single digests.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, HelpMessage = PromptHelp.Image)]
    [CleanUpTargetArgument]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public virtual CleanUpTarget[] Image { get; set; } = [];

    /// <summary>
    /// Specifies the minimum age of what is deleted: an age such as 30d, 12h, 2w or 0s, or a point in time. For
    /// untagged digests, whose age begins with the later of upload and last change, the default is 1h; for tagged images
    /// there is none.
    /// </summary>
    [Parameter]
    [AgeArgument]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(AgeCompleter))]
    public string? OlderThan { get; set; }

    /// <summary>
    /// Specifies how many of the newest images to keep for each image name, of those that would otherwise be deleted.
    /// Only images that can be run count; signatures, attestations, SBOMs, caches and platforms in between do not.
    /// </summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int KeepNewest { get; set; }

    /// <summary>
    /// Specifies a time, such as 14d, that passes before anything is deleted. What would be deleted gets a quarantine
    /// tag first; a later run deletes what was marked that long ago, if nothing needs it by then.
    /// </summary>
    [Parameter]
    [AgeArgument]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(AgeCompleter))]
    public string? Quarantine { get; set; }

    /// <summary>The rules from the parameters; rules of piped objects are added later.</summary>
    private protected CleanUpRules Rules { get; set; } = new();

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        Rules = OwnRules(ReadRules() with { Quarantine = ReadQuarantine() });
    }

    /// <summary>Adds the rules of the parameters to those about what is in use.</summary>
    private protected abstract CleanUpRules OwnRules(CleanUpRules inUse);

    /// <summary>Gets the rules of a clean-up of untagged digests.</summary>
    private protected CleanUpRules UntaggedRules(CleanUpRules inUse, bool includeReferrerTag) => inUse with
    {
        OlderThan = ReadOlderThan() ?? MinimumAge.Default,
        KeepNewest = KeepNewest,
        IncludeReferrerTag = includeReferrerTag,
    };

    /// <summary>Gets the rules of a clean-up of stale images.</summary>
    private protected CleanUpRules StaleRulesOf(CleanUpRules inUse, IStaleParameters parameters)
    {
        bool Has(string name) => MyInvocation.BoundParameters.ContainsKey(name);
        CleanUpRules rules = inUse with
        {
            IsForTagged = true,
            KnowsInUse = inUse.KnowsInUse || parameters.WithoutInUse,
        };
        try
        {
            if (parameters.RulePath is string path) rules = WithFile(rules, path);
            // Without any of these, the rules come from the file or from piped rows alone.
            if (!StaleParameters.Any(Has)) return rules;
            MinimumAge age = ReadOlderThan() ?? MinimumAge.None;
            int? keep = Has(nameof(KeepNewest)) ? KeepNewest : null;
            return rules with { Stale = [.. rules.Stale, StaleArguments.Read(parameters, age, keep)] };
        }
        catch (RegistryException e)
        {
            ThrowTerminatingError(ErrorRecords.For(e, this));
            throw;
        }
    }

    private CleanUpRules WithFile(CleanUpRules rules, string path)
    {
        StaleRuleFile file = StaleRulePath.Require(FilePath.Of(this, path), path, NotDone);
        if (file.AllowUnmatchedInUse) AllowUnmatchedInUse = true;
        // A pipeline without rows selects no image.
        if (!MyInvocation.ExpectingInput && !MyInvocation.BoundParameters.ContainsKey(nameof(Image)))
            foreach (ImagePattern scope in StaleRulePath.Scopes(file.Images))
                Targets.Add(new CleanUpTarget(scope), TakesRepositories);
        return rules with
        {
            InUseFrom = [.. rules.InUseFrom.Union(file.InUseFrom)],
            KnowsInUse = rules.KnowsInUse || file.InUseFrom.Count > 0,
            Stale = [.. file.Sets.Select(set => set.Rules)],
            Covered = [file.Images],
        };
    }

    /// <summary>Ends the command if nothing says which age makes an image stale, or what runs.</summary>
    private protected void RequireRules()
    {
        if (!TagsMayGo) return;
        bool hasAge = MyInvocation.BoundParameters.ContainsKey(nameof(OlderThan)) || Rules.Covered.Count > 0;
        if (!Targets.IsSaid(Rules, rules => ReferenceEquals(rules, Rules) ? hasAge : rules.Stale.Count > 0))
            throw Misuse(
                "OlderThanMissing",
                "Neither -OlderThan nor -RulePath was given.",
                MyInvocation.MyCommand.Name);
        if (!Targets.IsSaid(Rules, rules => rules.KnowsInUse))
            throw Misuse(
                "InUseMissing",
                "Neither -InUseFrom nor -InUse says which images run. If nobody knows, use -WithoutInUse.",
                MyInvocation.MyCommand.Name);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (CleanUpTarget target in Image)
        {
            string? kept = null;
            try
            {
                kept = Targets.Add(target, TakesRepositories);
            }
            catch (RegistryException e)
            {
                WriteError(ErrorRecords.For(e, target.What));
            }

            if (kept is not null) Skip(target, kept);
        }
    }

    /// <summary>Gets whether tagged digests may go, and not only untagged ones.</summary>
    private protected virtual bool TagsMayGo => false;

    private CleanUpTargets Targets => _collected ??= new CleanUpTargets(TagsMayGo);

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
        Targets.Merge(Rules, MyInvocation.BoundParameters.ContainsKey(nameof(OlderThan))), PlanAsync, PlanningToken,
        Targets.HasMatchedInUse(Rules));

    private async IAsyncEnumerable<CleanUpPlan> PlanAsync(CleanUpRules rules)
    {
        HashSet<ImageName> planned = new();
        Planning.AddImages(Targets.Digests.Count + Targets.Scopes.Count(scope => !scope.Name.IsRepository));
        foreach (ImagePattern scope in Targets.Scopes)
        {
            WriteScope(scope, TagsMayGo ? "stale images" : $"untagged digests older than {rules.OlderThan}");
            bool any = false;
            await foreach (CleanUpPlan plan in ExaminedAsync(scope, Planner.PlanAsync(scope, rules, PlanningToken)))
            {
                any = true;
                if (planned.Add(plan.Image)) yield return plan;
            }

            if (!any && scope.PackagePattern is not null) Warn($"No image matches '{scope}'.");
        }

        ILookup<ImageName, ImageName> images = Targets.Digests.Keys.ToLookup(image => image.ToRepository());
        foreach ((ImageName image, HashSet<string> digests) in Targets.Digests)
        {
            if (planned.Contains(image))
            {
                Planning.CompleteImage();
                continue;
            }

            WriteScope(image, $"{digests.Count} digests that were named");
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
                $"{plan.Image} has {DigestCount.Text(plan.Total)}: {plan.Verb} {plan.Delete.Count} "
                    + $"({ByteSize.Format(plan.SizeBytes)}), {plan.Kept}."));
            yield return plan;
        }
    }

    private TimeSpan? ReadQuarantine()
    {
        if (Quarantine is null) return null;
        string text = Quarantine.Trim();
        string? problem = MinimumAge.AmbiguityOf(text);
        return problem is null && MinimumAge.AgeOf(text) is TimeSpan period && period > TimeSpan.Zero
            ? period
            : throw Misuse(
                "InvalidAge",
                $"-Quarantine {problem ?? $"'{Quarantine}' is not a time with a unit, such as 14d or 2w."}",
                Quarantine,
                "Use for example -Quarantine 14d; without -Quarantine, digests are deleted at once.");
    }

    /// <summary>Reads -OlderThan; null if it was not given.</summary>
    private protected MinimumAge? ReadOlderThan()
    {
        if (OlderThan is null) return null;
        try
        {
            return MinimumAge.ParsePast(OlderThan, DateTimeOffset.Now);
        }
        catch (FormatException e)
        {
            throw Misuse("InvalidAge", $"-OlderThan: {e.Message}", OlderThan);
        }
    }
}
