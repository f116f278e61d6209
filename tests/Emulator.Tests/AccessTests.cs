using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

/// <summary>Service accounts, clusters, and what an organization refuses.</summary>
public sealed class AccessTests : EmulatorTest
{
    private const string Reader = "roles/artifactregistry.reader";
    private const string Accounts = "v1/projects/games/serviceAccounts";
    private const string Email = "gke-nodes@games.iam.gserviceaccount.com";

    [Fact]
    public async Task Projects_are_listed_without_those_that_the_caller_may_not_see()
    {
        State.AddProject("games").AddProject("secret").AddProject("tools", "42");
        Behaviour.Denials = [new Denial("resourcemanager.projects.get", "projects/secret")];

        List<JsonObject> projects = await ListAsync("v1/projects?pageSize=1", "projects");

        Assert.Equal(["games", "shop", "tools"], projects.Select(project => (string?)project["projectId"]));
        Assert.Equal("42", (string?)projects[2]["projectNumber"]);
        Assert.All(projects, project => Assert.Equal("ACTIVE", (string?)project["lifecycleState"]));
    }

    [Fact]
    public async Task A_service_account_is_created_once_and_found_by_email_and_by_number()
    {
        State.AddProject("games");

        Reply created = await CreateAsync("gke-nodes");
        Reply again = await CreateAsync("gke-nodes");

        Assert.Equal(HttpStatusCode.OK, created.Status);
        Assert.Equal(Email, (string?)created.Body["email"]);
        Assert.Equal("Nodes", (string?)created.Body["displayName"]);
        Assert.Equal((HttpStatusCode.Conflict, "ALREADY_EXISTS"), (again.Status, again.ErrorStatus));
        foreach (string name in new[] { Email, (string)created.Body["uniqueId"]! })
            Assert.Equal(Email, (string?)(await GetAsync($"{Accounts}/{name}")).Body["email"]);
        Assert.Equal(Email, (string?)(await GetAsync($"v1/projects/-/serviceAccounts/{Email}")).Body["email"]);
    }

    [Theory]
    [InlineData("nodes")]
    [InlineData("a23456789012345678901234567890x")]
    [InlineData("1-nodes")]
    [InlineData("gke-nodes-")]
    [InlineData("GKE-nodes")]
    [InlineData("gke_nodes")]
    [InlineData("gke-nodes\n")]
    public async Task What_is_no_account_id_is_refused(string id)
    {
        State.AddProject("games");

        Assert.Equal("INVALID_ARGUMENT", (await CreateAsync(id)).ErrorStatus);
        Assert.Empty(State.ServiceAccounts("games"));
    }

    [Fact]
    public async Task An_account_that_is_not_there_is_404_and_without_its_project_403()
    {
        State.AddProject("games");

        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync($"{Accounts}/{Email}")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync($"v1/projects/-/serviceAccounts/{Email}")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync("v1/projects/nowhere/serviceAccounts")).Status);
    }

    [Fact]
    public async Task Service_accounts_come_in_pages_of_20_and_of_100_at_most()
    {
        for (int i = 0; i < 130; i++) State.AddServiceAccount("games", $"account-{i:000}");

        Assert.Equal(20, (await GetAsync(Accounts)).Body["accounts"]!.AsArray().Count);
        Assert.Equal(100, (await GetAsync($"{Accounts}?pageSize=1000")).Body["accounts"]!.AsArray().Count);
        Assert.Equal(130, (await ListAsync($"{Accounts}?pageSize=50", "accounts")).Count);
    }

    [Fact]
    public async Task Clusters_are_listed_by_location_with_the_zones_that_are_missing()
    {
        State.AddCluster("games", "us-central1", "lobby", new ClusterOptions
        {
            Autopilot = true,
            NodePools = [new("default-pool")],
            AutoProvisioning = new("") { ServiceAccount = Email },
        });
        State.AddCluster("games", "europe-west1-b", "arena");
        State.SetMissingZones("games", "us-east1-b");

        Reply all = await GetAsync("v1/projects/games/locations/-/clusters");
        Reply one = await GetAsync("v1/projects/games/locations/us-central1/clusters");

        Assert.Equal(2, all.Body["clusters"]!.AsArray().Count);
        Assert.Equal("us-east1-b", (string?)all.Body["missingZones"]![0]);
        JsonObject lobby = Assert.Single(one.Body["clusters"]!.AsArray())!.AsObject();
        Assert.True((bool)lobby["autopilot"]!["enabled"]!);
        Assert.Equal("default", (string?)lobby["nodePools"]![0]!["config"]!["serviceAccount"]);
        Assert.Equal(Email, (string?)lobby["autoscaling"]!["autoprovisioningNodePoolDefaults"]!["serviceAccount"]);
        Reply pools = await GetAsync("v1/projects/games/locations/us-central1/clusters/lobby/nodePools");
        Assert.Equal("default-pool", (string?)pools.Body["nodePools"]![0]!["name"]);
        Assert.Equal(
            HttpStatusCode.NotFound, (await GetAsync("v1/projects/games/locations/us-central1/clusters/x")).Status);
    }

    [Theory]
    [InlineData("iam.serviceAccounts.list", Accounts, "Permission 'iam.serviceAccounts.list' denied on resource")]
    [InlineData(
        "container.clusters.list", "v1/projects/games/locations/-/clusters",
        "Required \"container.clusters.list\" permission(s) for \"projects/games\".")]
    [InlineData("resourcemanager.projects.get", "v1/projects/games", "The caller does not have permission")]
    public async Task Each_service_refuses_in_its_own_words(string permission, string path, string words)
    {
        State.AddProject("games");
        Behaviour.Denials = [new Denial(permission, "projects/games")];

        Reply refused = await GetAsync(path);

        Assert.Equal((HttpStatusCode.Forbidden, "PERMISSION_DENIED"), (refused.Status, refused.ErrorStatus));
        Assert.StartsWith(words, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_perimeter_refuses_with_an_id_that_its_administrators_can_look_up()
    {
        Behaviour.Perimeter = [new Denial("artifactregistry.repositories.setIamPolicy")];

        Reply refused = await SetAsync("user:a@example.com");

        Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
        JsonObject info = refused.Body["error"]!["details"]![1]!.AsObject();
        Assert.Equal("SECURITY_POLICY_VIOLATED", (string?)info["reason"]);
        Assert.EndsWith((string)info["metadata"]!["uid"]!, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_member_that_the_organization_forbids_stays_if_it_was_there_and_is_not_added()
    {
        State.Grant(Apps, Reader, "user:old@outside.example");
        Behaviour.ForbiddenMembers = ["*@outside.example"];

        Reply refused = await SetAsync("user:old@outside.example", "user:new@outside.example");
        Reply accepted = await SetAsync("user:old@outside.example", "user:a@example.com");

        Assert.Equal((HttpStatusCode.BadRequest, "FAILED_PRECONDITION"), (refused.Status, refused.ErrorStatus));
        Assert.Equal(
            "One or more users named in the policy do not belong to a permitted customer.", refused.Message);
        Assert.Equal(HttpStatusCode.OK, accepted.Status);
    }

    [Fact]
    public async Task A_policy_with_too_many_members_or_with_an_unknown_role_is_refused()
    {
        Reply full = await SetAsync([.. Enumerable.Range(0, 1_501).Select(i => $"user:{i}@example.com")]);
        Reply unknown = await SendAsync(
            "POST",
            $"{AppsPath}:setIamPolicy",
            Policy("roles/artifactregistry.raeder", "user:a@x.example")
        );

        Assert.Contains(
            "(1,501) is larger than the maximum allowed size 1,500",
            full.Message,
            StringComparison.Ordinal
        );
        Assert.Equal("Role roles/artifactregistry.raeder is not supported for this resource.", unknown.Message);
    }

    [Fact]
    public async Task An_account_just_created_is_not_known_to_policies_at_first()
    {
        State.AddProject("games");
        Behaviour.NewAccountRefusals = 1;
        await CreateAsync("gke-nodes");

        Assert.Equal($"Service account {Email} does not exist.", (await SetAsync($"serviceAccount:{Email}")).Message);
        Assert.Equal(HttpStatusCode.OK, (await SetAsync($"serviceAccount:{Email}")).Status);
    }

    private Task<Reply> CreateAsync(string id) => SendAsync("POST", Accounts, new JsonObject
    {
        ["accountId"] = id,
        ["serviceAccount"] = new JsonObject { ["displayName"] = "Nodes" },
    });

    private Task<Reply> SetAsync(params string[] members) =>
        SendAsync("POST", $"{AppsPath}:setIamPolicy", Policy(Reader, members));

    private static JsonObject Policy(string role, params string[] members) => new()
    {
        ["policy"] = new JsonObject
        {
            ["bindings"] = new JsonArray(new JsonObject
            {
                ["role"] = role,
                ["members"] = new JsonArray([.. members.Select(member => JsonValue.Create(member))]),
            }),
        },
    };
}
