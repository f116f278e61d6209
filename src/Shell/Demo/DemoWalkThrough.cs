using ArtifactRegistry.Shell.Hosting;

namespace ArtifactRegistry.Shell.Demo;

/// <summary>Shows every step as somebody would type it, runs it, and shows what it really gives.</summary>
internal sealed class DemoWalkThrough(ShellSession session, ShellUI ui)
{
    private const ConsoleColor CommentColour = ConsoleColor.DarkGreen;
    private const ConsoleColor Unchanged = (ConsoleColor)(-1);

    /// <summary>Runs the steps; false as soon as one of them does not do what it says.</summary>
    public bool Run()
    {
        foreach (DemoStep step in DemoStep.Load())
        {
            ui.Write(CommentColour, Unchanged, step.Comment);
            ui.WriteLine();
            if (step.Command.Length > 0 && !Run(step)) return false;
            ui.WriteLine();
        }

        return true;
    }

    /// <summary>Hands over to the person at the prompt.</summary>
    public void Invite()
    {
        ui.Write(CommentColour, Unchanged,
            "# Your turn: $app is still set, Get-Command -Module ArtifactRegistry lists the commands, exit leaves.");
        ui.WriteLine();
    }

    private bool Run(DemoStep step)
    {
        ui.WriteLine("PS> " + step.Command.Replace("\n", "\n>> ", StringComparison.Ordinal));
        // $? tells of the last statement only; an error anywhere in the step counts here.
        int before = ErrorCount;
        session.Run(step.Command);
        bool failed = session.WasStopped || ErrorCount > before;
        if (session.WasStopped || failed != step.IsRefused)
        {
            ui.WriteErrorLine(session.WasStopped ? "The demo was stopped."
                : step.IsRefused ? "The demo ends here: this step should have been refused."
                : "The demo ends here: this step failed.");
            return false;
        }

        return true;
    }

    private int ErrorCount => session.Evaluate("$Error.Count") as int? ?? 0;
}
