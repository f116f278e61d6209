using System.Collections.Concurrent;
using System.Diagnostics;
using System.Management.Automation;
using System.Reflection;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>
/// A cmdlet that changes something: it asks for confirmation first, and processes several items at once.
/// </summary>
public abstract class ChangeCmdlet : RegistryCmdlet
{
    private readonly ConcurrentDictionary<object, byte> _untold = new(ReferenceEqualityComparer.Instance);
    private bool _yesToAll;
    private bool _noToAll;
    private bool _hasChanges;

    /// <summary>Specifies the maximum number of items that are processed at once.</summary>
    [Parameter]
    [ValidateRange(1, 128)]
    public int ThrottleLimit { get; set; } = 16;

    /// <inheritdoc/>
    protected override int MaxConcurrency => ThrottleLimit;

    private protected override bool FinishesWhatRuns => true;

    /// <summary>Gets whether the user turned off questions with a switch of the cmdlet.</summary>
    private protected virtual bool NoQuestions => false;

    /// <summary>Gets what every question of the cmdlet about a deletion ends with; empty for nothing.</summary>
    private protected virtual string Notice => "";

    private protected bool IsWhatIf => IsOn("WhatIf", "WhatIfPreference", value => LanguagePrimitives.IsTrue(value));

    /// <summary>
    /// Asks for confirmation during work; the pipeline thread asks the questions one after the other.
    /// </summary>
    private protected Task<bool> ConfirmAsync(string target, string action) =>
        // Do not ask about work that will no longer be started.
        AskAsync(() => !IsEnding && Confirm(target, action), () => IsWhatIf || Asks);

    /// <summary>
    /// Ends the command with a line that says that there was nothing to change, unless it asked about some change.
    /// </summary>
    /// <param name="reason">Why there was nothing to change.</param>
    private protected void WriteUnchanged(string reason)
    {
        if (!_hasChanges)
            ScreenOutput.WriteLastWord(
                this, IsWhatIf ? $"What if: nothing would change, {reason}." : $"Nothing was changed: {reason}.");
    }

    /// <summary>Ends the command if -ExpectedDigest is not a digest.</summary>
    private protected void RequireDigest(string? expected)
    {
        if (expected is null || Digest.IsValid(expected)) return;
        ThrowTerminatingError(
            ErrorRecords.For(
                new RegistryException(
                    RegistryErrorKind.NameNotSpecific, $"-ExpectedDigest '{expected}' is not a digest.")
                {
                    Advice =
                        "Give sha256: and 64 hexadecimal digits, as the Digest or PreviousDigest of an object has it.",
                },
                expected));
    }

    /// <summary>Writes the row of a change; if the pipeline ends before, the screen names the change instead.</summary>
    private protected ValueTask EmitChangeAsync(object row)
    {
        object change = PSObject.AsPSObject(row).BaseObject;
        _untold.TryAdd(change, default);
        return EmitAsync(row, () => _untold.TryRemove(change, out _));
    }

    private protected override void OnEnded()
    {
        if (!_untold.IsEmpty)
            ReportAtEnd(
                "Done before the command ended, but not written as a row: "
                + $"{string.Join(", ", _untold.Keys.Select(row => row.ToString()).Order())}");
    }

    /// <summary>
    /// Asks as ShouldProcess does, except that a question that nobody can answer ends the cmdlet instead of counting as
    /// Yes, and that the default answer to a question about a deletion is No.
    /// </summary>
    /// <param name="target">The full name of the item that would be changed.</param>
    /// <param name="action">A verb phrase that says what would happen to it.</param>
    /// <param name="details">Lines that the question has below, if one is put.</param>
    private protected bool Confirm(string target, string action, Func<string>? details = null)
    {
        _hasChanges = true;
        if (IsUnasked || OnlyDebugAsks)
        {
            WriteVerbose($"{action}: {target}");
            return true;
        }

        return IsDueAt(OwnImpact) ? Ask(target, action, details) : ShouldProcess(target, action);
    }

    /// <summary>
    /// Gets whether to ask once about changes that together have a high impact: there is no question for each change,
    /// and the user has not turned off questions.
    /// </summary>
    private protected bool AsksTogether => !NoQuestions && !IsDueAt(OwnImpact) && IsDueAt(ConfirmImpact.High);

    /// <summary>Asks once about several changes.</summary>
    private protected bool ConfirmTogether(string target, string action) => Ask(target, action);

    /// <summary>Gets whether the user will be asked and may take time to answer.</summary>
    private protected bool Asks => !IsUnasked && IsDueAt(OwnImpact);

    /// <summary>Gets the total time that questions have been open so far, which does not count as work.</summary>
    private protected TimeSpan Asking { get; private set; }

    private bool Ask(string target, string action, Func<string>? details = null)
    {
        // If input is redirected, pwsh reads the answer from there, and would take a blank line for the default.
        if (Host.Name == "ConsoleHost" && Console.IsInputRedirected) throw NobodyToAsk(target, action, null);
        long asked = Stopwatch.GetTimestamp();
        try
        {
            // Of PowerShell's prompts, only this one can have No as its default; ShouldProcess cannot.
            return IsDeletion
                ? ShouldContinue(
                    "Are you sure you want to perform this action?\n"
                        + $"Performing the operation \"{SafeText.Clean(action)}\" on target "
                        + $"\"{SafeText.Clean(target)}\".{details?.Invoke()}{SafeText.Clean(Notice)}",
                    "Confirm", hasSecurityImpact: true, ref _yesToAll, ref _noToAll)
                : ShouldProcess(target, action);
        }
        catch (PipelineStoppedException)
        {
            Host.UI?.WriteLine(); // the cursor is behind the question
            throw;
        }
        catch (Exception e) when (e is not ActionPreferenceStopException)
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

    private bool IsDeletion => Declaration.VerbName
        is VerbsCommon.Remove or VerbsSecurity.Revoke or VerbsSecurity.Unprotect;

    private bool IsUnasked => NoQuestions && !IsWhatIf && !MyInvocation.BoundParameters.ContainsKey("Confirm");

    private bool IsDueAt(ConfirmImpact impact)
    {
        if (IsWhatIf) return false;
        if (MyInvocation.BoundParameters.TryGetValue("Confirm", out object? given))
            return given is SwitchParameter { IsPresent: true } or true;
        ConfirmImpact threshold = LanguagePrimitives.TryConvertTo(
            GetVariableValue("ConfirmPreference"),
            out ConfirmImpact set
        )
            ? set
            : ConfirmImpact.High;
        return threshold != ConfirmImpact.None && impact >= threshold;
    }

    // -Debug is used to see the requests, not to be asked about them.
    private bool OnlyDebugAsks =>
        DebugSwitch.AsksAtChanges && !IsWhatIf && !IsDueAt(OwnImpact) && DebugSwitch.IsGiven(this);

    private ConfirmationRequiredException NobodyToAsk(string target, string action, Exception? cause)
    {
        ConfirmationRequiredException error = new(
            $"{action}: '{target}'? This needs a confirmation, and nobody can be asked here, so nothing was changed.",
            cause
        );
        ThrowTerminatingError(ErrorRecords.For(error, target));
        return error;
    }
}

/// <summary>
/// The exception for a confirmation that was required but impossible, because the session is not interactive.
/// </summary>
public sealed class ConfirmationRequiredException : InvalidOperationException
{
    internal ConfirmationRequiredException(string message, Exception? cause)
        : base(message, cause)
    {
    }
}
