using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

public sealed class PolicyTests : EmulatorTest
{
    private const string Reader = "roles/artifactregistry.reader";

    [Fact]
    public async Task A_policy_is_read_by_GET_and_written_with_its_etag()
    {
        Reply read = await GetAsync($"{AppsPath}:getIamPolicy?options.requestedPolicyVersion=3");
        Assert.Equal("ACAB", (string?)read.Body["etag"]);

        Reply written = await SetAsync(Policy("ACAB", "user:a@example.com"));

        Assert.Equal(HttpStatusCode.OK, written.Status);
        Assert.NotEqual("ACAB", (string?)written.Body["etag"]);
        Assert.Equal(["user:a@example.com"], State.Members(Apps, Reader));
    }

    [Fact]
    public async Task A_stale_etag_is_a_conflict_and_none_overwrites()
    {
        string etag = (string)State.Policy(Apps)["etag"]!;
        State.Grant(Apps, Reader, "user:somebody@example.com");

        Reply stale = await SetAsync(Policy(etag, "user:a@example.com"));
        Assert.Equal(HttpStatusCode.Conflict, stale.Status);
        Assert.Equal("ABORTED", stale.ErrorStatus);
        Assert.Equal(
            "There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.",
            stale.Message);

        Reply blind = await SetAsync(Policy(null, "user:a@example.com"));
        Assert.Equal(HttpStatusCode.OK, blind.Status);
        Assert.Equal(["user:a@example.com"], State.Members(Apps, Reader));
    }

    [Fact]
    public async Task Unknown_fields_of_a_policy_survive()
    {
        JsonObject policy = Policy(null, "user:a@example.com");
        policy["auditConfigs"] = new JsonArray(new JsonObject { ["service"] = "allServices" });
        policy["futureField"] = "kept";

        await SetAsync(policy);

        Assert.Equal("kept", (string?)State.Policy(Apps)["futureField"]);
        Assert.Equal("allServices", (string?)State.Policy(Apps)["auditConfigs"]![0]!["service"]);
    }

    [Fact]
    public async Task A_reader_of_an_older_version_sees_that_there_is_a_condition()
    {
        Condition();

        Reply three = await GetAsync($"{AppsPath}:getIamPolicy?options.requestedPolicyVersion=3");
        Reply one = await GetAsync($"{AppsPath}:getIamPolicy");

        Assert.Equal(3, (int)three.Body["version"]!);
        Assert.Equal("until then", (string?)three.Body["bindings"]![0]!["condition"]!["title"]);
        Assert.Equal(1, (int)one.Body["version"]!);
        Assert.Null(one.Body["bindings"]![0]!["condition"]);
        Assert.StartsWith($"{Reader}_withcond_", (string?)one.Body["bindings"]![0]!["role"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ConditionalPolicies.NeedVersion3, HttpStatusCode.BadRequest)]
    [InlineData(ConditionalPolicies.AtAnyVersion, HttpStatusCode.OK)]
    public async Task A_writer_of_an_older_version_cannot_lose_conditions(
        ConditionalPolicies switched, HttpStatusCode status)
    {
        Condition();
        Behaviour.ConditionalPolicies = switched;
        JsonObject policy = (await GetAsync($"{AppsPath}:getIamPolicy")).Body;
        policy["version"] = 1;

        Assert.Equal(status, (await SetAsync(policy)).Status);
        Assert.Equal("until then", (string?)State.Policy(Apps)["bindings"]![0]!["condition"]!["title"]);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 3)]
    public async Task A_policy_is_answered_as_the_least_version_that_it_needs(bool conditional, int version)
    {
        if (conditional) Condition();
        JsonObject policy = (await GetAsync($"{AppsPath}:getIamPolicy?options.requestedPolicyVersion=3")).Body;
        policy["version"] = 3;

        Reply set = await SetAsync(policy);
        Reply get = await GetAsync($"{AppsPath}:getIamPolicy?options.requestedPolicyVersion=3");

        Assert.Equal(version, (int)set.Body["version"]!);
        Assert.Equal(version, (int)get.Body["version"]!);
    }

    [Theory]
    [InlineData("reader", "user:a@example.com", "The role name must be in the form \"roles/{role}\"")]
    [InlineData(Reader, "a@example.com", "is of an unknown type")]
    [InlineData(Reader, "user:gone@example.com", "User gone@example.com does not exist.")]
    public async Task A_wrong_role_or_member_is_an_invalid_argument(string role, string member, string text)
    {
        Behaviour.MissingMembers = ["user:gone@example.com"];

        Reply reply = await SetAsync(Policy(null, member, role));

        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Contains(text, reply.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nobody@games.iam.gserviceaccount.com", false)]
    [InlineData("game-nodes@nowhere.iam.gserviceaccount.com", false)]
    [InlineData("999-compute@developer.gserviceaccount.com", false)]
    [InlineData("game-nodes@games.iam.gserviceaccount.com", true)]
    [InlineData("345678901234-compute@developer.gserviceaccount.com", true)]
    [InlineData("service-345678901234@serverless-robot-prod.iam.gserviceaccount.com", true)]
    [InlineData("345678901234@cloudbuild.gserviceaccount.com", true)]
    [InlineData("games.svc.id.goog[default/web]", true)]
    public async Task A_policy_names_only_service_accounts_that_exist(string email, bool exists)
    {
        State.AddProject("games", "345678901234");
        State.AddServiceAccount("games", "game-nodes");

        Reply reply = await SetAsync(Policy(null, $"serviceAccount:{email}"));

        Assert.Equal(exists ? HttpStatusCode.OK : HttpStatusCode.BadRequest, reply.Status);
        if (!exists) Assert.Equal($"Service account {email} does not exist.", reply.Message);
    }

    [Fact]
    public async Task A_member_that_a_state_was_set_up_with_may_stay_and_cannot_be_added_again()
    {
        const string Old = "serviceAccount:old@games.iam.gserviceaccount.com";
        State.Grant(Apps, Reader, Old);

        Assert.Equal(HttpStatusCode.OK, (await SetAsync(Policy(null, Old))).Status);
        Assert.Equal(HttpStatusCode.OK, (await SetAsync(Policy(null, "user:a@example.com"))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await SetAsync(Policy(null, Old))).Status);
    }

    [Fact]
    public async Task Permissions_that_are_not_denied_are_held()
    {
        Behaviour.Denials = [new Denial("artifactregistry.tags.delete")];
        JsonObject body = new()
        {
            ["permissions"] = new JsonArray("artifactregistry.tags.delete", "artifactregistry.tags.get"),
        };

        Reply reply = await SendAsync("POST", $"{AppsPath}:testIamPermissions", body);

        Assert.Equal("""["artifactregistry.tags.get"]""", reply.Body["permissions"]!.ToJsonString());
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("v3")]
    public async Task A_projects_policy_is_read_by_POST(string version)
    {
        State.GrantOnProject("shop", "roles/owner", "user:admin@example.com");
        JsonObject options = new() { ["options"] = new JsonObject { ["requestedPolicyVersion"] = 3 } };

        Reply read = await SendAsync("POST", $"{version}/projects/shop:getIamPolicy", options);
        Reply again = await SendAsync(
            "POST", $"{version}/projects/shop:setIamPolicy", new JsonObject { ["policy"] = read.Body.DeepClone() });
        Reply stale = await SendAsync(
            "POST", $"{version}/projects/shop:setIamPolicy", new JsonObject { ["policy"] = read.Body.DeepClone() });

        Assert.Equal("roles/owner", (string?)read.Body["bindings"]![0]!["role"]);
        Assert.Equal(HttpStatusCode.OK, again.Status);
        Assert.Equal(HttpStatusCode.Conflict, stale.Status);
    }

    [Fact]
    public async Task A_project_has_a_number_in_both_versions()
    {
        State.AddProject("games", "345678901234");

        Assert.Equal("345678901234", (string?)(await GetAsync("v1/projects/games")).Body["projectNumber"]);
        Assert.Equal("projects/345678901234", (string?)(await GetAsync("v3/projects/games")).Body["name"]);
        Assert.Equal("games", (string?)(await GetAsync("v3/projects/345678901234")).Body["projectId"]);
        Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync("v1/projects/nobodys")).Status);
    }

    private void Condition() => State.Grant(Apps, Reader, "user:b@example.com", new JsonObject
    {
        ["title"] = "until then",
        ["expression"] = "request.time < timestamp('2030-01-01T00:00:00Z')",
    });

    private Task<Reply> SetAsync(JsonObject policy) =>
        SendAsync("POST", $"{AppsPath}:setIamPolicy", new JsonObject { ["policy"] = policy.DeepClone() });

    private static JsonObject Policy(string? etag, string member, string role = Reader)
    {
        JsonObject policy = new()
        {
            ["version"] = 3,
            ["bindings"] = new JsonArray(new JsonObject { ["role"] = role, ["members"] = new JsonArray(member) }),
        };
        if (etag is not null) policy["etag"] = etag;
        return policy;
    }
}
