using System.Management.Automation;
using ArtifactRegistry.Clients;

namespace ArtifactRegistry;

/// <summary>A cmdlet that talks to Artifact Registry as the session says.</summary>
public abstract class RegistryCmdlet : AsyncCmdlet
{
    private ArtifactRegistryClient? _client;

    /// <summary>The service.</summary>
    protected ArtifactRegistryClient Client => _client!;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        try
        {
            _client = Session.Current.Open(IsVerbose ? Trace : null);
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
