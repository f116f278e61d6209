using System.Diagnostics;

namespace ArtifactRegistry;

/// <summary>
/// A cmdlet that removes what it is given by name, and ends a long list with a line that says what became of it.
/// </summary>
public abstract class RemovalCmdlet : ChangeCmdlet
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private bool _isSummed;
    private bool _isWhatIf;

    /// <summary>Gets the outcomes so far.</summary>
    private protected abstract RemovalTotals Totals { get; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _isWhatIf = IsWhatIf;
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        base.EndProcessing();
        PrepareLastLine();
        _isSummed = true;
        string lastWord =
            Totals.Count > ScreenOutput.Handful || Totals.HasLeft ? Line : Totals.RemarkOf(_isWhatIf);
        if (lastWord.Length > 0) ScreenOutput.WriteLastWord(this, lastWord);
    }

    /// <summary>Called before the last line, when no work is left.</summary>
    private protected virtual void PrepareLastLine()
    {
    }

    private protected override void OnEnded()
    {
        base.OnEnded();
        if (!_isSummed && (Stopping || Totals.Count > ScreenOutput.Handful)) ReportAtEnd($"Interrupted. {Line}");
    }

    /// <summary>Counts an error of an item before anything was changed, and passes it on.</summary>
    private protected async Task CountingErrorsAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (RegistryException)
        {
            Totals.Add(RemovalStatus.Failed);
            throw;
        }
    }

    private string Line => Totals.Line(Stopwatch.GetElapsedTime(_started) - Asking, _isWhatIf);
}
