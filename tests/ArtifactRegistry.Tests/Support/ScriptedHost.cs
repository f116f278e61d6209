using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;
using System.Text;
using System.Text.RegularExpressions;

namespace ArtifactRegistry.Tests.Support;

/// <summary>A question that PowerShell put to the user.</summary>
internal sealed record Question(string Caption, string Message, IReadOnlyList<string> Choices, string? Default);

/// <summary>A host whose user gives answers that were written down before, and whose screen can be read.</summary>
/// <param name="answers">Choices by their labels without ampersand, for example "Yes to All"; the last one goes
/// on.</param>
internal sealed partial class ScriptedHost(params string[] answers) : PSHost
{
    private readonly ScriptedInterface _interface = new(answers);

    /// <summary>What was asked, in order.</summary>
    public IReadOnlyList<Question> Questions => _interface.Questions;

    /// <summary>Called when a question is on the screen, before it is answered.</summary>
    public Action<Question>? WhenAsked { get => _interface.WhenAsked; set => _interface.WhenAsked = value; }

    /// <summary>The columns of the screen; 120 unless set.</summary>
    public int Width { set => UI.RawUI.BufferSize = UI.RawUI.WindowSize = new(value, 50); }

    /// <summary>The lines on the screen, without their colours.</summary>
    public IReadOnlyList<string> Screen => Colour().Replace(_interface.Screen, "").Split('\n');

    public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;

    public override CultureInfo CurrentUICulture => CultureInfo.InvariantCulture;

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override string Name => "ScriptedHost";

    public override PSHostUserInterface UI => _interface;

    public override Version Version { get; } = new(1, 0);

    public override void EnterNestedPrompt() => throw new NotSupportedException();

    public override void ExitNestedPrompt() => throw new NotSupportedException();

    public override void NotifyBeginApplication()
    {
    }

    public override void NotifyEndApplication()
    {
    }

    public override void SetShouldExit(int exitCode)
    {
    }

    [GeneratedRegex(@"\x1b\[[0-9;]*m")]
    private static partial Regex Colour();

    private sealed class ScriptedInterface(string[] answers) : PSHostUserInterface
    {
        private readonly List<Question> _questions = [];
        private readonly StringBuilder _screen = new();

        public IReadOnlyList<Question> Questions => _questions;

        public Action<Question>? WhenAsked { get; set; }

        public string Screen => _screen.ToString();

        public override PSHostRawUserInterface RawUI { get; } = new Console120();

        public override int PromptForChoice(
            string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
        {
            string[] labels = [.. choices.Select(choice => choice.Label.Replace("&", "", StringComparison.Ordinal))];
            Question question = new(caption, message, labels, defaultChoice >= 0 ? labels[defaultChoice] : null);
            _questions.Add(question);
            WhenAsked?.Invoke(question);
            string answer = answers[Math.Min(_questions.Count, answers.Length) - 1];
            int choice = Array.IndexOf(labels, answer);
            return choice >= 0
                ? choice
                : throw new InvalidOperationException($"No '{answer}' in {string.Join(", ", labels)}.");
        }

        public override Dictionary<string, PSObject> Prompt(
            string caption,
            string message,
            Collection<FieldDescription> descriptions
        ) => throw new NotSupportedException();

        public override PSCredential PromptForCredential(
            string caption, string message, string userName, string targetName) => throw new NotSupportedException();

        public override PSCredential PromptForCredential(
            string caption,
            string message,
            string userName,
            string targetName,
            PSCredentialTypes allowedCredentialTypes,
            PSCredentialUIOptions options) => throw new NotSupportedException();

        public override string ReadLine() => throw new NotSupportedException();

        public override SecureString ReadLineAsSecureString() => throw new NotSupportedException();

        public override void Write(string value) => _screen.Append(value);

        public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
            Write(value);

        public override void WriteLine(string value) => _screen.Append(value).Append('\n');

        public override void WriteErrorLine(string value) => WriteLine(value);

        public override void WriteDebugLine(string message) => WriteLine("DEBUG: " + message);

        public override void WriteVerboseLine(string message) => WriteLine("VERBOSE: " + message);

        public override void WriteWarningLine(string message) => WriteLine("WARNING: " + message);

        public override void WriteProgress(long sourceId, ProgressRecord record)
        {
        }
    }

    /// <summary>A console of 120 columns, unless it is set.</summary>
    private sealed class Console120 : PSHostRawUserInterface
    {
        public override ConsoleColor BackgroundColor { get; set; }

        public override Size BufferSize { get; set; } = new(120, 50);

        public override Coordinates CursorPosition { get; set; }

        public override int CursorSize { get; set; }

        public override ConsoleColor ForegroundColor { get; set; }

        public override bool KeyAvailable => false;

        public override Size MaxPhysicalWindowSize => new(120, 50);

        public override Size MaxWindowSize => new(120, 50);

        public override Coordinates WindowPosition { get; set; }

        public override Size WindowSize { get; set; } = new(120, 50);

        public override string WindowTitle { get; set; } = "";

        public override void FlushInputBuffer()
        {
        }

        public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw new NotSupportedException();

        public override KeyInfo ReadKey(ReadKeyOptions options) => throw new NotSupportedException();

        public override void ScrollBufferContents(
            Rectangle source,
            Coordinates destination,
            Rectangle clip,
            BufferCell fill
        ) => throw new NotSupportedException();

        public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) =>
            throw new NotSupportedException();

        public override void SetBufferContents(Rectangle rectangle, BufferCell fill) =>
            throw new NotSupportedException();
    }
}
