using System.Text.Json.Nodes;

namespace ArtifactRegistry.Emulator.Http;

/// <summary>What goes back to the client.</summary>
internal sealed record Answer(int Status, byte[] Body, string ContentType = "application/json; charset=UTF-8")
{
    public Dictionary<string, string> Headers { get; init; } = [];

    /// <summary>The body as a stream, at the first byte to send; whoever sends it closes it.</summary>
    public Stream? Content { get; init; }

    /// <summary>How many bytes of <see cref="Content"/> to send; with HEAD, how many there would be.</summary>
    public long ContentLength { get; init; }

    /// <summary>Whether the body goes out as it is, never compressed: its length and digest are known to the client.</summary>
    public bool IsExact { get; init; }

    public static Answer Json(JsonObject body, int status = 200) => new(status, Model.Manifests.Write(body));

    /// <summary>The refusal of a request to a path.</summary>
    public static Answer For(ApiError error, string path, Behaviour behaviour) => Json(
        error.ToBody(withErrors: !behaviour.OlderShapes.HasFlag(OlderShapes.NoErrorList)
            && (path.Contains("/serviceAccounts", StringComparison.Ordinal) || path.Contains("/clusters", StringComparison.Ordinal))),
        error.Code);
}
