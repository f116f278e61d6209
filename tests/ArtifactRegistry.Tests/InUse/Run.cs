using System.Text.Json.Nodes;

namespace ArtifactRegistry.Tests.InUse;

/// <summary>Objects of Cloud Run as version 1 of the API lists them.</summary>
internal static class Run
{
    public static JsonObject Revision(
        string name,
        string service,
        string image,
        string? digest = null,
        string? sidecar = null
    )
    {
        JsonObject revision = Object("serving.knative.dev/v1", "Revision", name, Kube.Spec(image, sidecar: sidecar));
        revision["metadata"]!["labels"] = new JsonObject { ["serving.knative.dev/service"] = service };
        revision["status"] = digest is null ? [] : new JsonObject { ["imageDigest"] = digest };
        return revision;
    }

    /// <summary>A service with all its traffic on one revision, and perhaps a tag on another one.</summary>
    public static JsonObject Service(string name, string image, string serving, string? tagged = null)
    {
        JsonObject service = Object(
            "serving.knative.dev/v1",
            "Service",
            name,
            new JsonObject { ["template"] = new JsonObject { ["spec"] = Kube.Spec(image) } }
        );
        JsonArray traffic = [new JsonObject { ["revisionName"] = serving, ["percent"] = 100 }];
        if (tagged is not null)
            traffic.Add(
                new JsonObject
                {
                    ["revisionName"] = tagged,
                    ["percent"] = 0,
                    ["tag"] = "canary",
                }
            );
        service["status"] = new JsonObject { ["traffic"] = traffic, ["latestReadyRevisionName"] = serving };
        return service;
    }

    public static JsonObject Job(string name, string image) =>
        Object(
            "run.googleapis.com/v1",
            "Job",
            name,
            new JsonObject
            {
                ["template"] = new JsonObject
                {
                    ["spec"] = new JsonObject { ["template"] = new JsonObject { ["spec"] = Kube.Spec(image) } },
                },
            }
        );

    private static JsonObject Object(string apiVersion, string kind, string name, JsonObject spec) =>
        new()
        {
            ["apiVersion"] = apiVersion,
            ["kind"] = kind,
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = spec,
        };
}
