using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ArtifactRegistry.Tests;

/// <summary>As much of a terminal as the line editor uses, with the late wrap at the right edge.</summary>
internal sealed partial class ShellScreen(int width) : TextWriter
{
    private readonly List<char[]> _rows = [];
    private int _row;
    private int _column;

    public int Width => width;

    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>The rows, without the blanks at their ends and without the second cells of wide characters.</summary>
    public IEnumerable<string> Rows =>
        _rows.Select(row => new string(row).Replace("\0", "", StringComparison.Ordinal).TrimEnd());

    public string Text => string.Join('\n', Rows);

    public void Clear()
    {
        _rows.Clear();
        (_row, _column) = (0, 0);
    }

    public override void Write(char value) => Write(value.ToString());

    public override void Write(string? value)
    {
        foreach (Match match in Token().Matches(value ?? ""))
        {
            if (match.Groups["code"].Success) Control(match.Groups["code"].Value[0], match.Groups["count"].Value);
            else Put(match.Value[0]);
        }
    }

    private void Control(char code, string count)
    {
        int number = count.Length == 0 ? 1 : int.Parse(count, CultureInfo.InvariantCulture);
        switch (code)
        {
            case 'A': _row -= number; break;
            case 'C': _column += number; break;
            case 'J':
                if (_row + 1 < _rows.Count) _rows.RemoveRange(_row + 1, _rows.Count - _row - 1);
                Row().AsSpan(_column).Fill(' ');
                break;
            case 'K': Row().AsSpan(_column).Fill(' '); break;
            default: throw new NotSupportedException($"This screen knows no '{code}'.");
        }

        if (_row < 0 || _column >= width) throw new InvalidOperationException("The cursor left the screen.");
    }

    private void Put(char value)
    {
        if (value == '\r') _column = 0;
        else if (value == '\n')
        {
            // The terminal's driver makes a return and a line feed of it.
            (_row, _column) = (_row + 1, 0);
            Row();
        }
        else
        {
            int cells = value is >= '\u2E80' and <= '\uA4CF' ? 2 : 1;
            if (_column + cells > width) (_row, _column) = (_row + 1, 0);
            Row()[_column++] = value;
            if (cells == 2) Row()[_column++] = '\0';
        }
    }

    private char[] Row()
    {
        while (_rows.Count <= _row) _rows.Add([.. Enumerable.Repeat(' ', width)]);
        return _rows[_row];
    }

    [GeneratedRegex(@"\e\[(?<count>[0-9]*)(?<code>[A-Z])|.", RegexOptions.Singleline)]
    private static partial Regex Token();
}
