using System.Management.Automation;
using ArtifactRegistry.Shell.Hosting;

namespace ArtifactRegistry.Shell.Cmdlets;

/// <summary>Turns objects into the text that the screen would show. Pipes to native programs need it, too.</summary>
[Cmdlet("Out", "String"), OutputType(typeof(string))]
public sealed class OutStringCommand : PSCmdlet
{
    private readonly List<PSObject> _items = [];

    /// <summary>The objects.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>Emits every line by itself.</summary>
    [Parameter]
    public SwitchParameter Stream { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is not null) _items.Add(InputObject);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        ShellHost host = (ShellHost)Host.PrivateData.BaseObject;
        string text = host.Screen.Capture(() =>
            InvokeCommand.InvokeScript("$args[0] | Out-Host", useNewScope: true, default, null, _items));
        if (!Stream)
        {
            WriteObject(text);
            return;
        }

        string[] lines = text.ReplaceLineEndings("\n").Split('\n');
        // What follows the last line break is no line.
        foreach (string line in lines.Take(lines.Length - 1)) WriteObject(line);
    }
}
