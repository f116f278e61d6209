using System.Reflection;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>The line editor alone: keys in, a screen out.</summary>
public sealed class ShellLineEditorTests : IDisposable
{
    // The shell is a program and no reference of these tests, so its one public class is made by name.
    private static readonly Type Editor = Assembly.LoadFrom(ShellProcess.Assembly)
        .GetType("ArtifactRegistry.Shell.Editing.LineEditor", throwOnError: true)!;

    private readonly Queue<ConsoleKeyInfo> _keys = new();
    private readonly ShellScreen _screen = new(width: 20);
    private readonly dynamic _editor;

    public ShellLineEditorTests()
    {
        Func<ConsoleKeyInfo> readKey = _keys.Dequeue;
        Func<int> width = () => _screen.Width;
        _editor = Activator.CreateInstance(Editor, readKey, _screen, width)!;
    }

    public void Dispose() => _screen.Dispose();

    [Theory]
    [InlineData("abc{Enter}", "abc")]
    [InlineData("ac{Left}b{Enter}", "abc")]
    [InlineData("bc{Home}a{End}d{Enter}", "abcd")]
    [InlineData("bc{^A}a{^E}d{Enter}", "abcd")]
    [InlineData("abc{Left}{Left}{Right}{Backspace}{Enter}", "ac")]
    [InlineData("abc{Home}{Delete}{Enter}", "bc")]
    [InlineData("abc{Home}{^D}{Enter}", "bc")]
    [InlineData("abc{Left}{^U}{Enter}", "c")]
    [InlineData("abc{Left}{^K}{Enter}", "ab")]
    [InlineData("Get-X us-docker.pkg.dev/p/r{^W}y{Enter}", "Get-X y")]
    [InlineData("one two{^Left}{^Left}{^Right}!{Enter}", "one! two")]
    [InlineData("abc{Escape}d{Enter}", "d")]
    [InlineData("{Backspace}{Delete}{Left}{Right}{Up}{Down}{Enter}", "")]
    [InlineData("a\U0001F600{Backspace}b{Enter}", "ab")]
    [InlineData("{Tab}a{Enter}", "a")]
    public void Keys_edit_the_line(string keys, string expected) => Assert.Equal(expected, Read(keys));

    [Theory]
    [InlineData("{Up}{Enter}", "two")]
    [InlineData("{Up}{Up}{Enter}", "one")]
    [InlineData("{Up}{Up}{Up}{Down}{Enter}", "two")]
    [InlineData("draft{Up}{Down}{Enter}", "draft")]
    [InlineData("{Up}!{Enter}", "two!")]
    public void Up_and_down_go_through_what_was_typed_before(string keys, string expected)
    {
        _editor.Remember("one");
        _editor.Remember("two");
        _editor.Remember("two");
        _editor.Remember("  ");

        Assert.Equal(expected, Read(keys));
    }

    [Fact]
    public void ControlD_ends_the_input_only_where_nothing_is_typed()
    {
        Assert.Null(Read("{^D}"));
        Assert.Equal("a", Read("a{^D}{Enter}"));
    }

    [Fact]
    public void ControlC_discards_the_line_and_says_so()
    {
        Assert.Equal("", Read("abc{^C}"));
        Assert.True((bool)_editor.WasCancelled);
        Assert.Equal("PS> abc^C\n", _screen.Text);

        Read("d{Enter}");
        Assert.False((bool)_editor.WasCancelled);
    }

    [Theory]
    [InlineData("say h{Tab}{Enter}", "say hello")]
    [InlineData("say h{Tab}{Tab}{Enter}", "say hi")]
    [InlineData("say h{Tab}{Tab}{Tab}{Enter}", "say hello")]
    [InlineData("say h{+Tab}{Enter}", "say hi")]
    [InlineData("say h{Tab} you{Enter}", "say hello you")]
    [InlineData("h there{Home}{Right}{Tab}{Enter}", "hello there")]
    public void Tab_goes_round_the_candidates(string keys, string expected)
    {
        OfferGreetings();

        Assert.Equal(expected, Read(keys));
    }

    [Fact]
    public void Control_and_blank_list_the_candidates()
    {
        OfferGreetings();

        Assert.Equal("h", Read("h{^Spacebar}{Enter}"));
        Assert.Equal("PS> h\nhello  hi\nPS> h\n", _screen.Text);
    }

    [Fact]
    public void Enter_goes_on_where_the_command_is_incomplete()
    {
        _editor.IsIncomplete = (Func<string, bool>)(text => text.Count(c => c == '{') > text.Count(c => c == '}'));

        Assert.Equal("if {\na\n}", Read("if {{Enter}a{Enter}}{Enter}"));
        Assert.Equal("PS> if {\n>> a\n>> }\n", _screen.Text);
    }

    [Fact]
    public void A_command_of_several_lines_comes_back_as_a_whole()
    {
        _editor.Remember("if {\na }");

        Assert.Equal("if {\na }!", Read("{Up}!{Enter}"));
        Assert.Equal("PS> if {\n>> a }!\n", _screen.Text);
    }

    [Theory]
    [InlineData("0123456789012345678901234{Enter}", "PS> 0123456789012345\n678901234\n")]
    [InlineData("0123456789012345{Enter}", "PS> 0123456789012345\n\n")]
    [InlineData("012345678901234567890{Home}x{Enter}", "PS> x012345678901234\n567890\n")]
    [InlineData("0123456789012345678{Left}{Left}{Left}{Left}{Backspace}{Backspace}{End}x{Enter}",
        "PS> 0123456789012567\n8x\n")]
    [InlineData("012345678901234\u6f22\u5b57{Enter}", "PS> 012345678901234\n\u6f22\u5b57\n")]
    public void A_long_line_is_drawn_over_several_rows(string keys, string expected)
    {
        Read(keys);

        Assert.Equal(expected, _screen.Text);
    }

    [Fact]
    public void Every_key_leaves_the_cursor_where_the_next_one_works()
    {
        // Random editing near the right edge; after every run screen and text must agree.
        string[] keys = ["a", "b ", "{Left}", "{Right}", "{Home}", "{End}", "{Backspace}", "{Delete}", "{^W}", "cdefg"];
        Random random = new(20260101);
        for (int run = 0; run < 200; run++)
        {
            _screen.Clear();
            string typed = string.Concat(Enumerable.Range(0, 60).Select(_ => keys[random.Next(keys.Length)]));

            string text = Read(typed + "{Enter}")!;

            Assert.Equal(
                ("PS> " + text).TrimEnd(),
                string.Concat(_screen.Rows.Select(row => row.PadRight(_screen.Width))).TrimEnd());
        }
    }

    private string? Read(string keys)
    {
        foreach (ConsoleKeyInfo key in ShellKeys.Parse(keys)) _keys.Enqueue(key);
        string? line = _editor.ReadLine("PS> ");
        Assert.Empty(_keys);
        return line;
    }

    private void OfferGreetings() =>
        _editor.Complete = (Func<string, int, (int, int, IReadOnlyList<string>)>)((text, cursor) =>
        {
            int start = text.LastIndexOf(' ', Math.Max(cursor - 1, 0)) + 1;
            return (start, cursor - start, ["hello", "hi"]);
        });
}
