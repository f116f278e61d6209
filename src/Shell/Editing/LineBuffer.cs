using System.Text;

namespace ArtifactRegistry.Shell.Editing;

/// <summary>The text being edited and the place of the cursor in it.</summary>
internal sealed class LineBuffer
{
    private readonly StringBuilder _text = new();

    public int Cursor { get; private set; }

    public int Length => _text.Length;

    public string Text => _text.ToString();

    public void Set(string text)
    {
        _text.Clear().Append(text);
        Cursor = text.Length;
    }

    public void Insert(string text)
    {
        _text.Insert(Cursor, text);
        Cursor += text.Length;
    }

    public void Replace(int start, int length, string text)
    {
        _text.Remove(start, length).Insert(start, text);
        Cursor = start + text.Length;
    }

    public void MoveLeft() => Cursor = Before(Cursor);

    public void MoveRight() => Cursor = After(Cursor);

    public void MoveToStart() => Cursor = 0;

    public void MoveToEnd() => Cursor = _text.Length;

    public void MoveWordLeft() => Cursor = WordStart(Cursor);

    public void MoveWordRight()
    {
        while (Cursor < Length && !char.IsLetterOrDigit(_text[Cursor])) Cursor++;
        while (Cursor < Length && char.IsLetterOrDigit(_text[Cursor])) Cursor++;
    }

    public void DeleteBack() => Cut(Before(Cursor), Cursor);

    public void DeleteForward() => Cut(Cursor, After(Cursor));

    public void CutToStart() => Cut(0, Cursor);

    public void CutToEnd() => Cut(Cursor, Length);

    public void CutWordBack() => Cut(WordStart(Cursor), Cursor);

    /// <summary>Ctrl+W, as in other shells, takes everything back to the blank: a whole image name.</summary>
    public void CutBackToBlank()
    {
        int start = Cursor;
        while (start > 0 && char.IsWhiteSpace(_text[start - 1])) start--;
        while (start > 0 && !char.IsWhiteSpace(_text[start - 1])) start--;
        Cut(start, Cursor);
    }

    private void Cut(int start, int end)
    {
        _text.Remove(start, end - start);
        Cursor = start;
    }

    private int WordStart(int from)
    {
        while (from > 0 && !char.IsLetterOrDigit(_text[from - 1])) from--;
        while (from > 0 && char.IsLetterOrDigit(_text[from - 1])) from--;
        return from;
    }

    // A character outside the basic plane is two chars, and half of one must never be left behind.
    private int Before(int index) =>
        index <= 0 ? 0
        : index > 1 && char.IsSurrogatePair(_text[index - 2], _text[index - 1]) ? index - 2
        : index - 1;

    private int After(int index) =>
        index >= Length ? Length
        : index + 1 < Length && char.IsSurrogatePair(_text[index], _text[index + 1]) ? index + 2
        : index + 1;
}
