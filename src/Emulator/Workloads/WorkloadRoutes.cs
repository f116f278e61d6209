using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;

namespace ArtifactRegistry.Emulator.Workloads;

/// <summary>Finds the method for a request to a service that runs images.</summary>
internal static class WorkloadRoutes
{
    /// <summary>Answers a request; null if it is not one to these services.</summary>
    public static Answer? Handle(ApiCall call)
    {
        // They are only read here.
        if (call.Request.Method is not ("GET" or "HEAD") || call.Target.Verb is not null) return null;
        JsonObject? body = RunMethods.Handle(call) ?? RunV2Methods.Handle(call) ?? AppEngineMethods.Handle(call)
            ?? ComputeMethods.Handle(call) ?? DeployMethods.Handle(call) ?? AssetMethods.Handle(call);
        return body is null ? null : Answer.Json(body);
    }
}
