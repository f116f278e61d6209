using System.Management.Automation;
using ArtifactRegistry.Operations;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Lists the members who may pull from a repository, or explains why a member may or may not.</summary>
[Cmdlet(VerbsCommon.Get, "ArReader", DefaultParameterSetName = "List")]
[OutputType(typeof(Reader), ParameterSetName = ["List"])]
[OutputType(typeof(ReaderExplanation), ParameterSetName = ["Explain"])]
public sealed class GetArReaderCommand : RegistryCmdlet
{
    private readonly List<string> _commands = [];
    private readonly List<(string Member, MemberReference Given)> _explained = [];

    /// <summary>Repositories.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0,
        ValueFromPipeline = true,
        ParameterSetName = "List",
        HelpMessage = PromptHelp.Repository
    )]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Explain", HelpMessage = PromptHelp.Repository)]
    [ImageArgument(AllowRepositoryObject = true)]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public ImageName[] Repository { get; set; } = [];

    /// <summary>Includes the members to whom the project's policy grants access.</summary>
    [Parameter(ParameterSetName = "List")]
    public SwitchParameter Inherited { get; set; }

    /// <summary>
    /// Specifies the members to list or explain. Objects from Get-ArNodeServiceAccount include the scopes of their
    /// nodes.
    /// </summary>
    [Parameter(Position = 1, ParameterSetName = "List")]
    [Parameter(Position = 1, ValueFromPipeline = true, ParameterSetName = "Explain")]
    [MemberArgument]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(MemberCompleter))]
    public MemberReference[] Member { get; set; } = [];

    /// <summary>
    /// Explains why each member may or may not pull, from the policies of the repository and its project. Without
    /// -Member, all members that hold a role there are explained.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = "Explain")]
    public SwitchParameter Explain { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == "Explain") CollectMembers();
        else foreach (ImageName name in Repository) List(name);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        ExplainMembers();
        base.EndProcessing();
        WriteCommands(_commands);
    }

    private void List(ImageName name)
    {
        ReaderList? found = Find(name, Inherited);
        if (found is null) return;
        IReadOnlyList<string>? wanted = Member.Length == 0 ? null : Wanted();
        WriteObject(
            found.Readers.Where(reader => wanted is null || wanted.Contains(reader.Member, MemberName.Comparer)),
            enumerateCollection: true);
        if (!Inherited) return;
        foreach (string what in found.Unseen) WriteWarning($"Readers may be missing: {what}.");
        WriteWarning("Grants on folders and the organization, and the members of groups, are not listed.");
    }

    private List<string> Wanted()
    {
        List<string> wanted = [];
        foreach (MemberReference each in Member)
        {
            try
            {
                wanted.Add(MemberName.ParseExisting(each.Text));
            }
            catch (RegistryException e)
            {
                WriteError(ErrorRecords.For(e, each.Text));
            }
        }

        return wanted;
    }

    private void CollectMembers()
    {
        if (Repository.Length != 1)
        {
            ThrowTerminatingError(ErrorRecords.For(
                new RegistryException(RegistryErrorKind.NameNotSpecific, "-Explain is about one repository.")
                {
                    Advice = "Give one repository, and the members by -Member or from the pipeline.",
                },
                Repository));
            return;
        }

        foreach (MemberReference each in Member)
        {
            try
            {
                _explained.Add((MemberName.ParseExisting(each.Text), each));
            }
            catch (RegistryException e)
            {
                WriteError(ErrorRecords.For(e, each.Text));
            }
        }
    }

    // Most node pools of a cluster have the same account, and what is true of it is told once.
    private void ExplainMembers()
    {
        bool isOfAll = Explain && Member.Length == 0 && !MyInvocation.ExpectingInput;
        if ((_explained.Count == 0 && !isOfAll)
            || Find(Repository[0], inherited: true) is not ReaderList readers)
            return;
        if (isOfAll)
            _explained.AddRange(
                readers.Readers.Select(reader => (reader.Member, new MemberReference(reader.Member))));
        foreach (IGrouping<bool, (string Member, MemberReference Given)> alike in _explained
            .GroupBy(each => each.Member, MemberName.Comparer)
            .SelectMany(account => account.GroupBy(each => each.Given.Pool?.ScopesProblem is null)))
        {
            (string member, MemberReference given) = alike.First();
            AccountStatus? account =
                Wait(given.Text, () => AccountStatus.FindAsync(
                    Accounts, member, given.Project, StopToken, isTyped: given.Pool is null));
            if (account is null) continue;
            NodePoolReference[] pools = [.. alike.Select(each => each.Given.Pool).OfType<NodePoolReference>()
                .Distinct()];
            IReadOnlyList<ReaderExplanation> reasons =
                ExplainReader.Run(Repository[0], readers, member, pools, account);
            WriteObject(reasons, enumerateCollection: true);
            _commands.AddRange(reasons.Select(reason => reason.Command).OfType<string>());
        }
    }

    private ReaderList? Find(ImageName name, bool inherited) =>
        Wait(name, () => FindReaders.FindAsync(Client, inherited ? Projects : null, name.ToRepository(), StopToken));
}
