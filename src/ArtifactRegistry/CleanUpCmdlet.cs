using System.Collections;
using System.Management.Automation;
using ArtifactRegistry.Operations.CleanUp;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>The base class of the cmdlets for untagged images: which images to examine, and what to keep.</summary>
public abstract class CleanUpCmdlet : ChangeCmdlet
{
    private readonly List<ImagePattern> _scopes = [];
    private readonly Dictionary<ImageName, HashSet<string>> _digests = [];
    private readonly HashSet<CleanUpRules> _pipedRules = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<ImageName, string> _kept = [];
    private bool _someWithoutRules;
    private CleanUpPlanner? _planner;

    /// <summary>Specifies repositories or images, which may contain * and ?, or single digests.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, HelpMessage = PromptHelp.Image)]
    [CleanUpTargetArgument]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public CleanUpTarget[] Image { get; set; } = [];

    /// <summary>
    /// Specifies the images in use: digests, names by digest, or objects with a Digest or Uri. They are kept, together
    /// with the indexes that list them.
    /// </summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(InUseCompleter))]
    public object?[]? InUse { get; set; }

    /// <summary>
    /// Allows -InUse to be empty. Without this switch that is an error, because a failed command must not mean that
    /// nothing is in use.
    /// </summary>
    [Parameter]
    public SwitchParameter AllowEmptyInUse { get; set; }

    /// <summary>
    /// Allows -InUse to match none of the images that are examined. Without this switch that is an error, because an
    /// unrelated list must not mean that nothing is in use.
    /// </summary>
    [Parameter]
    public SwitchParameter AllowUnmatchedInUse { get; set; }

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
                // This holds even if the same digest is given again, or its image is given too.
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
        _planner ??= new CleanUpPlanner(Client, Registry, Session.Manifests, ThrottleLimit, Warn);

    private void Tell(object what, string which)
    {
        Progress.Doing = $"Looking at {what}";
        Note(() => WriteVerbose($"Looking at {what}: {which}."));
    }

    private CleanUpRules AllRules()
    {
        CleanUpRules rules = Rules;
        // If -OlderThan was not given here, the age of the piped objects counts instead of the default: unless
        // something without rules was given too, because then the default protects that.
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

    // An object that is not understood becomes an entry that matches nothing, which causes a warning: ignoring it
    // silently could delete an image in use.
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
