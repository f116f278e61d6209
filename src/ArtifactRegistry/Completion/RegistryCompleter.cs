using System.Collections;
using System.Diagnostics;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace ArtifactRegistry;

/// <summary>
/// Completes the names of existing items. It delays the prompt by less than half a second; names that arrive later are
/// available at the next Tab. Errors are never reported, and names known without a network are always completed.
/// </summary>
public abstract class RegistryCompleter : IArgumentCompleter
{
    // The engine needs its share of the half second.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(400);

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        TypedWord word = new(wordToComplete);
        CompletionRequest request = new(parameterName, word.Text, fakeBoundParameters, Session.Current, Patience);
        CompletionResult[] found =
        [
            .. Suggest(request)
                .Where(suggestion => suggestion.IsMatch || (ByAnyPart
                    ? suggestion.Name.Contains(word.Text, StringComparison.OrdinalIgnoreCase)
                    : suggestion.Name.StartsWith(word.Text, StringComparison.OrdinalIgnoreCase)))
                .DistinctBy(suggestion => suggestion.Name)
                .Select(word.Complete),
        ];
        // Where a completer has nothing to offer, the engine offers the files of the folder.
        return found.Length == 0 && NeverFiles && word.Text.Length > 0
            ? [word.Complete(new Suggestion(word.Text) { IsPlain = true })]
            : found;
    }

    /// <summary>Gets whether file names make no sense, so that the typed text is kept if no name is known.</summary>
    private protected virtual bool NeverFiles => false;

    /// <summary>Gets whether the word may match anywhere in a name, and not only at its beginning.</summary>
    private protected virtual bool ByAnyPart => false;

    /// <summary>Gets the possible names; those that do not match the word are filtered out later.</summary>
    private protected abstract IEnumerable<Suggestion> Suggest(CompletionRequest request);
}

/// <summary>One press of the Tab key.</summary>
internal sealed class CompletionRequest(
    string parameter, string word, IDictionary parameters, Session session, TimeSpan patience)
{
    private readonly long _pressed = Stopwatch.GetTimestamp();

    public string Parameter => parameter;

    public string Word => word;

    /// <summary>The names that exist.</summary>
    public LiveNames Names => session.Names;

    /// <summary>The session's project; null if there is none.</summary>
    public string? OwnProject => session.DefaultProject;

    /// <summary>The project on the command line, otherwise the session's; null if there is none.</summary>
    public string? Project => Text("Project") ?? OwnProject;

    /// <summary>Gets the names if they are available within the remaining time; otherwise none.</summary>
    public IReadOnlyList<Suggestion> InTime(Task<IReadOnlyList<Suggestion>> names)
    {
        TimeSpan left = patience - Stopwatch.GetElapsedTime(_pressed);
        return Background.Within(names, left > TimeSpan.Zero ? left : TimeSpan.Zero) ?? [];
    }

    /// <summary>Gets the value of another parameter, if the engine knows it before the command runs.</summary>
    public string? Text(string name)
    {
        object? value = parameters is not null && parameters.Contains(name) ? parameters[name] : null;
        if (value is IList list)
            value = list.Count > 0 ? list[0] : null;
        return (value is PSObject wrapped ? wrapped.BaseObject : value)?.ToString() is { Length: > 0 } text
            ? text
            : null;
    }

    /// <summary>Gets the image or repository that another parameter names.</summary>
    public ImageName? Name(string name) => ImageName.TryParse(Text(name), out ImageName? image) ? image : null;
}
