using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;
using ArtifactRegistry.Shell.Editing;

namespace ArtifactRegistry.Shell.Hosting;

/// <summary>Questions. One that nobody can answer is an error, and never the default answer.</summary>
internal sealed partial class ShellUI
{
    private readonly bool _nonInteractive;

    /// <summary>Stops the running command: Ctrl+C at a question must not count as an answer.</summary>
    public Action? Stop { get; set; }

    public override string ReadLine()
    {
        RequireSomebody();
        return ReadAnswer("");
    }

    public override SecureString ReadLineAsSecureString()
    {
        RequireSomebody();
        return ReadHidden("");
    }

    public override int PromptForChoice(
        string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        RequireSomebody();
        ChoiceMenu menu = new(choices, defaultChoice);
        Ask(caption, message);
        while (true)
        {
            string answer = ReadAnswer(menu.Question).Trim();
            if (answer == "?") _terminal.Questions.Write(menu.Help);
            else if (menu.Find(answer) is int choice) return choice;
        }
    }

    public override Dictionary<string, PSObject> Prompt(
        string caption, string message, Collection<FieldDescription> descriptions)
    {
        RequireSomebody();
        Ask(caption, message);
        Dictionary<string, PSObject> answers = [];
        foreach (FieldDescription field in descriptions) answers[field.Name] = PSObject.AsPSObject(ReadField(field));
        return answers;
    }

    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName) =>
        PromptForCredential(
            caption, message, userName, targetName, PSCredentialTypes.Default, PSCredentialUIOptions.Default);

    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName,
        PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options)
    {
        RequireSomebody();
        Ask(caption, message);
        string user = string.IsNullOrEmpty(userName) ? ReadAnswer("User: ") : userName;
        return new PSCredential(user, ReadHidden($"Password for user {user}: "));
    }

    /// <summary>The same question of the console itself, such as <c>$Host.UI.RawUI.ReadKey()</c>.</summary>
    public void RequireSomebody()
    {
        if (_nonInteractive)
            throw new PSInvalidOperationException(
                "This shell is in NonInteractive mode. Read and Prompt functionality is not available.");
        if (!_terminal.CanAsk)
            throw new PSInvalidOperationException(
                "Nobody can answer a question here, because standard input is not a terminal. "
                + "Read and Prompt functionality is not available.");
    }

    private void Ask(string caption, string message)
    {
        ResetProgress();
        if (!string.IsNullOrEmpty(caption)) _terminal.Questions.WriteLine(Environment.NewLine + caption);
        if (!string.IsNullOrEmpty(message)) _terminal.Questions.WriteLine(message);
    }

    private object? ReadField(FieldDescription field)
    {
        Type type = Type.GetType(field.ParameterAssemblyFullName) ?? typeof(string);
        if (type == typeof(SecureString)) return ReadHidden(field.Name + ": ");
        if (type == typeof(PSCredential)) return PromptForCredential("", "", "", "");
        if (!type.IsArray) return ReadValue(field.Name + ": ", type);

        List<object> items = [];
        while (true)
        {
            string answer = ReadAnswer($"{field.Name}[{items.Count}]: ");
            if (answer.Length == 0)
                return LanguagePrimitives.ConvertTo(items.ToArray(), type, CultureInfo.CurrentCulture);
            items.Add(answer);
        }
    }

    private object? ReadValue(string question, Type type)
    {
        while (true)
        {
            string answer = ReadAnswer(question);
            if (LanguagePrimitives.TryConvertTo(answer, type, out object? value)) return value;
            _terminal.Questions.WriteLine($"Cannot recognize \"{answer}\" as a {type.Name}.");
        }
    }

    private string ReadAnswer(string question)
    {
        if (!_terminal.CanMoveCursor)
        {
            _terminal.Questions.Write(question);
            return Console.In.ReadLine() ?? throw Cancelled();
        }

        LineEditor editor = new(ConsoleTerminal.ReadKey, _terminal.Questions, () => ConsoleTerminal.Width);
        string? answer = ConsoleTerminal.WithControlC(() => editor.ReadLine(question));
        return answer is null || editor.WasCancelled ? throw Cancelled() : answer;
    }

    private SecureString ReadHidden(string question)
    {
        _terminal.Questions.Write(question);
        SecureString secret = new();
        bool cancelled = ConsoleTerminal.WithControlC(() =>
        {
            while (true)
            {
                ConsoleKeyInfo key = Console.ReadKey(intercept: true);
                if (key.Key == ConsoleKey.Enter || key.KeyChar is '\r' or '\n') return false;
                if (key is { Key: ConsoleKey.C, Modifiers: ConsoleModifiers.Control }) return true;
                if (key.Key == ConsoleKey.Backspace && secret.Length > 0) secret.RemoveAt(secret.Length - 1);
                else if (!char.IsControl(key.KeyChar)) secret.AppendChar(key.KeyChar);
            }
        });
        _terminal.Questions.WriteLine();
        return cancelled ? throw Cancelled() : secret;
    }

    private PipelineStoppedException Cancelled()
    {
        Stop?.Invoke();
        return new PipelineStoppedException();
    }
}
