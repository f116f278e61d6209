using System.Management.Automation;
using ArtifactRegistry.Transfer;

namespace ArtifactRegistry;

/// <summary>A cmdlet that transfers images, several at once, and counts their bytes in its progress bar.</summary>
public abstract class TransferCmdlet : ChangeCmdlet
{
    private TransferShare? _share;

    /// <summary>The limit and the progress that the transfers of the command share.</summary>
    private protected TransferShare Share => _share!;

    /// <summary>Gets or sets the number of images of the command, as far as it is known.</summary>
    private protected int Started { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _share = new TransferShare(ThrottleLimit);
        Progress.Own = Bar;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) _share?.Dispose();
    }

    private ProgressRecord? Bar()
    {
        long total = Share.Total, done = Math.Min(Share.Done, total);
        return total == 0
            ? null
            : new ProgressRecord(
                Progress.Id,
                MyInvocation.MyCommand.Name,
                $"{ByteSize.Format(done)} of {ByteSize.Format(total)}, {Progress.Emitted} of {Started} images")
            {
                PercentComplete = (int)(done * 100 / total),
            };
    }
}
