using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;

namespace ArtifactRegistry.Emulator.Api;

/// <summary>operations.get.</summary>
internal static class OperationMethods
{
    public static JsonObject Get(ApiCall call, string project, string location, string id)
        => call.State.Poll($"projects/{project}/locations/{location}/operations/{id}")?.ToJson()
            ?? throw ApiError.NotFound();
}
