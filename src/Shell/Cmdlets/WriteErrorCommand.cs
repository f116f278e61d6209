using System.Management.Automation;

namespace ArtifactRegistry.Shell.Cmdlets;

/// <summary>Writes a non-terminating error.</summary>
[Cmdlet(VerbsCommunications.Write, "Error", DefaultParameterSetName = "Message")]
public sealed class WriteErrorCommand : PSCmdlet
{
    /// <summary>The text of the error.</summary>
    [Parameter(ParameterSetName = "Message", Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Parameter(ParameterSetName = "Exception")]
    [AllowEmptyString, Alias("Msg")]
    public string? Message { get; set; }

    /// <summary>The exception to report.</summary>
    [Parameter(ParameterSetName = "Exception", Mandatory = true)]
    public Exception? Exception { get; set; }

    /// <summary>A whole error, reported again.</summary>
    [Parameter(ParameterSetName = "ErrorRecord", Mandatory = true)]
    public ErrorRecord? ErrorRecord { get; set; }

    /// <summary>The error's id.</summary>
    [Parameter(ParameterSetName = "Message"), Parameter(ParameterSetName = "Exception")]
    public string ErrorId { get; set; } = "Microsoft.PowerShell.Commands.WriteErrorException";

    /// <summary>The error's category.</summary>
    [Parameter(ParameterSetName = "Message"), Parameter(ParameterSetName = "Exception")]
    public ErrorCategory Category { get; set; } = ErrorCategory.NotSpecified;

    /// <summary>The object that the error is about.</summary>
    [Parameter(ParameterSetName = "Message"), Parameter(ParameterSetName = "Exception")]
    public object? TargetObject { get; set; }

    /// <summary>What to do about it.</summary>
    [Parameter]
    public string? RecommendedAction { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        ErrorRecord record = ErrorRecord is null
            ? new ErrorRecord(Exception ?? new WriteErrorException(Message), ErrorId, Category, TargetObject)
            : new ErrorRecord(ErrorRecord, null);
        if (Message is not null || RecommendedAction is not null)
            record.ErrorDetails = new ErrorDetails(Message ?? record.ErrorDetails?.Message ?? record.Exception.Message)
            {
                RecommendedAction = RecommendedAction ?? "",
            };
        WriteError(record);
    }

    private sealed class WriteErrorException(string? message) : Exception(message);
}
