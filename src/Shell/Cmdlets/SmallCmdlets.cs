using System.Collections.Frozen;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace ArtifactRegistry.Shell.Cmdlets;

/// <summary>The cmdlets of this shell: a few of pwsh's that the bare engine does not have.</summary>
internal static class SmallCmdlets
{
    private static readonly FrozenDictionary<string, Type> ByName = Assembly.GetExecutingAssembly().GetTypes()
        .Select(type => (Type: type, Cmdlet: type.GetCustomAttribute<CmdletAttribute>()))
        .Where(pair => pair.Cmdlet is not null)
        .ToFrozenDictionary(
            pair => $"{pair.Cmdlet!.VerbName}-{pair.Cmdlet.NounName}",
            pair => pair.Type,
            StringComparer.OrdinalIgnoreCase);

    public static void AddTo(InitialSessionState state)
    {
        foreach ((string name, Type type) in ByName) state.Commands.Add(new SessionStateCmdletEntry(name, type, null));
    }

    /// <summary>A cmdlet of this shell, by its name without a module; null if there is none.</summary>
    public static CmdletInfo? Find(string name) =>
        ByName.TryGetValue(name, out Type? type) ? new CmdletInfo(name, type) : null;
}
