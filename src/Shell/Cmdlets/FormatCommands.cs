using System.Management.Automation;
using Microsoft.PowerShell.Commands.Internal.Format;

namespace ArtifactRegistry.Shell.Cmdlets;

/// <summary>Shows objects as a table.</summary>
[Cmdlet(VerbsCommon.Format, "Table")]
public sealed class FormatTableCommand : OuterFormatTableBase
{
    /// <summary>Takes the engine's own implementation.</summary>
    public FormatTableCommand() => EngineInternals.UseShape(this, "Table");
}

/// <summary>Shows the properties of objects one below the other.</summary>
[Cmdlet(VerbsCommon.Format, "List")]
public sealed class FormatListCommand : OuterFormatTableAndListBase
{
    /// <summary>Takes the engine's own implementation.</summary>
    public FormatListCommand() => EngineInternals.UseShape(this, "List");
}
