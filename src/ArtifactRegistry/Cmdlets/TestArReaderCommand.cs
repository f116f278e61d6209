using System.Management.Automation;
using ArtifactRegistry.Operations;

namespace ArtifactRegistry.Cmdlets;

/// <summary>True if a member may pull from a repository by its policy or its project's, false if that cannot be seen.</summary>
[Cmdlet(VerbsDiagnostic.Test, "ArReader")]
[OutputType(typeof(bool))]
public sealed class TestArReaderCommand : RegistryCmdlet
{
    private ReaderList? _readers;

    /// <summary>The repository.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ImageArgument(AllowRepositoryObject = true)]
    [ValidateCount(1, 1)]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public ImageName[] Repository { get; set; } = [];

    /// <summary>Service accounts by e-mail, members as IAM writes them, or objects that have a Member.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true)]
    [MemberArgument]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(MemberCompleter))]
    public MemberReference[] Member { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        ImageName name = Repository[0].ToRepository();
        _readers ??= Wait(name, () => FindReaders.RunAsync(Client, Projects, name, StopToken));
        if (_readers is null) return;
        foreach (MemberReference each in Member)
        {
            try
            {
                WriteObject(Test(name, _readers, each));
            }
            catch (RegistryException e)
            {
                WriteError(ErrorRecords.For(e, each.Text));
            }
        }
    }

    private bool Test(ImageName name, ReaderList readers, MemberReference given)
    {
        IReadOnlyList<ReaderExplanation> reasons =
            ExplainReader.Run(name, readers, MemberName.ParseExisting(given.Text), given.ScopesTooNarrow);
        foreach (ReaderExplanation reason in reasons)
        {
            if (reason.CanPull is null && reason.Reason is not ReaderReason.Missing)
                WriteWarning($"{reason.Member}: false, as far as can be seen. {reason.Detail}");
            else
                WriteVerbose($"{reason.Member}: {reason}");
        }

        return reasons[0].CanPull is true;
    }
}
