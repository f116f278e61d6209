using System.Management.Automation;

namespace ArtifactRegistry.Tests.Support;

/// <summary>How tests speak of errors.</summary>
internal static class ErrorWords
{
    /// <summary>The error's id, without the name of the cmdlet that PowerShell appends.</summary>
    public static string Id(this ErrorRecord error) => error.FullyQualifiedErrorId.Split(',')[0];
}
