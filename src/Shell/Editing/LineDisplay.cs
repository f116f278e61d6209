using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ArtifactRegistry.Shell.Editing;

/// <summary>Draws prompt and text, over as many rows as they need, and puts the cursor in its place.</summary>
internal sealed partial class LineDisplay(TextWriter screen, Func<int> width)
{
    private string _prompt = "";
    private bool _isAtEnd;
    private string? _drawn; // null when nothing is on the screen yet
    private (int Row, int Column) _cursor; // counted from the row in which the prompt starts

    public string ContinuationPrompt { get; set; } = ">> ";

    public void Begin(string prompt)
    {
        _prompt = prompt;
        Forget();
    }

    public void Draw(string text, int cursor)
    {
        string before = Shown(text[..cursor]);
        string after = Shown(text[cursor..]);
        int columns = Math.Max(width(), 2);
        (int Row, int Column) place = Advance(before, Advance(_prompt, (0, 0), columns), columns);
        (int Row, int Column) end = Advance(after, place, columns);

        bool onlyGrows = _isAtEnd && after.Length == 0 && place.Row == _cursor.Row
            && text.StartsWith(_drawn!, StringComparison.Ordinal);
        if (onlyGrows)
            screen.Write(text[_drawn!.Length..]);
        else
            screen.Write(Redrawn(before, after, place, end));
        screen.Flush();
        (_drawn, _cursor, _isAtEnd) = (text, place, after.Length == 0);
    }

    /// <summary>Leaves the text on the screen and goes to a row of its own below it.</summary>
    public void End(string text, string mark = "")
    {
        Draw(text, text.Length);
        screen.Write(mark + Environment.NewLine);
        screen.Flush();
        Forget();
    }

    public void ClearScreen()
    {
        screen.Write("\e[H\e[2J");
        Forget();
    }

    public void WriteBelow(string text, string list)
    {
        End(text);
        screen.Write(list);
    }

    private void Forget() => (_drawn, _cursor, _isAtEnd) = (null, (0, 0), false);

    private string Redrawn(string before, string after, (int Row, int Column) place, (int Row, int Column) end)
    {
        StringBuilder output = new();
        if (_cursor.Row > 0) output.Append(CultureInfo.InvariantCulture, $"\e[{_cursor.Row}A");
        output.Append("\r\e[J").Append(_prompt).Append(before).Append(after);
        // A terminal waits with the wrap until the next character; the blank makes it happen now.
        if (end is { Column: 0, Row: > 0 } && !(before + after).EndsWith('\n')) output.Append(" \r\e[K");
        if (end.Row > place.Row) output.Append(CultureInfo.InvariantCulture, $"\e[{end.Row - place.Row}A");
        if (end == place) return output.ToString();
        output.Append('\r');
        if (place.Column > 0) output.Append(CultureInfo.InvariantCulture, $"\e[{place.Column}C");
        return output.ToString();
    }

    private string Shown(string text) => text.Replace("\n", "\n" + ContinuationPrompt, StringComparison.Ordinal);

    private static (int Row, int Column) Advance(string text, (int Row, int Column) from, int columns)
    {
        (int row, int column) = from;
        foreach (Rune rune in Colours().Replace(text, "").EnumerateRunes())
        {
            if (rune.Value == '\n')
            {
                (row, column) = (row + 1, 0);
                continue;
            }

            int cells = Cells(rune);
            if (column + cells > columns) (row, column) = (row + 1, 0);
            column += cells;
            if (column == columns) (row, column) = (row + 1, 0);
        }

        return (row, column);
    }

    private static int Cells(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format => 0,
        UnicodeCategory.Control => 0,
        _ => IsWide(rune.Value) ? 2 : 1,
    };

    // The blocks of East Asian Width "W" and "F" that people really type.
    private static bool IsWide(int value) => value
        is >= 0x1100 and <= 0x115F or >= 0x2E80 and <= 0xA4CF or >= 0xAC00 and <= 0xD7A3
        or >= 0xF900 and <= 0xFAFF or >= 0xFE30 and <= 0xFE6F or >= 0xFF00 and <= 0xFF60
        or >= 0xFFE0 and <= 0xFFE6 or >= 0x1F300 and <= 0x1F64F or >= 0x1F900 and <= 0x1F9FF
        or >= 0x20000 and <= 0x3FFFD;

    [GeneratedRegex(@"\e\[[0-9;]*m")]
    private static partial Regex Colours();
}
