using System.Globalization;
using System.Text.RegularExpressions;

namespace ArtifactRegistry.Tests.Terminal;

/// <summary>
/// What a terminal shows of the text that is written to it: as much of xterm as PowerShell and PSReadLine use.
/// </summary>
/// <param name="columns">The width.</param>
/// <param name="height">The rows that cursor addresses speak of; what scrolls out above them is kept.</param>
internal sealed partial class Screen(int columns, int height)
{
    private readonly List<char[]> _rows = [];
    private string _rest = "";
    private int _row;
    private int _column;
    private (int Row, int Column) _saved;

    /// <summary>Called with the answer to a question about the position of the cursor.</summary>
    public Action<string>? Answer { get; set; }

    /// <summary>Gets all rows, without the blanks at their ends.</summary>
    public IReadOnlyList<string> Rows => [.. _rows.Select(row => new string(row).TrimEnd())];

    /// <summary>Gets the row of the cursor, counted from the first one ever written.</summary>
    public int Row => _row;

    public override string ToString() => string.Join('\n', Rows);

    /// <summary>Writes text and control sequences; a sequence that is not at its end waits for the next call.</summary>
    public void Write(string text)
    {
        text = _rest + text;
        _rest = "";
        for (int i = 0; i < text.Length;)
        {
            Match match = Token().Match(text, i);
            if (!match.Success)
            {
                _rest = text[i..];
                return;
            }

            i += match.Length;
            if (match.Groups["code"].Success) Control(match.Groups["code"].Value[0], match.Groups["numbers"].Value);
            else if (match.Groups["save"].Success) SaveOrRestore(match.Groups["save"].Value);
            else if (match.Groups["text"].Success) Put(match.Value[0]);
        }
    }

    private int Top => Math.Max(0, _rows.Count - height);

    private void Control(char code, string text)
    {
        int[] numbers = [.. text.Split(';').Select(part =>
            int.TryParse(part, CultureInfo.InvariantCulture, out int number) ? number : 0)];
        int count = Math.Max(1, numbers[0]);
        switch (code)
        {
            case 'A': _row = Math.Max(Top, _row - count); break;
            case 'B': MoveTo(_row - Top + count, _column); break;
            case 'C': _column = Math.Min(columns - 1, _column + count); break;
            case 'D': _column = Math.Max(0, Math.Min(columns - 1, _column) - count); break;
            case 'G': _column = Math.Min(columns, count) - 1; break;
            case 'H' or 'f': MoveTo(count - 1, Math.Max(1, numbers.ElementAtOrDefault(1)) - 1); break;
            case 'J': EraseDisplay(numbers[0]); break;
            case 'K': EraseLine(numbers[0]); break;
            case 'P': Delete(count); break;
            case 'X': Current().AsSpan(_column, Math.Min(count, columns - _column)).Fill(' '); break;
            case 'n' when numbers[0] == 6:
                Answer?.Invoke(string.Create(
                    CultureInfo.InvariantCulture, $"\e[{_row - Top + 1};{Math.Min(_column, columns - 1) + 1}R"));
                break;
            case 'c': Answer?.Invoke("\e[?1;2c"); break;
            // Colours, modes and the shape of the cursor change nothing that is read here.
            case 'm' or 'h' or 'l' or 'q' or 't' or 'r' or 'n': break;
            default: throw new NotSupportedException($"This screen does not know '{code}'.");
        }
    }

    private void SaveOrRestore(string code)
    {
        if (code == "7") _saved = (_row, _column);
        else if (code == "8") (_row, _column) = _saved;
    }

    private void MoveTo(int row, int column)
    {
        _row = Top + Math.Clamp(row, 0, height - 1);
        _column = Math.Clamp(column, 0, columns - 1);
        Current();
    }

    private void EraseDisplay(int what)
    {
        if (what is 1 or 2 or 3)
            for (int row = Top; row < (what == 1 ? _row : _rows.Count); row++) _rows[row].AsSpan().Fill(' ');
        if (what == 0 && _row + 1 < _rows.Count) _rows.RemoveRange(_row + 1, _rows.Count - _row - 1);
        EraseLine(what);
    }

    private void EraseLine(int what)
    {
        int column = Math.Min(_column, columns - 1);
        Span<char> row = Current();
        (what switch { 0 => row[column..], 1 => row[..(column + 1)], _ => row }).Fill(' ');
    }

    private void Delete(int count)
    {
        Span<char> rest = Current().AsSpan(Math.Min(_column, columns - 1));
        count = Math.Min(count, rest.Length);
        rest[count..].CopyTo(rest);
        rest[^count..].Fill(' ');
    }

    private void Put(char value)
    {
        switch (value)
        {
            case '\r': _column = 0; break;
            case '\n': _row++; Current(); break;
            case '\b': _column = Math.Max(0, Math.Min(_column, columns - 1) - 1); break;
            case '\t': _column = Math.Min(columns - 1, (_column / 8 + 1) * 8); break;
            case < ' ': break;
            default:
                // The late wrap at the right edge: only the next character goes to the next row.
                if (_column >= columns) (_row, _column) = (_row + 1, 0);
                Current()[_column++] = value;
                break;
        }
    }

    private char[] Current()
    {
        while (_rows.Count <= _row) _rows.Add([.. Enumerable.Repeat(' ', columns)]);
        return _rows[_row];
    }

    // A control sequence, a title, another escape, or one character. What is cut off at the end matches nothing.
    [GeneratedRegex(
        @"\G(?:\e\[[?>=!]?(?<numbers>[0-9;]*)[ $]?(?<code>[A-Za-z@])|\e\].*?(?:\a|\e\\)|\e[()][A-Z0-9]|\e(?<save>[78=>MDEc])|(?<text>[^\e]))",
        RegexOptions.Singleline)]
    private static partial Regex Token();
}
