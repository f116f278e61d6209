using System.Management.Automation;
using ArtifactRegistry.Operations.CleanUp;
using ArtifactRegistry.Operations.InUse;

namespace ArtifactRegistry;

/// <summary>
/// The base class of the cmdlets that keep what is in use: the list of it, and the projects in which it is read.
/// </summary>
public abstract class InUseCmdlet : ChangeCmdlet
{
    private RunningImages? _running;

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
    /// Allows -InUse to match none of the images that are examined. Without this switch that is an error, because an
    /// unrelated list must not mean that nothing is in use.
    /// </summary>
    [Parameter]
    public SwitchParameter AllowUnmatchedInUse { get; set; }

    /// <summary>What runs in the projects of -InUseFrom.</summary>
    private protected RunningImages Running => _running ??= new RunningImages(InUseServices, ThrottleLimit);

    /// <summary>Gets what the command does not do if what runs is not known completely.</summary>
    private protected virtual string NotDone => "nothing is deleted";

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
                    InUseFrom
                );
        });
    }

    /// <summary>Reads -InUse. A list that names nothing ends the command, unless that is allowed.</summary>
    private protected InUse ReadInUse()
    {
        if (!MyInvocation.BoundParameters.ContainsKey(nameof(InUse))) return Operations.CleanUp.InUse.Nothing;
        List<InUseEntry> entries = InUseArgument.EntriesOf(InUse);
        if (InUseArgument.HasIncomplete(InUse))
            WriteWarning(
                "-InUse comes from an incomplete reading (Get-ArImageInUse -AllowIncomplete): what was not read may be "
                    + "running, and is not kept."
            );
        InUse inUse = Operations.CleanUp.InUse.From(entries);
        return inUse.HasEntries || AllowEmptyInUse ? inUse
            : throw Misuse("InUseEmpty", InUseArgument.EmptyMessage(entries), InUse);
    }

    private protected Exception Misuse(string id, string message, object? target)
    {
        ErrorRecord record = ErrorRecords.ForMisuse(id, message, target);
        ThrowTerminatingError(record);
        return record.Exception;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) _running?.Dispose();
    }
}
