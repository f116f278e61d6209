using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Workloads;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests.Workloads;

/// <summary>An emulator with clusters, and a client that trusts nothing but a cluster's own authority.</summary>
public abstract class WorkloadTest : EmulatorTest
{
    protected const string ClustersPath = "v1/projects/games/locations/-/clusters";

    /// <summary>Adds a cluster to the project games.</summary>
    protected KubernetesCluster AddCluster(
        string name = "arena",
        ClusterEndpoints? endpoints = null,
        string location = "europe-west1"
    )
    {
        State.AddCluster("games", location, name, new ClusterOptions { Endpoints = endpoints ?? new() });
        return State.Workloads.Cluster("games", name);
    }

    protected async Task<JsonObject> ClusterAsync(string name = "arena") =>
        Ok(await GetAsync(ClustersPath)).Body["clusters"]!
            .AsArray()
            .OfType<JsonObject>()
            .Single(cluster => (string?)cluster["name"] == name);

    /// <summary>Sends a request to an endpoint of a cluster, with the trust that the API's answer gives.</summary>
    protected static Task<Reply> GetFromAsync(JsonObject cluster, string path, string? token = null)
    {
        byte[] pem = Convert.FromBase64String((string)cluster["masterAuth"]!["clusterCaCertificate"]!);
        return GetFromAsync((string)cluster["endpoint"]!, Encoding.ASCII.GetString(pem), path, token);
    }

    protected static async Task<Reply> GetFromAsync(
        string endpoint,
        string authority,
        string path,
        string? token = null
    )
    {
        using X509Certificate2 trusted = X509Certificate2.CreateFromPem(authority);
        using SocketsHttpHandler handler = new()
        {
            AllowAutoRedirect = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { trusted },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
        };
        using HttpClient client = new(handler);
        using HttpRequestMessage request = new(HttpMethod.Get, $"https://{endpoint}/{path}");
        if (token is not null) request.Headers.Authorization = new("Bearer", token);
        using HttpResponseMessage response = await client.SendAsync(request, Stop);
        string text = await response.Content.ReadAsStringAsync(Stop);
        return new Reply(
            response.StatusCode,
            text.StartsWith('{') ? JsonNode.Parse(text)!.AsObject() : [],
            response.Headers.Location?.ToString()
        );
    }

    protected static string Pod(string name, string image, string imageId = "", string ns = "shop") =>
        new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns },
            ["spec"] = new JsonObject
            {
                ["containers"] = new JsonArray(new JsonObject { ["name"] = "main", ["image"] = image }),
            },
            ["status"] = new JsonObject
            {
                ["phase"] = "Running",
                ["containerStatuses"] = new JsonArray(
                    new JsonObject
                    {
                        ["name"] = "main",
                        ["image"] = image,
                        ["imageID"] = imageId,
                        ["ready"] = true,
                    }
                ),
            },
        }.ToJsonString();

    protected static string[] Names(Reply list) =>
        [.. (Ok(list).Body["items"]?.AsArray() ?? []).Select(item => (string)item!["metadata"]!["name"]!)];

    protected static Reply Ok(Reply reply)
    {
        Assert.True(reply.Status == HttpStatusCode.OK, $"{reply.Status}: {reply.Body}");
        return reply;
    }
}
