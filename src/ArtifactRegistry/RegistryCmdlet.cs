using System.Management.Automation;
using ArtifactRegistry.Auth;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Http;
using ArtifactRegistry.Operations.InUse;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>A cmdlet that uses Artifact Registry with the settings of the session.</summary>
public abstract class RegistryCmdlet : AsyncCmdlet
{
    private ErrorHints? _hints;

    /// <summary>The session, looked up on the pipeline thread, because other threads have no runspace.</summary>
    private protected Session Session { get; private set; } = null!;

    /// <summary>The API.</summary>
    private protected ArtifactRegistryClient Client { get; private set; } = null!;

    /// <summary>The registry's own protocol.</summary>
    private protected OciRegistryClient Registry { get; private set; } = null!;

    /// <summary>Resource Manager.</summary>
    private protected ResourceManagerClient Projects { get; private set; } = null!;

    /// <summary>IAM Admin.</summary>
    private protected IamClient Accounts { get; private set; } = null!;

    /// <summary>Kubernetes Engine.</summary>
    private protected ContainerClient Clusters { get; private set; } = null!;

    /// <summary>Opens a way to a service that is not Google's, with credentials of its own.</summary>
    private protected Func<ITokenSource, RestTransport> OpenTransport { get; private set; } = null!;

    /// <summary>The services that run images.</summary>
    private protected InUseServices InUseServices { get; private set; } = null!;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        DebugSwitch.PreventQuestions(this);
        try
        {
            Session = Session.Current;
            Progress.Begin(Session.Clock);
            if (Session.IsJustImported && ModuleLoader.OtherCopy() is string told) WriteWarning(told);
            Session.IsJustImported = false;
            bool verbose = IsOn("Verbose", "VerbosePreference", IsShown);
            bool debug = IsOn("Debug", "DebugPreference", IsShown);
            Action<string> hear = line =>
            {
                Progress.Follow(line);
                if (verbose) Note(() => WriteVerbose(line));
            };
            Action<string>? exchange = debug ? text => Note(() => WriteDebug(text)) : null;
            (Client, Registry, Projects, Accounts, Clusters, InUseServices, OpenTransport) =
                Session.Open(hear, exchange);
            if (verbose)
                WriteVerbose(
                    $"Speaking to {Session.Describe().Endpoint}; credentials: {Session.Describe().Credential}."
                );
            _hints = new ErrorHints(Session, Session.Open(hear, exchange, retries: 0).Client);
        }
        catch (RegistryException e)
        {
            ThrowTerminatingError(ErrorRecords.For(e, this));
        }
    }

    /// <inheritdoc/>
    private protected override async Task<ErrorRecord> ExplainAsync(Exception error, object item) =>
        ErrorRecords.For(error is RegistryException e ? await _hints!.ImproveAsync(e, item, StopToken) : error, item);

    /// <summary>Writes an error for each tag that one image was asked for by name and does not have.</summary>
    private protected async Task ReportMissingAsync(TagFilter filter, ImagePattern what)
    {
        foreach (string tag in filter.Missing)
        {
            ErrorRecord record = await ExplainAsync(
                new RegistryException(RegistryErrorKind.NotFound, $"There is no tag '{tag}'."), what.Name.WithTag(tag));
            await PostAsync(() => WriteError(record));
        }
    }

    /// <summary>Writes commands that help below the rows, where each can be copied whole.</summary>
    private protected void WriteCommands(IReadOnlyCollection<string> commands, string heading = "What helps:")
    {
        if (commands.Count == 0) return;
        string lines = string.Concat(
            commands.SelectMany(command => command.Split('\n')).Distinct()
                .Select(command => $"{Environment.NewLine}  {command}"));
        WriteInformation(new HostInformationMessage { Message = SafeText.Clean(heading + lines) }, ["PSHOST"]);
    }

    /// <summary>Writes a warning during work, without waiting for it.</summary>
    private protected void Warn(string text) => Note(() => WriteWarning(text));

    /// <summary>Gets what -Project is, for the message that there is none.</summary>
    private protected virtual string MeaningOfProject => "the project of the clusters";

    /// <summary>
    /// Gets the project that was given, otherwise the session's. It becomes part of request paths, as does the
    /// location, so both are validated here.
    /// </summary>
    private protected string CheckedProject(string? given, string? location = null)
    {
        string project = given
            ?? Session.DefaultProject
            ?? Wait(this, async () => await Session.FindProjectAsync(null, StopToken) ?? "")
            ?? "";
        if (project.Length == 0)
            ThrowTerminatingError(
                ErrorRecords.For(
                    new RegistryException(
                        RegistryErrorKind.NameNotSpecific, $"No project was given: -Project is {MeaningOfProject}.")
                    {
                        Advice = ProjectChoice.Places,
                    },
                    this
                )
            );
        string? problem = ImageNameGrammar.ProjectProblem(project)
            ?? (location is null ? null : ImageNameGrammar.LocationProblem(location));
        if (problem is not null) Refuse(problem, location ?? project);
        Session.Names.Remember(project);
        return project;
    }

    /// <summary>
    /// Gets a project, or a folder or organization, written as <c>folders/123</c> or <c>organizations/123</c>.
    /// </summary>
    private protected string CheckedScope(string name, string? location = null) =>
        ProjectScope.IsContainer(name) ? name : CheckedProject(name, location);

    /// <summary>Gets the name of a folder or organization, which may be given by its number alone.</summary>
    /// <param name="kind"><c>folders</c> or <c>organizations</c>.</param>
    /// <param name="given">The number, or the name.</param>
    // Not by ValidatePattern, whose error repeats what was typed, even a secret.
    private protected string CheckedContainer(string kind, string given)
    {
        string name = given.StartsWith($"{kind}/", StringComparison.Ordinal) ? given : $"{kind}/{given}";
        if (!ProjectScope.IsContainer(name))
            Refuse($"{SafeText.Quote(given)} is not a number, by which {kind} are named.", given);
        return name;
    }

    private void Refuse(string problem, string target) =>
        ThrowTerminatingError(ErrorRecords.For(
            new RegistryException(RegistryErrorKind.InvalidArgument, $"This is not accepted: {problem}")
            {
                NamesItsSubject = true,
            },
            target));

    /// <summary>
    /// Returns whether a switch such as -Verbose is on, by the parameter or else by its preference variable.
    /// </summary>
    private protected bool IsOn(string parameter, string preference, Func<object?, bool> isOn) =>
        MyInvocation.BoundParameters.TryGetValue(parameter, out object? given)
            ? given is SwitchParameter { IsPresent: true } or true
            : isOn(GetVariableValue(preference));

    private static bool IsShown(object? preference) =>
        preference is ActionPreference and not (ActionPreference.SilentlyContinue or ActionPreference.Ignore);
}
