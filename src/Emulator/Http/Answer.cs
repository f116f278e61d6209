using System.Text.Json.Nodes;

namespace ArtifactRegistry.Emulator.Http;

/// <summary>What goes back to the client.</summary>
internal sealed record Answer(int Status, byte[] Body, string ContentType = "application/json; charset=UTF-8")
{
    public Dictionary<string, string> Headers { get; init; } = [];

    public static Answer Json(JsonObject body, int status = 200) => new(status, Model.Manifests.Write(body));

    public static Answer For(ApiError error) => Json(error.ToBody(), error.Code);
}
