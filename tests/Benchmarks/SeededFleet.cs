using System.Globalization;

namespace ArtifactRegistry.Benchmarks;

/// <summary>A project with GKE clusters for a seed.</summary>
/// <param name="Project">The project.</param>
/// <param name="Clusters">The number of clusters.</param>
/// <param name="Pods">The number of pods in each cluster; each 50 of them run the same image.</param>
internal sealed record SeededFleet(string Project, int Clusters, int Pods)
{
    private const int Replicas = 50;

    public object Entry() => new
    {
        id = Project,
        kubernetes = Enumerable.Range(0, Clusters).Select(cluster => new
        {
            cluster = string.Create(CultureInfo.InvariantCulture, $"cluster{cluster}"),
            location = "us-central1",
            objects = Enumerable.Range(0, Pods).Select(pod => Pod(cluster, pod)).ToArray(),
        }).ToArray(),
    };

    // As large as a small pod of GKE: about 2 KB.
    private static object Pod(int cluster, int number)
    {
        int deployment = number / Replicas;
        string name = string.Create(CultureInfo.InvariantCulture, $"web{deployment}-5f9c7b6d8-{number:x5}");
        string digest = string.Create(CultureInfo.InvariantCulture, $"sha256:{(cluster * 1000) + deployment:x64}");
        string image = $"{EmulatorProcess.Apps}/web";
        return new
        {
            apiVersion = "v1",
            kind = "Pod",
            metadata = new
            {
                name,
                @namespace = "shop",
                labels = new Dictionary<string, string> { ["pod-template-hash"] = "5f9c7b6d8", ["app"] = "web" },
                annotations = new Dictionary<string, string> { ["note"] = new string('x', 1000) },
                ownerReferences = new object[]
                {
                    new
                    {
                        apiVersion = "apps/v1",
                        kind = "ReplicaSet",
                        name = string.Create(CultureInfo.InvariantCulture, $"web{deployment}-5f9c7b6d8"),
                        controller = true,
                        uid = "0",
                    },
                },
            },
            spec = new
            {
                containers = new object[]
                {
                    new
                    {
                        name = "web",
                        image = $"{image}:v1",
                        env = Enumerable.Range(0, 8).Select(i => new { name = $"V{i}", value = "value" }).ToArray(),
                    },
                },
            },
            status = new
            {
                phase = "Running",
                containerStatuses = new object[]
                {
                    new { name = "web", image = $"{image}:v1", imageID = $"{image}@{digest}", ready = true },
                },
            },
        };
    }
}
