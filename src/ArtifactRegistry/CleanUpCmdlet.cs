using System.Collections;
using System.Management.Automation;
using ArtifactRegistry.Operations.CleanUp;

namespace ArtifactRegistry;

/// <summary>What the cmdlets for untagged images share: what to look at, and what to spare.</summary>
public abstract class CleanUpCmdlet : ChangeCmdlet
{
    private readonly List<ImagePattern> _scopes = [];
    private readonly Dictionary<ImageName, HashSet<string>> _digests = [];
    private readonly HashSet<CleanUpRules> _merged = new(ReferenceEqualityComparer.Instance);

    /// <summary>Repositories or images, also with * and ?, to look at whole; or single digests.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [CleanUpTargetArgument]
    [SupportsWildcards]
    public CleanUpTarget[] Image { get; set; } = [];

    /// <summary>
    /// Digests that something runs: digests, names by digest, or objects with a Digest or Uri. They are kept, with the
    /// indexes that list them.
    /// </summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyCollection]
    public object?[]? InUse { get; set; }

    /// <summary>Allows -InUse to be empty. Otherwise that is an error: a failed command must not mean that nothing runs.</summary>
    [Parameter]
    public SwitchParameter AllowEmptyInUse { get; set; }

    /// <summary>Spares what is younger: an age such as 30d, 12h, 2w, 0s, or a point in time. By default 1h.</summary>
    [Parameter]
    [AgeArgument]
    [ValidateNotNullOrEmpty]
    public string? OlderThan { get; set; }

    /// <summary>Spares the newest untagged images of each image name, this many.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int KeepNewest { get; set; }

    /// <summary>Allows repositories that other Google services manage, such as gcf-artifacts.</summary>
    [Parameter]
    public SwitchParameter IncludeManagedRepository { get; set; }

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
        };
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (CleanUpTarget target in Image)
        {
            ImagePattern what = target.What;
            ImageName name = what.Name;
            if (target.Rules is CleanUpRules rules && _merged.Add(rules))
            {
                // Where -OlderThan was not given here, the one that came with the objects counts, not our default.
                bool ageGiven = _merged.Count > 1 || MyInvocation.BoundParameters.ContainsKey(nameof(OlderThan));
                Rules = Rules.With(rules, ageGiven);
            }

            if (target.Keep is string reason && name.Digest is not null)
                Skip(target, reason);
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

    /// <summary>Takes a row that says of itself that it stays: it has a tag, or was decided to be kept.</summary>
    private protected abstract void Skip(CleanUpTarget target, string reason);

    /// <summary>Plans what was asked about, image by image. What cannot be planned is reported, and the rest goes on.</summary>
    private protected async IAsyncEnumerable<CleanUpPlan> PlanAsync()
    {
        CleanUpRules rules = Rules;
        PlanCleanUp planner = new(Client, Registry, Session.Manifests, ThrottleLimit);
        Action<string> warn = text => Note(() => WriteWarning(text));

        foreach (ImagePattern scope in _scopes)
            await foreach (CleanUpPlan plan in Reporting(scope, planner.RunAsync(scope, rules, warn, StopToken)))
                yield return plan;
        foreach ((ImageName image, HashSet<string> digests) in _digests)
            await foreach (CleanUpPlan plan in Reporting(image, OneAsync(planner.RunAsync(image, digests, rules, warn, StopToken))))
                yield return plan;

        if (rules.InUse.Unmatched is { Count: > 0 } unmatched)
            await PostAsync(() => WriteWarning(
                $"{unmatched.Count} of {rules.InUse.Entries.Count} entries of -InUse match nothing in the images looked at, for example "
                + $"'{unmatched[0]}'. They may belong to other images; if not, check where they come from."));
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
                await PostAsync(() => WriteError(ErrorRecords.For(e, item)));
                yield break;
            }

            foreach (RegistryException unreadable in plan.Unreadable)
                await PostAsync(() => WriteError(ErrorRecords.For(unreadable, plan.Image)));
            yield return plan;
        }
    }

    private void Add(ImageName digest)
    {
        ImageName image = digest.ToImage();
        if (!_digests.TryGetValue(image, out HashSet<string>? digests)) _digests[image] = digests = [];
        digests.Add(digest.Digest!);
    }

    private Cutoff ReadOlderThan()
    {
        try
        {
            return OlderThan is null ? Cutoff.Default : Cutoff.Parse(OlderThan);
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
        foreach (object? item in InUse ?? [])
        {
            string? entry = InUseText(item);
            if (!string.IsNullOrWhiteSpace(entry)) entries.Add(entry.Trim());
        }

        return entries.Count > 0 || AllowEmptyInUse
            ? Operations.CleanUp.InUse.From(entries)
            : throw Misuse(
                "InUseEmpty",
                "-InUse holds nothing. If the command that should say what runs has failed, everything would look unused. "
                + "Use -AllowEmptyInUse if nothing really runs.",
                InUse);
    }

    private static string? InUseText(object? item)
    {
        if (item is null) return null;
        PSObject row = PSObject.AsPSObject(item);
        return row.BaseObject is string text ? text
            : (row.Properties["Digest"]?.Value ?? row.Properties["Uri"]?.Value)?.ToString()
                ?? (row.BaseObject is IDictionary map ? (map["Digest"] ?? map["Uri"])?.ToString() : null);
    }

    private protected Exception Misuse(string id, string message, object? target)
    {
        var error = new ArgumentException(message);
        ThrowTerminatingError(new ErrorRecord(error, id, ErrorCategory.InvalidArgument, target));
        return error;
    }
}
