using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ArtifactRegistry.Shell.Cmdlets;

/// <summary>Writes objects as JSON: one as itself, several as an array.</summary>
[Cmdlet(VerbsData.ConvertTo, "Json"), OutputType(typeof(string))]
public sealed class ConvertToJsonCommand : PSCmdlet
{
    private readonly List<object?> _items = [];

    /// <summary>The objects.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true), AllowNull]
    public object? InputObject { get; set; }

    /// <summary>How many levels are written; what is deeper becomes text.</summary>
    [Parameter, ValidateRange(0, 100)]
    public int Depth { get; set; } = 2;

    /// <summary>On one line.</summary>
    [Parameter]
    public SwitchParameter Compress { get; set; }

    /// <summary>Enumerations by their names, not by their numbers.</summary>
    [Parameter]
    public SwitchParameter EnumsAsStrings { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _items.Add(InputObject);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        using MemoryStream text = new();
        JsonWriterOptions options = new() { Indented = !Compress, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (Utf8JsonWriter json = new(text, options)) Write(json, _items is [object single] ? single : _items, Depth);
        WriteObject(Encoding.UTF8.GetString(text.ToArray()));
    }

    private void Write(Utf8JsonWriter json, object? item, int levels)
    {
        object? value = item is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : item;
        switch (value)
        {
            case null: json.WriteNullValue(); break;
            case Enum member when EnumsAsStrings: json.WriteStringValue(member.ToString()); break;
            case Enum member: json.WriteNumberValue(Convert.ToInt64(member, CultureInfo.InvariantCulture)); break;
            case string or char or Guid or Uri or Version: json.WriteStringValue(value.ToString()); break;
            case bool flag: json.WriteBooleanValue(flag); break;
            case DateTime time: json.WriteStringValue(time); break;
            case DateTimeOffset time: json.WriteStringValue(time); break;
            case sbyte or byte or short or ushort or int or uint or long or ulong or float or double or decimal:
                json.WriteRawValue(JsonSerializer.SerializeToUtf8Bytes(value));
                break;
            case var _ when levels < 0: json.WriteStringValue(value.ToString()); break;
            case IDictionary table:
                json.WriteStartObject();
                foreach (DictionaryEntry entry in table) Write(json, entry.Key.ToString()!, entry.Value, levels);
                json.WriteEndObject();
                break;
            case IEnumerable list:
                json.WriteStartArray();
                foreach (object? each in list) Write(json, each, levels - 1);
                json.WriteEndArray();
                break;
            default:
                json.WriteStartObject();
                foreach (PSPropertyInfo property in PSObject.AsPSObject(item).Properties)
                    Write(json, property.Name, property.Value, levels);
                json.WriteEndObject();
                break;
        }
    }

    private void Write(Utf8JsonWriter json, string name, object? value, int levels)
    {
        json.WritePropertyName(name);
        Write(json, value, levels - 1);
    }
}
