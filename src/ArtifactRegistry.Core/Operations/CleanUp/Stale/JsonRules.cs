using System.Text;
using System.Text.Json;

namespace ArtifactRegistry.Operations.CleanUp.Stale;

/// <summary>
/// Reads the values of a JSON file, with their lines. Comments and a comma after the last item are allowed.
/// </summary>
internal static class JsonRules
{
    private static readonly JsonReaderOptions Options = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    };

    /// <summary>Reads a file.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="problems">Receives what is wrong with its syntax.</param>
    /// <returns>The value; null if it cannot be read.</returns>
    public static RuleValue? Parse(string text, List<StaleRuleProblem> problems)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Utf8JsonReader reader = new(bytes, Options);
        Lines lines = new(bytes);
        try
        {
            reader.Read();
            RuleValue value = Read(ref reader, lines);
            // A second value is an error of the syntax.
            reader.Read();
            return value;
        }
        catch (JsonException e)
        {
            // The message ends with the place, which counts lines from 0.
            string message = e.Message.Split(" LineNumber:")[0];
            problems.Add(new StaleRuleProblem((int)(e.LineNumber ?? 0) + 1, null, $"This is not JSON: {message}"));
        }
        catch (InvalidOperationException)
        {
            int line = lines.At(reader.TokenStartIndex);
            problems.Add(new StaleRuleProblem(line, null, "This is not JSON: half of a character is missing."));
        }

        return null;
    }

    // As deep as the reader goes, which is 64 levels.
    private static RuleValue Read(ref Utf8JsonReader reader, Lines lines)
    {
        int line = lines.At(reader.TokenStartIndex);
        return reader.TokenType switch
        {
            JsonTokenType.StartObject => new RuleTable(line, Entries(ref reader, lines)),
            JsonTokenType.StartArray => new RuleList(line, Items(ref reader, lines)),
            JsonTokenType.String => new RuleText(line, reader.GetString()!),
            JsonTokenType.Number => new RuleNumber(line, Encoding.UTF8.GetString(reader.ValueSpan)),
            JsonTokenType.True or JsonTokenType.False => new RuleSwitch(line, reader.GetBoolean()),
            _ => new RuleOther(line, Encoding.UTF8.GetString(reader.ValueSpan)),
        };
    }

    private static List<RuleEntry> Entries(ref Utf8JsonReader reader, Lines lines)
    {
        List<RuleEntry> entries = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            int line = lines.At(reader.TokenStartIndex);
            string name = reader.GetString()!;
            reader.Read();
            entries.Add(new RuleEntry(line, name, Read(ref reader, lines)));
        }

        return entries;
    }

    private static List<RuleValue> Items(ref Utf8JsonReader reader, Lines lines)
    {
        List<RuleValue> items = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) items.Add(Read(ref reader, lines));
        return items;
    }

    /// <summary>Counts lines up to places that never go back.</summary>
    private sealed class Lines(byte[] text)
    {
        private int _counted;
        private int _line = 1;

        public int At(long place)
        {
            _line += text.AsSpan(_counted, (int)place - _counted).Count((byte)'\n');
            _counted = (int)place;
            return _line;
        }
    }
}
