using System.Management.Automation.Internal;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.PowerShell.Commands.Internal.Format;

namespace ArtifactRegistry.Shell.Cmdlets;

/// <summary>The two doors of the engine that pwsh's own cmdlets use and that it does not open to others.</summary>
/// <remarks>
/// The engine is a package of a fixed version inside this shell, so these cannot change unnoticed: the tests of
/// Select-Object and Format-Table fail if they do. The module itself uses nothing of this kind.
/// </remarks>
internal static class EngineInternals
{
    /// <summary>What ends the commands before this one in the pipeline, as Select-Object -First does.</summary>
    public static Exception StopUpstream(InternalCommand requester) => (Exception)NewStopUpstream(requester);

    /// <summary>Makes a formatting cmdlet that derives from the engine's base class produce this shape.</summary>
    public static void UseShape(FrontEndCommandBase cmdlet, string shape)
    {
        Assembly engine = typeof(FrontEndCommandBase).Assembly;
        string space = typeof(FrontEndCommandBase).Namespace!;
        Type inner = engine.GetType($"{space}.InnerFormatShapeCommand", throwOnError: true)!;
        Type shapes = engine.GetType($"{space}.FormatShape", throwOnError: true)!;
        FieldInfo implementation = typeof(FrontEndCommandBase).GetField("implementation", Hidden)
            ?? throw new MissingFieldException(nameof(FrontEndCommandBase), "implementation");
        implementation.SetValue(
            cmdlet, Activator.CreateInstance(inner, Hidden, null, [Enum.Parse(shapes, shape)], null));
    }

    private const BindingFlags Hidden = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;

    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    [return: UnsafeAccessorType(
        "System.Management.Automation.StopUpstreamCommandsException, System.Management.Automation")]
    private static extern object NewStopUpstream(InternalCommand requestingCommand);
}
