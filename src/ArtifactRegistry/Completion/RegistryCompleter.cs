using System.Collections;
using System.Diagnostics;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace ArtifactRegistry;

/// <summary>
/// Completes the names of what exists. It keeps the prompt waiting for less than half a second: what comes later is there
/// at the next Tab. Whatever goes wrong, it says nothing; what is known without a network is completed always.
/// </summary>
public abstract class RegistryCompleter : IArgumentCompleter
{
    // The engine has its share of the half second.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(400);

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        var word = new TypedWord(wordToComplete);
        var request = new CompletionRequest(parameterName, word.Text, fakeBoundParameters, Session.Current, Patience);
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

    /// <summary>Whether names of files make no sense, so that what was typed stays as it is where nothing is known.</summary>
    private protected virtual bool NeverFiles => false;

    /// <summary>Whether the word may stand anywhere in a name, and not only at its beginning.</summary>
    private protected virtual bool ByAnyPart => false;

    /// <summary>What may stand there; what does not begin with the word is left out later.</summary>
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

    /// <summary>The project that the command line names, else the session's; null if there is none.</summary>
    public string? Project => Text("Project") ?? OwnProject;

    /// <summary>What is known within the time that is left; nothing if that is not enough.</summary>
    public IReadOnlyList<Suggestion> InTime(Task<IReadOnlyList<Suggestion>> names)
    {
        TimeSpan left = patience - Stopwatch.GetElapsedTime(_pressed);
        return Background.Within(names, left > TimeSpan.Zero ? left : TimeSpan.Zero) ?? [];
    }

    /// <summary>The value of another parameter, where the engine knows it before the command runs.</summary>
    public string? Text(string name)
    {
        object? value = parameters is not null && parameters.Contains(name) ? parameters[name] : null;
        if (value is IList list) value = list.Count > 0 ? list[0] : null;
        return (value is PSObject wrapped ? wrapped.BaseObject : value)?.ToString() is { Length: > 0 } text ? text : null;
    }

    /// <summary>The image or repository that another parameter names.</summary>
    public ImageName? Name(string name) => ImageName.TryParse(Text(name), out ImageName? image) ? image : null;
}
