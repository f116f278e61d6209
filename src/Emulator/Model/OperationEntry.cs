using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;

namespace ArtifactRegistry.Emulator.Model;

/// <summary>A long-running operation. Its work is done when it finishes, not when it is requested.</summary>
internal sealed class OperationEntry(string name, JsonObject metadata, Func<JsonObject, JsonObject> work)
{
    private JsonObject? _response;
    private ApiError? _error;
    private bool _begun;

    public string Name => name;

    public OperationFate Fate { get; init; }

    public int PollsLeft { get; set; }

    public DateTimeOffset Due { get; init; }

    public bool Done => _response is not null || _error is not null;

    public void Finish()
    {
        if (_begun) return;
        _begun = true;
        if (Fate is OperationFate.Fails or OperationFate.Unbilled)
        {
            _error = Fate == OperationFate.Fails ? ApiError.Internal() : ApiError.BillingDisabled(name.Split('/')[1]);
            return;
        }
        if (Fate == OperationFate.Lost) return;
        try
        {
            _response = work(metadata);
            if (Fate == OperationFate.NotFound) throw ApiError.NotFound();
        }
        catch (ApiError e)
        {
            (_response, _error) = (null, e);
        }
    }

    public JsonObject ToJson()
    {
        JsonObject json = new() { ["name"] = name, ["metadata"] = metadata.DeepClone() };
        if (!Done) return json;

        json["done"] = true;
        if (_error is not null) json["error"] = _error.ToStatus();
        else json["response"] = _response!.DeepClone();
        return json;
    }
}
