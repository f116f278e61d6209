using System.Globalization;
using System.Management.Automation.Host;
using System.Reflection;

namespace ArtifactRegistry.Shell.Hosting;

/// <summary>The engine's view of this shell.</summary>
internal sealed class ShellHost(ShellUI ui) : PSHost
{
    public override string Name => "ArtifactRegistryShell";

    public override Version Version { get; } = Assembly.GetExecutingAssembly().GetName().Version ?? new Version(0, 0);

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override PSHostUserInterface UI => ui;

    public override CultureInfo CurrentCulture => CultureInfo.CurrentCulture;

    public override CultureInfo CurrentUICulture => CultureInfo.CurrentUICulture;

    /// <summary>What <c>exit</c> asked for; null as long as nothing did.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>Opened for "Suspend" in a confirmation; set by the interactive loop while there is one.</summary>
    public Action? NestedPrompt { get; set; }

    /// <summary>Whether the innermost nested prompt has been asked to end.</summary>
    public bool LeavesNestedPrompt { get; set; }

    public override void SetShouldExit(int exitCode) => ExitCode ??= exitCode;

    public override void EnterNestedPrompt()
    {
        if (NestedPrompt is null) throw new HostException("Suspending needs the interactive shell.");
        NestedPrompt();
    }

    public override void ExitNestedPrompt() => LeavesNestedPrompt = true;

    public override void NotifyBeginApplication() { }

    public override void NotifyEndApplication() { }
}
