using System.Management.Automation;
using System.Reflection;

namespace ArtifactRegistry;

/// <summary>A cmdlet that changes something: it asks first, and does several items at once.</summary>
public abstract class ChangeCmdlet : RegistryCmdlet
{
    /// <summary>How many items are worked on at once.</summary>
    [Parameter]
    [ValidateRange(1, 128)]
    public int ThrottleLimit { get; set; } = 16;

    /// <inheritdoc/>
    protected override int Room => ThrottleLimit;

    private protected override bool FinishesWhatRuns => true;

    /// <summary>True if the user said that no question is wanted, by a switch of the cmdlet's own.</summary>
    private protected virtual bool NoQuestions => false;

    private protected bool IsWhatIf => IsOn("WhatIf", "WhatIfPreference", value => LanguagePrimitives.IsTrue(value));

    /// <summary>Asks from work; the pipeline thread puts the questions, one after the other.</summary>
    private protected Task<bool> ConfirmAsync(string target, string action) =>
        // Nobody is asked about what will not be begun any more.
        PerformAsync(() => !IsEnding && Confirm(target, action));

    /// <summary>
    /// ShouldProcess, except that a question which nobody can answer ends the cmdlet instead of counting as a yes.
    /// </summary>
    /// <param name="target">What would be changed, by its full name.</param>
    /// <param name="action">A verb phrase that says what would happen to it.</param>
    private protected bool Confirm(string target, string action)
    {
        if (IsUnasked)
        {
            WriteVerbose($"{action}: {target}");
            return true;
        }

        if (!IsDue) return ShouldProcess(target, action);

        // With its input redirected, pwsh reads the answer from there: a blank line would be taken for a yes.
        if (Host.Name == "ConsoleHost" && Console.IsInputRedirected) throw NobodyToAsk(target, action, null);
        try
        {
            return ShouldProcess(target, action);
        }
        catch (Exception e) when (e is not PipelineStoppedException and not ActionPreferenceStopException)
        {
            throw NobodyToAsk(target, action, e);
        }
    }

    /// <summary>True if the user will be asked, and may take their time.</summary>
    private protected bool Asks => !IsUnasked && IsDue;

    private bool IsUnasked => NoQuestions && !IsWhatIf && !MyInvocation.BoundParameters.ContainsKey("Confirm");

    private bool IsDue
    {
        get
        {
            if (IsWhatIf) return false;
            if (MyInvocation.BoundParameters.TryGetValue("Confirm", out object? given))
                return given is SwitchParameter { IsPresent: true } or true;
            if (DebugAsks && MyInvocation.BoundParameters.TryGetValue("Debug", out object? debug) && debug is SwitchParameter { IsPresent: true } or true)
                return true;
            ConfirmImpact impact = GetType().GetCustomAttribute<CmdletAttribute>()!.ConfirmImpact;
            ConfirmImpact threshold = LanguagePrimitives.TryConvertTo(GetVariableValue("ConfirmPreference"), out ConfirmImpact set)
                ? set
                : ConfirmImpact.High;
            return threshold != ConfirmImpact.None && impact >= threshold;
        }
    }

    // Until 7.5, -Debug has every change asked about: https://github.com/PowerShell/PowerShell/pull/26081
    private static bool DebugAsks { get; } = typeof(PSObject).Assembly.GetName().Version < new Version(7, 6);

    private ConfirmationRequiredException NobodyToAsk(string target, string action, Exception? cause)
    {
        var error = new ConfirmationRequiredException(
            $"{action}: '{target}'? This needs a confirmation, and nobody can be asked here, so nothing was changed.", cause);
        ThrowTerminatingError(ErrorRecords.For(error, target));
        return error;
    }
}

/// <summary>A confirmation was due and could not be asked for, because the session is not interactive.</summary>
public sealed class ConfirmationRequiredException : InvalidOperationException
{
    internal ConfirmationRequiredException(string message, Exception? cause)
        : base(message, cause)
    {
    }
}
