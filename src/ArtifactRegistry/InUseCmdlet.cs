using System.Management.Automation;
using System.Runtime.CompilerServices;
using ArtifactRegistry.Operations.CleanUp;
using ArtifactRegistry.Operations.InUse;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>
/// The base class of the cmdlets that keep what is in use: the list of it, the projects in which it is read, and the
/// plans that are made with it.
/// </summary>
public abstract class InUseCmdlet : ChangeCmdlet
{
    private RunningImages? _running;
    private CleanUpPlanner? _planner;

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
    /// Specifies projects whose GKE clusters and Cloud Run are read to find the images in use; folders/123 and
    /// organizations/123 stand for all projects below them. If anything of them cannot be read, nothing is deleted.
    /// They are read again after a question, and while a deletion takes long.
    /// </summary>
    [Parameter]
    [ProjectArgument]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ProjectCompleter))]
    public string[] InUseFrom { get; set; } = [];

    /// <summary>
    /// Allows -InUse to be empty. Without this switch that is an error, because a failed command must not mean that
    /// nothing is in use.
    /// </summary>
    [Parameter]
    public SwitchParameter AllowEmptyInUse { get; set; }

    /// <summary>
    /// Allows -InUse, and what runs in the projects of -InUseFrom, to match none of the images that are examined. Without
    /// this switch that is an error, because an unrelated list must not mean that nothing is in use.
    /// </summary>
    [Parameter]
    public SwitchParameter AllowUnmatchedInUse { get; set; }

    /// <summary>Allows repositories that other Google services manage, such as gcf-artifacts.</summary>
    [Parameter]
    public SwitchParameter IncludeManagedRepository { get; set; }

    /// <summary>Counts what was examined.</summary>
    private protected PlanningProgress Planning { get; } = new(TimeProvider.System);

    /// <summary>
    /// The planner, which gathers and decides; <see cref="CleanUpPlanner.RefreshAsync"/> repeats that for an older
    /// plan.
    /// </summary>
    private protected CleanUpPlanner Planner =>
        _planner ??= new CleanUpPlanner(Client, Registry, Session.Manifests, ThrottleLimit, Planning, Warn)
        {
            Running = Running,
        };

    /// <summary>The images that run in the projects of -InUseFrom.</summary>
    private protected RunningImages Running =>
        _running ??= new RunningImages(InUseServices, ThrottleLimit, TimeProvider.System);

    /// <summary>Gets what the command does not do if what runs is not known completely.</summary>
    private protected virtual string NotDone => "nothing is deleted";

    /// <summary>Gets whether -InUse may come from an incomplete reading, which a warning then says.</summary>
    private protected virtual bool AcceptsIncompleteInUse => true;

    /// <summary>Reads the rules about what is in use. A list that names nothing ends the command.</summary>
    private protected CleanUpRules ReadRules() => new()
    {
        InUse = ReadInUse(),
        KnowsInUse = InUseFrom.Length > 0 || MyInvocation.BoundParameters.ContainsKey(nameof(InUse)),
        InUseFrom = [.. InUseFrom.Select(name => CheckedScope(name)).Distinct()],
        IncludeManagedRepository = IncludeManagedRepository,
    };

    /// <summary>
    /// Makes plans with what is in use. They are held back until an entry matches an image; if none ever does, the
    /// command ends without returning any plan.
    /// </summary>
    /// <param name="rules">The rules; what runs is read if they name projects.</param>
    /// <param name="plan">Makes the plans by the rules.</param>
    /// <param name="stop">Cancelled when planning ends.</param>
    /// <param name="hasMatched">Whether an entry matched when the images were chosen.</param>
    private protected async IAsyncEnumerable<CleanUpPlan> MatchedAsync(
        CleanUpRules rules,
        Func<CleanUpRules, IAsyncEnumerable<CleanUpPlan>> plan,
        [EnumeratorCancellation] CancellationToken stop,
        bool hasMatched = false)
    {
        if (rules.InUseFrom.Count > 0)
            rules = rules with { InUse = rules.InUse.MergedWith(await ReadRunningAsync(rules.InUseFrom, stop)) };
        InUseMatch match = new(rules.InUse, AllowUnmatchedInUse, takesNeighbours: hasMatched);
        await foreach (CleanUpPlan each in plan(rules))
            foreach (CleanUpPlan released in match.Release(each))
                yield return released;

        if (match.MatchesNothing)
            await PerformAsync<bool>(() =>
                throw Misuse("InUseMatchesNothing", NothingMatches(rules, match.Neighbours), InUse ?? InUseFrom));
        if (match.Warning is string warning) await PostAsync(() => WriteWarning(warning));
    }

    /// <summary>
    /// Reports an error of one item, and the errors of manifests that could not be read, as error records; the other
    /// items continue.
    /// </summary>
    private protected async IAsyncEnumerable<CleanUpPlan> ReportingAsync(
        object item, IAsyncEnumerable<CleanUpPlan> plans)
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
            yield return plan;
        }
    }

    /// <summary>Reads what runs before the first plan. If that is not possible completely, the command ends.</summary>
    private protected async Task<InUse> ReadRunningAsync(IReadOnlyList<string> projects, CancellationToken stop)
    {
        Progress.Doing = $"Reading what runs in {string.Join(", ", projects)}";
        InUse? running = null;
        try
        {
            running = await Running.ReadAsync(projects, stop);
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.InUseIncomplete)
        {
            // The failures say more.
        }

        IReadOnlyList<ErrorRecord> failures = await InUseErrors.RecordsAsync(Running.Failures, ExplainAsync);

        return await PerformAsync(() =>
        {
            foreach (string note in Running.Notes) WriteWarning(note);
            if (running is null)
            {
                foreach (ErrorRecord failure in failures) WriteError(failure);
                ThrowTerminatingError(InUseErrors.Ending(Running.Failures, NotDone));
            }

            return running!.HasEntries || AllowEmptyInUse
                ? running
                : throw Misuse(
                    "InUseEmpty",
                    $"Nothing runs in {string.Join(", ", projects)} (-InUseFrom), so everything would look unused.",
                    InUseFrom,
                    NothingRunsAdvice
                );
        });
    }

    private InUse ReadInUse()
    {
        if (!MyInvocation.BoundParameters.ContainsKey(nameof(InUse))) return Operations.CleanUp.InUse.Nothing;
        List<InUseEntry> entries = InUseArgument.EntriesOf(InUse);
        if (InUseArgument.HasIncomplete(InUse) && !AcceptsIncompleteInUse)
            ThrowTerminatingError(ErrorRecords.For(
                new RegistryException(
                    RegistryErrorKind.InUseIncomplete, $"-InUse comes from an incomplete reading, so {NotDone}.")
                {
                    NamesItsSubject = true,
                },
                InUse!));
        if (InUseArgument.HasIncomplete(InUse))
            WriteWarning(
                "-InUse comes from an incomplete reading (Get-ArImageInUse -AllowIncomplete): what was not read may be "
                    + "running, and is not kept."
            );
        InUse inUse = Operations.CleanUp.InUse.From(entries);
        return inUse.HasEntries || AllowEmptyInUse ? inUse
            : throw Misuse("InUseEmpty", InUseArgument.EmptyMessage(entries), InUse);
    }

    // Where the images come from decides what may be wrong: piped rows may bring projects, too.
    private string NothingMatches(CleanUpRules rules, int neighbours)
    {
        IReadOnlyList<InUseEntry> entries = rules.InUse.Entries;
        string origin = rules.InUseFrom.Count == 0
            ? $"No entry of -InUse ({entries.Count} in all) names anything of the images looked at"
            : $"None of the images looked at runs in {string.Join(", ", rules.InUseFrom)} (-InUseFrom)"
                + $"{(InUse is null ? "" : " or is listed by -InUse")}, where {entries.Count} "
                + $"{(entries.Count == 1 ? "other runs" : "others run")}";
        InUseEntry first = entries[0];
        string what = first.Workload is null ? "" : $", which {first.Workload}";
        string near = neighbours == 0 ? "If the names come from elsewhere"
            : $"{neighbours} of them {(neighbours == 1 ? "is" : "are")} in the same repository, so these images may "
                + "just not run: -AllowUnmatchedInUse says so. But if they run in another project";
        return $"{origin}. The first is {SafeText.Quote(first.Written)}{what}. {near}, everything here would look "
            + $"unused, so {NotDone}.";
    }

    /// <summary>The advice if nothing at all runs in the projects of -InUseFrom.</summary>
    private protected const string NothingRunsAdvice =
        "Check that -InUseFrom names the projects that run these images; use -AllowEmptyInUse if nothing runs there.";

    private protected Exception Misuse(string id, string message, object? target, string? advice = null)
    {
        ErrorRecord record = ErrorRecords.ForMisuse(id, message, target, advice);
        ThrowTerminatingError(record);
        return record.Exception;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing) return;
        _planner?.Dispose();
        _running?.Dispose();
    }
}
