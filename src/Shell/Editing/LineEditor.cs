namespace ArtifactRegistry.Shell.Editing;

/// <summary>Reads a command from a terminal, with the keys that people know from other shells.</summary>
/// <remarks>
/// Knows neither PowerShell nor the console: keys come from a delegate, and drawing goes to a writer as text and a
/// few cursor sequences. PSReadLine is no NuGet package, and what there is would bring more than this needs.
/// </remarks>
/// <param name="readKey">Waits for the next key.</param>
/// <param name="screen">The terminal, which understands VT sequences.</param>
/// <param name="width">The width of the terminal at the moment.</param>
public sealed class LineEditor(Func<ConsoleKeyInfo> readKey, TextWriter screen, Func<int> width)
{
    private readonly LineBuffer _buffer = new();
    private readonly LineDisplay _display = new(screen, width);
    private readonly List<string> _history = [];
    private int _historyIndex;
    private string _draft = "";
    private CompletionCycle? _cycle;

    /// <summary>What can stand at the cursor: the part of the text to replace, and the candidates for it.</summary>
    public Func<string, int, (int Start, int Length, IReadOnlyList<string> Candidates)>? Complete { get; set; }

    /// <summary>Whether a text needs further lines, so that Enter does not yet end it.</summary>
    public Func<string, bool>? IsIncomplete { get; set; }

    /// <summary>Whether Ctrl+C ended the last reading; its result is then empty.</summary>
    public bool WasCancelled { get; private set; }

    /// <summary>Reads one command, which may have several lines; null at the end of input (Ctrl+D).</summary>
    public string? ReadLine(string prompt)
    {
        _buffer.Set("");
        _historyIndex = _history.Count;
        _draft = "";
        _cycle = null;
        WasCancelled = false;
        _display.Begin(prompt);

        while (true)
        {
            _display.Draw(_buffer.Text, _buffer.Cursor);
            ConsoleKeyInfo key = readKey();
            bool control = key.Modifiers.HasFlag(ConsoleModifiers.Control);

            if (control && key.Key == ConsoleKey.C) return Cancel();
            if (control && key.Key == ConsoleKey.D && _buffer.Length == 0) return EndOfInput();
            if ((key.Key == ConsoleKey.Enter || key.KeyChar is '\r' or '\n') && Enter() is string line) return line;
            if (key.Key != ConsoleKey.Enter && key.KeyChar is not ('\r' or '\n')) Edit(key, control);
        }
    }

    /// <summary>Adds a command that the up arrow brings back.</summary>
    public void Remember(string line)
    {
        if (!string.IsNullOrWhiteSpace(line) && (_history.Count == 0 || _history[^1] != line)) _history.Add(line);
    }

    private string? Enter()
    {
        string text = _buffer.Text;
        if (IsIncomplete?.Invoke(text) == true)
        {
            _buffer.MoveToEnd();
            _buffer.Insert("\n");
            return null;
        }

        _display.End(text);
        return text;
    }

    private string Cancel()
    {
        _display.End(_buffer.Text, "^C");
        WasCancelled = true;
        return "";
    }

    private string? EndOfInput()
    {
        _display.End("");
        return null;
    }

    private void Edit(ConsoleKeyInfo key, bool control)
    {
        bool alt = key.Modifiers.HasFlag(ConsoleModifiers.Alt);
        bool shift = key.Modifiers.HasFlag(ConsoleModifiers.Shift);

        if (key.Key == ConsoleKey.Tab)
        {
            Cycle(shift ? -1 : 1);
            return;
        }

        _cycle = null;
        Action? edit = (key.Key, control, alt) switch
        {
            (ConsoleKey.LeftArrow, true, _) or (ConsoleKey.B, _, true) => _buffer.MoveWordLeft,
            (ConsoleKey.RightArrow, true, _) or (ConsoleKey.F, _, true) => _buffer.MoveWordRight,
            (ConsoleKey.LeftArrow, _, _) or (ConsoleKey.B, true, _) => _buffer.MoveLeft,
            (ConsoleKey.RightArrow, _, _) or (ConsoleKey.F, true, _) => _buffer.MoveRight,
            (ConsoleKey.Home, _, _) or (ConsoleKey.A, true, _) => _buffer.MoveToStart,
            (ConsoleKey.End, _, _) or (ConsoleKey.E, true, _) => _buffer.MoveToEnd,
            (ConsoleKey.Backspace, _, true) => _buffer.CutWordBack,
            (ConsoleKey.Backspace, _, _) or (ConsoleKey.H, true, _) => _buffer.DeleteBack,
            (ConsoleKey.Delete, _, _) or (ConsoleKey.D, true, _) => _buffer.DeleteForward,
            (ConsoleKey.U, true, _) => _buffer.CutToStart,
            (ConsoleKey.K, true, _) => _buffer.CutToEnd,
            (ConsoleKey.W, true, _) => _buffer.CutBackToBlank,
            (ConsoleKey.Escape, _, _) => () => _buffer.Set(""),
            (ConsoleKey.UpArrow, _, _) or (ConsoleKey.P, true, _) => () => Recall(-1),
            (ConsoleKey.DownArrow, _, _) or (ConsoleKey.N, true, _) => () => Recall(1),
            (ConsoleKey.L, true, _) => _display.ClearScreen,
            (ConsoleKey.Spacebar or ConsoleKey.D2, true, _) => ListCandidates,
            _ when !char.IsControl(key.KeyChar) && !alt => () => _buffer.Insert(key.KeyChar.ToString()),
            _ => null,
        };
        edit?.Invoke();
    }

    private void Recall(int step)
    {
        int index = _historyIndex + step;
        if (index < 0 || index > _history.Count) return;
        if (_historyIndex == _history.Count) _draft = _buffer.Text;
        _historyIndex = index;
        _buffer.Set(index == _history.Count ? _draft : _history[index]);
    }

    private void Cycle(int step)
    {
        if (_cycle is null)
        {
            if (Find() is not CompletionCycle found) return;
            _cycle = found with { Index = step > 0 ? 0 : found.Candidates.Count - 1 };
        }
        else
        {
            int count = _cycle.Candidates.Count;
            _cycle = _cycle with { Index = (_cycle.Index + step + count) % count };
        }

        string candidate = _cycle.Candidates[_cycle.Index];
        _buffer.Replace(_cycle.Start, _cycle.Length, candidate);
        _cycle = _cycle with { Length = candidate.Length };
    }

    private void ListCandidates()
    {
        if (Find() is not CompletionCycle found) return;
        int column = Math.Min(found.Candidates.Max(c => c.Length) + 2, Math.Max(width(), 2));
        int perRow = Math.Max(1, width() / column);
        IEnumerable<string> rows = found.Candidates.Chunk(perRow)
            .Select(row => string.Concat(row.Select(c => c.PadRight(column))).TrimEnd() + Environment.NewLine);
        _display.WriteBelow(_buffer.Text, string.Concat(rows));
    }

    private CompletionCycle? Find()
    {
        if (Complete is null) return null;
        (int start, int length, IReadOnlyList<string> candidates) = Complete(_buffer.Text, _buffer.Cursor);
        return candidates.Count == 0 ? null : new CompletionCycle(start, length, candidates, 0);
    }

    private sealed record CompletionCycle(int Start, int Length, IReadOnlyList<string> Candidates, int Index);
}
