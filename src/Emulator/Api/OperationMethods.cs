using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;

namespace ArtifactRegistry.Emulator.Api;

/// <summary>
/// operations.get. Operations are not inside repositories, so a grant on a repository does not cover them.
/// </summary>
internal static class OperationMethods
{
    public static JsonObject Get(ApiCall call, string project, string location, string id)
    {
        string name = $"projects/{project}/locations/{location}/operations/{id}";
        call.Demand("artifactregistry.operations.get", name);
        return call.State.Operations.Poll(name)?.ToJson() ?? throw ApiError.NotFound();
    }
}
