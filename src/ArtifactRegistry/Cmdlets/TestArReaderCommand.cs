using System.Management.Automation;
using ArtifactRegistry.Operations;

namespace ArtifactRegistry.Cmdlets;

/// <summary>
/// Tests whether policies let a member pull from a repository. Returns false if that cannot be determined.
/// </summary>
[Cmdlet(VerbsDiagnostic.Test, "ArReader")]
[OutputType(typeof(bool))]
public sealed class TestArReaderCommand : RegistryCmdlet
{
    private readonly Dictionary<ImageName, ReaderList?> _readers = [];

    /// <summary>Specifies the repository. If none is given, rows of Get-ArReader or of a CSV name their own.</summary>
    [Parameter(Position = 0)]
    [ImageArgument(AllowRepositoryObject = true)]
    [ValidateCount(1, 1)]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public ImageName[] Repository { get; set; } = [];

    /// <summary>Service accounts by e-mail, members as IAM writes them, or objects that have a Member.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, HelpMessage = PromptHelp.Member)]
    [MemberArgument]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(MemberCompleter))]
    public MemberReference[] Member { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (MemberReference each in Member)
        {
            try
            {
                string member = MemberName.ParseExisting(each.Text);
                ImageName name = PlaceOf(each).ToRepository();
                if (Read(name) is ReaderList readers) WriteObject(Test(name, readers, member, each.Pool));
            }
            catch (Exception e) when (e is RegistryException or ImageNameException)
            {
                WriteError(ErrorRecords.For(e, each.Text));
            }
        }
    }

    private ImageName PlaceOf(MemberReference row) => Repository is [ImageName named] ? named
        : row.Resource is string place ? ImageName.Parse(place)
        : throw new RegistryException(
            RegistryErrorKind.NameNotSpecific,
            $"'{row.Text}' was given without a place.")
        {
            Advice = "Use Test-ArReader REPOSITORY -Member MEMBER, or pipe rows with a Resource or Repository, such as "
                + "those of Get-ArReader.",
        };

    // Once per command, even if it failed: one error is enough.
    private ReaderList? Read(ImageName name)
    {
        if (!_readers.TryGetValue(name, out ReaderList? readers))
            _readers.Add(name, readers = Wait(name, () => FindReaders.FindAsync(Client, Projects, name, StopToken)));
        return readers;
    }

    private bool Test(ImageName name, ReaderList readers, string member, NodePoolReference? pool)
    {
        IReadOnlyList<ReaderExplanation> reasons =
            ExplainReader.Run(name, readers, member, pool is null ? [] : [pool]);
        foreach (ReaderExplanation reason in reasons)
        {
            if (reason.CanPull is null && reason.PullReason is not PullReason.NotGrantedDirectly)
                WriteWarning($"{reason.Member}: false, as far as can be seen. {reason.Detail}");
            else
                WriteVerbose($"{reason.Member}: {reason}");
        }

        return reasons[0].CanPull is true;
    }
}
