using System.Management.Automation;
using ArtifactRegistry.Operations.CleanUp.Stale;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Tests files of rules for stale images, and shows every problem with its line. Sends no request.</summary>
[Cmdlet(VerbsDiagnostic.Test, "ArStaleRule")]
[OutputType(typeof(StaleRuleTestResult))]
public sealed class TestArStaleRuleCommand : PSCmdlet
{
    /// <summary>
    /// Specifies files, .psd1 or .json; * and ? match several. A file of exactly this name is taken as it is.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, HelpMessage = PromptHelp.RulePath)]
    [PathArgument]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string path in Path)
        {
            try
            {
                foreach (string file in Resolve(path)) Test(file, path);
            }
            catch (RegistryException e)
            {
                WriteError(ErrorRecords.For(e, path));
            }
        }
    }

    private void Test(string path, string given)
    {
        try
        {
            StaleRuleFile file = StaleRulePath.Read(path);
            foreach (StaleRuleProblem problem in file.Problems) WriteObject(new StaleRuleTestResult(path, problem));
            foreach (StaleRuleSet set in file.Sets) WriteObject(new StaleRuleTestResult(path, set, file.InUseFrom));
        }
        catch (RegistryException e)
        {
            WriteError(ErrorRecords.For(e, given));
        }
    }

    private string[] Resolve(string path)
    {
        string full = FilePath.Of(this, path);
        if (File.Exists(full) || !WildcardPattern.ContainsWildcardCharacters(path)) return [full];
        string[] files = [.. SessionState.Path.GetResolvedProviderPathFromPSPath(path, out _).Where(File.Exists)];
        // Where rules are checked, nothing found must not look like nothing wrong.
        return files.Length > 0
            ? files
            : throw new RegistryException(RegistryErrorKind.NotFound, $"No file matches '{path}'.")
            {
                NamesItsSubject = true,
                Advice = "Give the path of a file with rules: .psd1 or .json.",
            };
    }
}
