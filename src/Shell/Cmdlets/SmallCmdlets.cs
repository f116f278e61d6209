using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace ArtifactRegistry.Shell.Cmdlets;

/// <summary>The cmdlets of this shell: a few of pwsh's that the bare engine does not have.</summary>
internal static class SmallCmdlets
{
    public static void AddTo(InitialSessionState state)
    {
        foreach (Type type in Assembly.GetExecutingAssembly().GetTypes())
            if (type.GetCustomAttribute<CmdletAttribute>() is CmdletAttribute cmdlet)
                state.Commands.Add(new SessionStateCmdletEntry($"{cmdlet.VerbName}-{cmdlet.NounName}", type, null));
    }
}
