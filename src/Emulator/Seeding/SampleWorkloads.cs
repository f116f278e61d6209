namespace ArtifactRegistry.Emulator.Seeding;

/// <summary>
/// What the clusters and Cloud Run of the sample run: tagged images, an untagged one, and one that is gone.
/// </summary>
internal static class SampleWorkloads
{
    private const string Web = "us-docker.pkg.dev/shop/apps/web";
    private const string Untagged = Web + "@sha256:b08c37454cb46c56255025251649ab91cf5fbc07e6788cfcab2e4e6e0c55c9ee";

    /// <summary>Adds the workloads to the clusters of the sample.</summary>
    public static void Add(RegistryState state)
    {
        // A pod that was started before its tag moved.
        state
            .Workloads.Cluster("games", "arena")
            .Apply(
                $$"""
                [
                  { "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "web", "namespace": "match" },
                    "spec": { "replicas": 1, "template": { "spec": {
                      "containers": [{ "name": "web", "image": "{{Web}}:v41" }] } } } },
                  { "apiVersion": "v1", "kind": "Pod",
                    "metadata": { "name": "web-6d4-x2", "namespace": "match", "labels": { "pod-template-hash": "6d4" },
                      "ownerReferences": [{ "kind": "ReplicaSet", "name": "web-6d4", "controller": true }] },
                    "spec": { "containers": [{ "name": "web", "image": "{{Web}}:v41" }] },
                    "status": { "phase": "Running",
                      "containerStatuses": [{ "name": "web", "image": "{{Web}}:v41", "imageID": "{{Untagged}}" }] } },
                  { "apiVersion": "batch/v1", "kind": "CronJob", "metadata": { "name": "report", "namespace": "match" },
                    "spec": { "suspend": true, "jobTemplate": { "spec": { "template": { "spec": {
                      "containers": [
                        { "name": "report", "image": "us-docker.pkg.dev/shop/apps/batch/report:nightly" }] } } } } } }
                ]
                """
            );
        state
            .Workloads.Cluster("games", "lobby")
            .Apply(
                $$"""
                { "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "chat", "namespace": "lobby" },
                  "spec": { "replicas": 0, "template": { "spec": {
                    "containers": [{ "name": "chat", "image": "{{Web}}:v12" }] } } } }
                """
            );
        state
            .Workloads.CloudRun("games")
            .Apply(
                "europe-west1",
                $$"""
                [
                  { "apiVersion": "serving.knative.dev/v1", "kind": "Service", "metadata": { "name": "site" },
                    "spec": { "template": { "spec": { "containers": [{ "name": "site", "image": "{{Web}}:v42" }] } } },
                    "status": { "latestReadyRevisionName": "site-00002",
                      "traffic": [{ "revisionName": "site-00002", "percent": 100 }] } },
                  { "apiVersion": "serving.knative.dev/v1", "kind": "Revision",
                    "metadata": { "name": "site-00002", "labels": { "serving.knative.dev/service": "site" } },
                    "spec": { "containers": [{ "name": "site", "image": "{{Web}}:v42" }] },
                    "status": {
                  "imageDigest": "{{Web}}@sha256:6ea5c6127a63e09dfe07348864bdf1aee3a8b5c84148e3a0344a45dfa08581d6" } }
                ]
                """
            );
    }
}
