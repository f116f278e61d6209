using System.Buffers;
using System.Text.Json;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Clients;

/// <summary>
/// Reads a list of the Kubernetes API while it arrives: <c>{"kind":"PodList","metadata":{"continue"},"items":[…]}</c>.
/// Only one item is in memory at a time, however long the list is.
/// </summary>
/// <param name="body">The body of the answer.</param>
/// <param name="onItem">Receives each item, which is not available afterwards; may throw a JsonException.</param>
internal sealed class KubernetesListReader(Stream body, Action<JsonElement> onItem)
{
    private const int FirstLength = 64 * 1024;
    // Kubernetes itself accepts no object of more than 3 MiB (MaxRequestBodyBytes of the API server).
    private const int MaxLength = 8 * 1024 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstLength);
    private int _start; // of what has not been read yet
    private int _end;
    private bool _isLast;
    private JsonReaderState _state;
    private Place _place;
    private bool _hasItems;
    private string? _kind;
    private string? _continue;

    private enum Place
    {
        Beginning,
        Root,
        Items,
        End,
    }

    /// <summary>Reads the list to its end. Returns the token of the next page; null if this is the last one.</summary>
    /// <exception cref="JsonException">It is not a list of Kubernetes, or it ends before its end.</exception>
    public async Task<string?> ReadAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                while (TryStep())
                {
                }

                if (_isLast) break;
                MakeRoom();
                int read = await body.ReadAsync(_buffer.AsMemory(_end), stop);
                _end += read;
                _isLast = read == 0;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        if (_place is not Place.End) throw new JsonException("It ends before its end.");
        if (!_hasItems || _kind?.EndsWith("List", StringComparison.Ordinal) is not true)
            throw new JsonShapeException("It is not a list of Kubernetes objects.");
        return _continue is { Length: > 0 } ? _continue : null;
    }

    /// <summary>
    /// Reads one part: an item, or a field of the list. Returns false if the part has not arrived completely.
    /// </summary>
    private bool TryStep()
    {
        Utf8JsonReader reader = new(_buffer.AsSpan(_start, _end - _start), _isLast, _state);
        if (!reader.Read() || !TryRead(ref reader)) return false;
        _start += (int)reader.BytesConsumed;
        _state = reader.CurrentState;
        return true;
    }

    private bool TryRead(ref Utf8JsonReader reader)
    {
        switch (_place, reader.TokenType)
        {
            case (Place.Beginning, JsonTokenType.StartObject):
                _place = Place.Root;
                return true;
            case (Place.Root, JsonTokenType.PropertyName):
                return TryReadField(ref reader);
            case (Place.Root, JsonTokenType.EndObject):
                _place = Place.End;
                return true;
            case (Place.Items, JsonTokenType.EndArray):
                _place = Place.Root;
                return true;
            case (Place.Items, JsonTokenType.StartObject):
                return TryReadValue(ref reader, onItem);
            default:
                throw new JsonShapeException("It is not a list of Kubernetes objects.");
        }
    }

    private bool TryReadField(ref Utf8JsonReader reader)
    {
        string name = reader.GetString()!;
        if (!reader.Read()) return false;
        switch (name)
        {
            case "items" when _hasItems || reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.Null):
                throw new JsonShapeException("It is not a list of Kubernetes objects.");
            case "items":
                _hasItems = true;
                if (reader.TokenType is JsonTokenType.StartArray) _place = Place.Items;
                return true;
            case "metadata":
                return TryReadValue(ref reader, metadata => _continue = metadata.Verbatim("continue"u8));
            case "kind" when reader.TokenType is JsonTokenType.String:
                _kind = reader.GetString();
                return true;
            default:
                return reader.TrySkip();
        }
    }

    private bool TryReadValue(ref Utf8JsonReader reader, Action<JsonElement> use)
    {
        int begin = _start + (int)reader.TokenStartIndex;
        if (!reader.TrySkip())
            return false;
        using JsonDocument document = JsonDocument.Parse(
            _buffer.AsMemory(begin, _start + (int)reader.BytesConsumed - begin)
        );
        document.Read(root =>
        {
            use(root);
            return true;
        });
        return true;
    }

    private void MakeRoom()
    {
        if (_end < _buffer.Length) return;
        byte[] target = _buffer;
        if (_start == 0)
        {
            if (_buffer.Length >= MaxLength)
                throw new JsonShapeException("It has an object that is larger than Kubernetes allows.");
            target = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        }

        Buffer.BlockCopy(_buffer, _start, target, 0, _end - _start);
        if (target != _buffer) ArrayPool<byte>.Shared.Return(_buffer);
        (_buffer, _start, _end) = (target, 0, _end - _start);
    }
}
