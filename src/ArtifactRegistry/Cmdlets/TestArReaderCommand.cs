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
        foreach (MemberReference each in Member)
        {
            try
            {
                string member = MemberName.ParseExisting(each.Text);
                _readers ??= Wait(name, () => FindReaders.RunAsync(Client, Projects, name, StopToken));
                if (_readers is null) return;
                WriteObject(Test(name, _readers, member, each.ScopesTooNarrow));
            }
            catch (RegistryException e)
            {
                WriteError(ErrorRecords.For(e, each.Text));
            }
        }
    }

    private bool Test(ImageName name, ReaderList readers, string member, string? scopesTooNarrow)
    {
        IReadOnlyList<ReaderExplanation> reasons = ExplainReader.Run(name, readers, member, scopesTooNarrow);
        foreach (ReaderExplanation reason in reasons)
        {
            if (reason.CanPull is null && reason.ReaderReason is not ReaderReason.Missing)
                WriteWarning($"{reason.Member}: false, as far as can be seen. {reason.Detail}");
            else
                WriteVerbose($"{reason.Member}: {reason}");
        }

        return reasons[0].CanPull is true;
    }
}
