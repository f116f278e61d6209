using System.Globalization;
using System.Management.Automation;

namespace ArtifactRegistry.Shell.Cmdlets;

/// <summary>Gets the time, now or as given.</summary>
[Cmdlet(VerbsCommon.Get, "Date"), OutputType(typeof(DateTime), typeof(string))]
public sealed class GetDateCommand : PSCmdlet
{
    /// <summary>A time other than now.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    public DateTime? Date { get; set; }

    /// <summary>Emits text in this .NET format instead.</summary>
    [Parameter]
    public string? Format { get; set; }

    /// <summary>Converts the time to UTC.</summary>
    [Parameter, Alias("UTC")]
    public SwitchParameter AsUTC { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        DateTime time = Date ?? DateTime.Now;
        if (AsUTC) time = time.ToUniversalTime();
        WriteObject(Format is null ? time : time.ToString(Format, CultureInfo.CurrentCulture));
    }
}
