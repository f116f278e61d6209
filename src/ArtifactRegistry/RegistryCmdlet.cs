using System.Management.Automation;
using ArtifactRegistry.Clients;

namespace ArtifactRegistry;

/// <summary>A cmdlet that talks to Artifact Registry as the session says.</summary>
public abstract class RegistryCmdlet : AsyncCmdlet
{
    /// <summary>The session, looked up on the pipeline thread: others belong to no runspace.</summary>
    private protected Session Session { get; private set; } = null!;

    /// <summary>The API.</summary>
    protected ArtifactRegistryClient Client { get; private set; } = null!;

    /// <summary>The registry's own protocol.</summary>
    protected OciRegistryClient Registry { get; private set; } = null!;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        try
        {
            Session = Session.Current;
            (Client, Registry) = Session.Open(IsVerbose ? line => Note(() => WriteVerbose(line)) : null);
        }
        catch (RegistryException e)
        {
            ThrowTerminatingError(ErrorRecords.For(e, this));
        }
    }

    /// <summary>Whether a switch such as -Verbose was given, or its preference variable says so.</summary>
    private protected bool IsOn(string parameter, string preference, Func<object?, bool> isOn) =>
        MyInvocation.BoundParameters.TryGetValue(parameter, out object? given)
            ? given is SwitchParameter { IsPresent: true } or true
            : isOn(GetVariableValue(preference));

    private bool IsVerbose => IsOn(
        "Verbose",
        "VerbosePreference",
        value => value is ActionPreference and not (ActionPreference.SilentlyContinue or ActionPreference.Ignore));
}
