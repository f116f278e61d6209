using System.Diagnostics;
using System.Management.Automation;
using System.Reflection;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>A cmdlet that changes something: it asks first, and does several items at once.</summary>
public abstract class ChangeCmdlet : RegistryCmdlet
{
    private bool _yesToAll;
    private bool _noToAll;

    /// <summary>How many items are worked on at once.</summary>
    [Parameter]
    [ValidateRange(1, 128)]
    public int ThrottleLimit { get; set; } = 16;

    /// <inheritdoc/>
    protected override int MaxConcurrency => ThrottleLimit;

    private protected override bool FinishesWhatRuns => true;

    /// <summary>True if the user said that no question is wanted, by a switch of the cmdlet's own.</summary>
    private protected virtual bool NoQuestions => false;

    private protected bool IsWhatIf => IsOn("WhatIf", "WhatIfPreference", value => LanguagePrimitives.IsTrue(value));

    /// <summary>Asks from work; the pipeline thread puts the questions, one after the other.</summary>
    private protected Task<bool> ConfirmAsync(string target, string action) =>
        // Nobody is asked about what will not be begun any more.
        PerformAsync(() => !IsEnding && Confirm(target, action));

    /// <summary>
    /// ShouldProcess, except that a question which nobody can answer ends the cmdlet instead of counting as a yes, and that
    /// the default answer to a question about a deletion is No.
    /// </summary>
    /// <param name="target">What would be changed, by its full name.</param>
    /// <param name="action">A verb phrase that says what would happen to it.</param>
    /// <param name="details">Lines that the question has below, if one is put.</param>
    private protected bool Confirm(string target, string action, Func<string>? details = null)
    {
        if (IsUnasked || OnlyDebugAsks)
        {
            WriteVerbose($"{action}: {target}");
            return true;
        }

        return IsDueAt(OwnImpact) ? Ask(target, action, details) : ShouldProcess(target, action);
    }

    /// <summary>
    /// True if changes that are of high impact together should be asked about once: each by itself is not asked about, and
    /// nobody said that no question is wanted.
    /// </summary>
    private protected bool AsksTogether => !NoQuestions && !IsDueAt(OwnImpact) && IsDueAt(ConfirmImpact.High);

    /// <summary>Asks once about several changes.</summary>
    private protected bool ConfirmTogether(string target, string action) => Ask(target, action);

    /// <summary>True if the user will be asked, and may take their time.</summary>
    private protected bool Asks => !IsUnasked && IsDueAt(OwnImpact);

    /// <summary>Gets how long questions have stood so far, which is no work.</summary>
    private protected TimeSpan Asking { get; private set; }

    private bool Ask(string target, string action, Func<string>? details = null)
    {
        // With its input redirected, pwsh reads the answer from there: a blank line would be taken for the default.
        if (Host.Name == "ConsoleHost" && Console.IsInputRedirected) throw NobodyToAsk(target, action, null);
        long asked = Stopwatch.GetTimestamp();
        try
        {
            // Of PowerShell's questions only this one can have No as its default, and ShouldProcess cannot.
            return IsDeletion
                ? ShouldContinue(
                    "Are you sure you want to perform this action?\n"
                        + $"Performing the operation \"{SafeText.Clean(action)}\" on target \"{SafeText.Clean(target)}\".{details?.Invoke()}",
                    "Confirm", hasSecurityImpact: true, ref _yesToAll, ref _noToAll)
                : ShouldProcess(target, action);
        }
        catch (Exception e) when (e is not PipelineStoppedException and not ActionPreferenceStopException)
        {
            throw NobodyToAsk(target, action, e);
        }
        finally
        {
            Asking += Stopwatch.GetElapsedTime(asked);
        }
    }

    private CmdletAttribute Declaration => GetType().GetCustomAttribute<CmdletAttribute>()!;

    private ConfirmImpact OwnImpact => Declaration.ConfirmImpact;

    private bool IsDeletion => Declaration.VerbName is VerbsCommon.Remove or VerbsSecurity.Revoke;

    private bool IsUnasked => NoQuestions && !IsWhatIf && !MyInvocation.BoundParameters.ContainsKey("Confirm");

    private bool IsDueAt(ConfirmImpact impact)
    {
        if (IsWhatIf) return false;
        if (MyInvocation.BoundParameters.TryGetValue("Confirm", out object? given))
            return given is SwitchParameter { IsPresent: true } or true;
        ConfirmImpact threshold = LanguagePrimitives.TryConvertTo(GetVariableValue("ConfirmPreference"), out ConfirmImpact set)
            ? set
            : ConfirmImpact.High;
        return threshold != ConfirmImpact.None && impact >= threshold;
    }

    // Until 7.5, ShouldProcess asks about every change under -Debug: https://github.com/PowerShell/PowerShell/pull/26081.
    // Whoever wants to see what is sent is not asked.
    private bool OnlyDebugAsks => DebugAsks && !IsWhatIf && !IsDueAt(OwnImpact)
        && MyInvocation.BoundParameters.TryGetValue("Debug", out object? debug) && (debug is SwitchParameter { IsPresent: true } or true);

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
