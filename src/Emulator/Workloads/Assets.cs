using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Model;

namespace ArtifactRegistry.Emulator.Workloads;

/// <summary>What Cloud Asset Inventory knows: clusters, what is in them, and what the other services run.</summary>
internal static class Assets
{
    private static readonly (string Kind, string Type)[] Run =
    [
        .. new[] { "Service", "Revision", "Job", "Execution", "WorkerPool" }.Select(kind =>
            (kind, $"run.googleapis.com/{kind}")
        ),
    ];

    /// <summary>The types that may be asked for; <c>apps.k8s.io/ControllerRevision</c> is not among Google's.</summary>
    public static IReadOnlySet<string> Types { get; } = new HashSet<string>(
        KubernetesResource.BuiltIn.Select(TypeOf).OfType<string>().Concat(Run.Select(pair => pair.Type)).Concat(
        [
            "container.googleapis.com/Cluster", "appengine.googleapis.com/Version", "compute.googleapis.com/Instance",
            "compute.googleapis.com/InstanceTemplate", "clouddeploy.googleapis.com/Release",
        ]));

    /// <summary>Gets the assets in a project, a folder or an organization.</summary>
    public static IEnumerable<(string Name, string Type, JsonObject Data)> In(RegistryState state, string scope) =>
        state.Projects.All.Where(project => Covers(state, scope, project)).SelectMany(project => Of(state, project));

    private static bool Covers(RegistryState state, string scope, ProjectEntry project) =>
        scope == $"projects/{project.Id}" || scope == $"projects/{project.Number}"
            || state.Workloads.AncestorsOf(project.Id).Contains(scope);

    private static IEnumerable<(string Name, string Type, JsonObject Data)> Of(
        RegistryState state,
        ProjectEntry project
    )
    {
        foreach (JsonObject cluster in project.Clusters)
        {
            string name =
                $"//container.googleapis.com/projects/{project.Id}/locations/{cluster.Text("location")}/clusters/{cluster.Text("name")}";
            yield return (name, "container.googleapis.com/Cluster", cluster);
            if (
                state.Workloads.Find(project.Id, cluster.Text("location")!, cluster.Text("name")!)
                is not KubernetesCluster served
            )
                continue;
            foreach ((KubernetesResource resource, string key, byte[] item) in served.All)
            {
                if (TypeOf(resource) is not string type) continue;
                string[] parts = key.Split('/');
                string group = resource.Group.Length == 0 ? "" : $"{resource.Group}/";
                yield return (
                    $"{name}/k8s/namespaces/{parts[0]}/{group}{resource.Plural}/{parts[1]}",
                    type,
                    JsonNode.Parse(item)!.AsObject()
                );
            }
        }
        CloudRun run = state.Workloads.CloudRun(project.Id);
        foreach ((string kind, string type) in Run)
        {
            foreach ((string key, JsonObject item) in run.Of(kind))
            {
                string[] parts = key.Split('/');
                yield return (
                    $"//run.googleapis.com/projects/{project.Id}/locations/{parts[0]}/{kind.ToLowerInvariant()}s/{parts[1]}",
                    type,
                    item
                );
            }
        }
        foreach ((string name, string type, ScopedObjects objects) in Others(state, project.Id))
            foreach ((string place, string id, JsonObject item) in objects.All)
                yield return ($"//{name}/{place}/{id}", type, item);
    }

    private static IEnumerable<(string Name, string Type, ScopedObjects Objects)> Others(
        RegistryState state,
        string project
    )
    {
        WorkloadState workloads = state.Workloads;
        yield return (
            $"appengine.googleapis.com/apps/{project}/services",
            "appengine.googleapis.com/Version",
            workloads.AppEngine(project)
        );
        yield return (
            $"compute.googleapis.com/projects/{project}",
            "compute.googleapis.com/Instance",
            workloads.ComputeEngine(project).Instances
        );
        yield return (
            $"compute.googleapis.com/projects/{project}",
            "compute.googleapis.com/InstanceTemplate",
            workloads.ComputeEngine(project).InstanceTemplates
        );
        yield return (
            $"clouddeploy.googleapis.com/projects/{project}/locations",
            "clouddeploy.googleapis.com/Release",
            workloads.CloudDeploy(project)
        );
    }

    private static string? TypeOf(KubernetesResource resource) => resource switch
    {
        { IsCustom: true } or { Kind: "ControllerRevision" } => null,
        { Group: "" } => $"k8s.io/{resource.Kind}",
        _ => $"{resource.Group}.k8s.io/{resource.Kind}",
    };
}
