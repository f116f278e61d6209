using System.Management.Automation;
using System.Reflection;

namespace ArtifactRegistry;

/// <summary>Keeps -Debug from asking: it shows more, and changes nothing else.</summary>
/// <remarks>
/// With -Debug the engine asks at each warning and verbose line and, before 7.6, at each error and change
/// (https://github.com/PowerShell/PowerShell/pull/26081), unless -WarningAction, -Verbose and -ErrorAction are given.
/// They are set here to what their variables say. No public member does that; an engine without these ones goes on
/// asking.
/// </remarks>
internal static class DebugSwitch
{
    /// <summary>True for engines under which -Debug asks before changes and at errors.</summary>
    public static bool AsksAtChanges { get; } = typeof(PSObject).Assembly.GetName().Version < new Version(7, 6);

    /// <summary>Makes a cmdlet that was given -Debug ask no question for that reason.</summary>
    public static void PreventQuestions(PSCmdlet cmdlet)
    {
        if (!IsGiven(cmdlet)) return;
        Keep(cmdlet, "WarningAction", "WarningPreference", "WarningPreference", preference => preference);
        Keep(cmdlet, "Verbose", "Verbose", "VerbosePreference", preference => preference is ActionPreference.Continue);
        if (AsksAtChanges)
            Keep(cmdlet, "ErrorAction", "ErrorAction", "ErrorActionPreference", preference => preference);
    }

    /// <summary>Gets whether a cmdlet was given -Debug.</summary>
    public static bool IsGiven(PSCmdlet cmdlet) =>
        cmdlet.MyInvocation.BoundParameters.TryGetValue("Debug", out object? debug)
        && debug is SwitchParameter { IsPresent: true } or true;

    private static void Keep<T>(
        PSCmdlet cmdlet,
        string parameter,
        string property,
        string variable,
        Func<ActionPreference, T> value
    )
    {
        if (cmdlet.MyInvocation.BoundParameters.ContainsKey(parameter)
            || !LanguagePrimitives.TryConvertTo(cmdlet.GetVariableValue(variable), out ActionPreference preference)
            || preference is ActionPreference.Inquire)
            return;
        object runtime = cmdlet.CommandRuntime;
        PropertyInfo? own = runtime
            .GetType()
            .GetProperty(property, BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public);
        if (own?.PropertyType == typeof(T) && own.CanWrite)
            own.SetValue(runtime, value(preference));
    }
}
