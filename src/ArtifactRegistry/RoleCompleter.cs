using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ArtifactRegistry.Operations;

namespace ArtifactRegistry;

/// <summary>Completes the roles of Artifact Registry that let their holder pull.</summary>
public sealed class RoleCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        string word = (wordToComplete ?? "").Trim('\'', '"');
        return ReaderRoles.ArtifactRegistry
            .Where(role => role.Contains(word, StringComparison.OrdinalIgnoreCase))
            .Select(role => new CompletionResult(role));
    }
}
