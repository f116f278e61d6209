namespace ArtifactRegistry.Tests.Support;

/// <summary>What objects may have been through before they come back to the module, as a step of a pipeline.</summary>
internal static class Journey
{
    /// <summary>A job, remoting, or Export-Clixml.</summary>
    public const string Clixml = "ForEach-Object { $_ | ConvertTo-CliXml | ConvertFrom-CliXml }";

    /// <summary>A CSV, where all is text.</summary>
    public const string Csv = "ConvertTo-Csv | ConvertFrom-Csv";
}
