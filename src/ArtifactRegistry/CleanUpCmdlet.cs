using System.Collections;
using System.Management.Automation;
using ArtifactRegistry.Operations.CleanUp;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>What the cmdlets for untagged images share: what to look at, and what to spare.</summary>
public abstract class CleanUpCmdlet : ChangeCmdlet
{
    private readonly List<ImagePattern> _scopes = [];
    private readonly Dictionary<ImageName, HashSet<string>> _digests = [];
    private readonly HashSet<CleanUpRules> _pipedRules = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<ImageName, string> _kept = [];
    private bool _someWithoutRules;
    private CleanUpPlanner? _planner;

    /// <summary>Repositories or images, also with * and ?, to look at whole; or single digests.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, HelpMessage = PromptHelp.Image)]
    [CleanUpTargetArgument]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public CleanUpTarget[] Image { get; set; } = [];

    /// <summary>
    /// Digests that something runs: digests, names by digest, or objects with a Digest or Uri. They are kept, with the
    /// indexes that list them.
    /// </summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(InUseCompleter))]
    public object?[]? InUse { get; set; }

    /// <summary>Allows -InUse to be empty. Otherwise that is an error: a failed command must not mean that nothing runs.</summary>
    [Parameter]
    public SwitchParameter AllowEmptyInUse { get; set; }

    /// <summary>
    /// Allows -InUse to name nothing of the images looked at. Otherwise that is an error: a list of something else must not
    /// mean that nothing runs.
    /// </summary>
    [Parameter]
    public SwitchParameter AllowUnmatchedInUse { get; set; }

    /// <summary>Spares what is younger: an age such as 30d, 12h, 2w, 0s, or a point in time. By default 1h.</summary>
    [Parameter]
    [AgeArgument]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(AgeCompleter))]
    public string? OlderThan { get; set; }

    /// <summary>
    /// Spares the newest untagged images of each image name, this many: images that can be run, whatever signatures,
    /// attestations, SBOMs, caches and platforms lie between.
    /// </summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int KeepNewest { get; set; }

    /// <summary>Allows repositories that other Google services manage, such as gcf-artifacts.</summary>
    [Parameter]
    public SwitchParameter IncludeManagedRepository { get; set; }

    /// <summary>
    /// Lets what has no tags but those that name a digest of the same image (sha256-HEX, and sha256-HEX with .sig, .att or
    /// .sbom, as cosign and others push them) stay or go with that digest, tags and all.
    /// </summary>
    [Parameter]
    public SwitchParameter IncludeReferrerTag { get; set; }

    /// <summary>What the parameters say to spare; rules that came with piped objects are added.</summary>
    private protected CleanUpRules Rules { get; set; } = new();

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        Rules = new CleanUpRules
        {
            InUse = ReadInUse(),
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
            ImagePattern what = target.What;
            ImageName name = what.Name;
            if (target.IsRepositoryObject && !TakesRepositories)
            {
                WriteError(ErrorRecords.For(
                    new RegistryException(
                        RegistryErrorKind.NameNotSpecific, $"'{what}' is a repository that was piped, and not a name that was typed.")
                    {
                        Advice = "Get-ArRepository | Get-ArUntaggedImage | Remove-ArUntaggedImage shows first what it is about; or type the name as text "
                            + "if you mean all images in it.",
                    },
                    what));
                continue;
            }

            if (target.Rules is CleanUpRules rules) _pipedRules.Add(rules);
            else if (target.Keep is null) _someWithoutRules = true;

            if (target.Keep is string reason && name.Digest is not null)
            {
                // Also where the same digest comes a second time, or its image is given beside it.
                if (_kept.TryAdd(name.ToImage().WithDigest(name.Digest), reason)) Skip(target, reason);
            }
            else if (name.Digest is not null)
                Add(name);
            else if (name.Tag is not null || what.TagPattern is not null)
                WriteError(ErrorRecords.For(
                    new RegistryException(
                        RegistryErrorKind.NameNotSpecific,
                        $"'{what}' names a tag, and this cmdlet is about what has none. Remove-ArImage deletes by tag."),
                    what));
            else
                _scopes.Add(what);
        }
    }

    /// <summary>Gets whether an object of Get-ArRepository stands for all images in it.</summary>
    private protected virtual bool TakesRepositories => false;

    /// <summary>Takes a row that says of itself that it stays: it has a tag, or was decided to be kept.</summary>
    private protected abstract void Skip(CleanUpTarget target, string reason);

    /// <summary>
    /// Plans what was asked about, image by image. What cannot be planned is reported, and the rest goes on. As long as nothing
    /// of -InUse is found, plans are held back: if that stays so, the command ends without any.
    /// </summary>
    private protected async IAsyncEnumerable<CleanUpPlan> PlanAsync()
    {
        CleanUpRules rules = AllRules();
        InUse inUse = rules.InUse;
        bool mayMatchNothing = inUse.Entries.Count == 0 || AllowUnmatchedInUse || !inUse.NamesAny;
        var matched = new HashSet<string>(StringComparer.Ordinal);
        var held = new List<CleanUpPlan>();
        await foreach (CleanUpPlan plan in PlanAsync(rules))
        {
            matched.UnionWith(plan.MatchedInUse);
            held.Add(plan);
            if (matched.Count == 0 && !mayMatchNothing) continue;
            foreach (CleanUpPlan each in held) yield return each;
            held.Clear();
        }

        if (held.Count > 0)
            await PerformAsync<bool>(() => throw Misuse(
                "InUseMatchesNothing",
                $"None of the {inUse.Entries.Count} entries of -InUse names anything of the images looked at, the first being "
                + $"{SafeText.Quote(inUse.Entries[0])}. If they come from elsewhere, everything here would look unused, so nothing was deleted.",
                InUse));
        if (inUse.Entries.Where(entry => !matched.Contains(entry)).ToList() is { Count: > 0 } unmatched)
            await PostAsync(() => WriteWarning(
                $"{unmatched.Count} of {inUse.Entries.Count} entries of -InUse match nothing in the images looked at, for example "
                + $"'{unmatched[0]}'. They may belong to other images; if not, check where they come from."));
    }

    private async IAsyncEnumerable<CleanUpPlan> PlanAsync(CleanUpRules rules)
    {
        var planned = new HashSet<ImageName>();
        foreach (ImagePattern scope in _scopes)
        {
            Tell(scope, $"untagged digests older than {rules.OlderThan}");
            bool any = false;
            await foreach (CleanUpPlan plan in Reporting(scope, Planner.PlanAsync(scope, rules, PlanningToken)))
            {
                any = true;
                if (planned.Add(plan.Image)) yield return plan;
            }

            if (!any && scope.PackagePattern is not null) Warn($"No image matches '{scope}'.");
        }

        Dictionary<ImageName, int> images = _digests.Keys.GroupBy(image => image.ToRepository()).ToDictionary(group => group.Key, group => group.Count());
        foreach ((ImageName image, HashSet<string> digests) in _digests.Where(one => !planned.Contains(one.Key)))
        {
            Tell(image, $"{digests.Count} digests that were named, if older than {rules.OlderThan}");
            bool others = images[image.ToRepository()] > 1;
            await foreach (CleanUpPlan plan in Reporting(image, OneAsync(Planner.PlanAsync(image, digests, others, rules, PlanningToken))))
                yield return plan;
        }
    }

    /// <summary>Ends planning: with the command, or before.</summary>
    private protected virtual CancellationToken PlanningToken => StopToken;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) _planner?.Dispose();
    }

    /// <summary>Gathers and decides; <see cref="CleanUpPlanner.RefreshAsync"/> does it again for a plan that has stood.</summary>
    private protected CleanUpPlanner Planner =>
        _planner ??= new CleanUpPlanner(Client, Registry, Session.Manifests, ThrottleLimit, Warn);

    private void Tell(object what, string which)
    {
        Progress.Doing = $"Looking at {what}";
        Note(() => WriteVerbose($"Looking at {what}: {which}."));
    }

    private CleanUpRules AllRules()
    {
        CleanUpRules rules = Rules;
        // Where -OlderThan was not given here, the one that came with the objects counts and not our default: unless
        // something was given that came without rules, of which they must not delete more.
        bool ownCount = _someWithoutRules || MyInvocation.BoundParameters.ContainsKey(nameof(OlderThan));
        foreach (CleanUpRules other in _pipedRules)
        {
            rules = rules.MergedWith(other, ownCount);
            ownCount = true;
        }

        return rules with
        {
            IncludeManagedRepository = _someWithoutRules ? IncludeManagedRepository : rules.IncludeManagedRepository,
            Spared = _kept,
        };
    }

    private static async IAsyncEnumerable<CleanUpPlan> OneAsync(Task<CleanUpPlan> plan)
    {
        yield return await plan;
    }

    /// <summary>Turns an error of one scope into a record, and so for manifests that could not be read.</summary>
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
            Note(() => WriteVerbose(
                $"{plan.Image} has {plan.Total} digests: delete {plan.Delete.Count} "
                + $"({ByteSize.Format(plan.SizeBytes)}), keep {plan.Total - plan.Delete.Count}"
                + (plan.KeptByReferrerTags == 0 ? "." : $", {plan.KeptByReferrerTags} of them only for referrer tags: see -IncludeReferrerTag.")));
            yield return plan;
        }
    }

    private void Add(ImageName digest)
    {
        ImageName image = digest.ToImage();
        if (!_digests.TryGetValue(image, out HashSet<string>? digests)) _digests[image] = digests = [];
        digests.Add(digest.Digest!);
    }

    private MinimumAge ReadOlderThan()
    {
        try
        {
            MinimumAge cutoff = OlderThan is null ? MinimumAge.Default : MinimumAge.Parse(OlderThan);
            DateTimeOffset now = DateTimeOffset.Now;
            return cutoff.At(now) <= now.AddMinutes(1) ? cutoff
                : throw Misuse(
                    "InvalidAge", $"-OlderThan: '{OlderThan}' lies in the future, so everything would be old enough.", OlderThan);
        }
        catch (FormatException e)
        {
            throw Misuse("InvalidAge", $"-OlderThan: {e.Message}", OlderThan);
        }
    }

    private InUse ReadInUse()
    {
        if (!MyInvocation.BoundParameters.ContainsKey(nameof(InUse))) return Operations.CleanUp.InUse.Nothing;
        var entries = new List<string>();
        foreach (object? item in InUse ?? []) entries.AddRange(InUseTexts(item));
        Operations.CleanUp.InUse inUse = Operations.CleanUp.InUse.From(entries);
        return inUse.NamesAny || AllowEmptyInUse ? inUse
            : entries.Count > 0 ? throw Misuse(
                "InUseEmpty",
                $"-InUse names no digest and no image of Artifact Registry; its first entry is {SafeText.Quote(entries[0])}. If that is the "
                + "message of a command that failed, everything would look unused.",
                InUse)
            : throw Misuse(
                "InUseEmpty",
                "-InUse holds nothing. If the command that should say what runs has failed, everything would look unused.",
                InUse);
    }

    // What is not understood becomes an entry that matches nothing, and so is warned of: dropping it in silence would
    // delete what runs.
    private static IEnumerable<string> InUseTexts(object? item)
    {
        if (item is null) return [];
        PSObject row = PSObject.AsPSObject(item);
        if (row.BaseObject is string text) return string.IsNullOrWhiteSpace(text) ? [] : [text];
        if (row.BaseObject is not IDictionary and IEnumerable list) return list.Cast<object?>().SelectMany(InUseTexts);

        foreach (string property in new[] { "Digest", "Uri" })
        {
            object? value = row.BaseObject is IDictionary map ? map[property] : row.Properties[property]?.Value;
            if (value is Uri address) value = address.OriginalString;
            string[] texts = [.. InUseTexts(value)];
            if (texts.Length > 0) return texts;
        }

        return [item.ToString() is { Length: > 0 } name ? name : row.BaseObject.GetType().Name];
    }

    private protected Exception Misuse(string id, string message, object? target)
    {
        ErrorRecord record = ErrorRecords.ForMisuse(id, message, target);
        ThrowTerminatingError(record);
        return record.Exception;
    }
}
