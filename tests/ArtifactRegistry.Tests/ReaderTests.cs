using System.Management.Automation;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>Grant-ArReader and Get-ArReader: one member more, and everything else as it was.</summary>
public sealed class ReaderTests
{
    private const string Repository = "us-docker.pkg.dev/shop/apps";
    private const string Role = "roles/artifactregistry.reader";
    private const string Node = "serviceAccount:gke-node@p.iam.gserviceaccount.com";

    private const string Policy =
        """
        {
          "version": 3,
          "bindings": [
            { "role": "roles/artifactregistry.writer", "members": ["user:b@x.example", "user:a@x.example"] },
            {
              "role": "roles/artifactregistry.reader", "members": ["user:c@x.example"],
              "condition": { "title": "until", "expression": "request.time < timestamp('2030-01-01T00:00:00Z')",
                "location": "x" }
            },
            { "role": "roles/artifactregistry.reader", "members": ["user:d@x.example"], "bindingId": "kept" }
          ],
          "auditConfigs": [{ "service": "allServices", "auditLogConfigs": [{ "logType": "DATA_READ",
            "exemptedMembers": ["user:e@x.example"] }] }],
          "rules": [{ "somethingNew": [1, 2.5, null, "\u00e9"] }]
        }
        """;

    [Fact]
    public async Task A_grant_adds_one_member_and_leaves_every_other_field_as_it_was()
    {
        await using Shop shop = await OpenAsync();
        shop.State.SetPolicy(Repository, Parse(Policy));

        ScriptResult result = shop.Run($"Grant-ArReader {Repository} -Member gke-node@p.iam.gserviceaccount.com")
            .MustSucceed();

        JsonObject expected = Parse(Policy);
        expected["bindings"]![2]!["members"]!.AsArray().Add((JsonNode)Node);
        JsonObject actual = shop.State.Policy(Repository);
        actual.Remove("etag");
        Assert.True(JsonNode.DeepEquals(expected, actual), actual.ToJsonString());
        Assert.Equal(["True"], result.Values("Changed"));
        Assert.Equal([Repository], result.Values("Resource"));
    }

    [Fact]
    public async Task The_policy_is_read_and_written_as_version_3_with_its_etag()
    {
        await using Shop shop = await OpenAsync();
        shop.State.Grant(
            Repository,
            Role,
            "user:c@x.example",
            new JsonObject { ["title"] = "t", ["expression"] = "true" }
        );
        string etag = (string)shop.State.Policy(Repository)["etag"]!;

        shop.Run($"Grant-ArReader {Repository} -Member {Node}").MustSucceed();

        IReadOnlyList<RecordedRequest> requests = shop.Emulator.Requests.Snapshot();
        Assert.Equal(2, requests.Count);
        Assert.EndsWith(
            ":getIamPolicy?options.requestedPolicyVersion=3",
            requests[0].PathAndQuery,
            StringComparison.Ordinal
        );
        JsonNode sent = JsonNode.Parse(requests[1].Body)!["policy"]!;
        Assert.Equal(3, (int)sent["version"]!);
        Assert.Equal(etag, (string)sent["etag"]!);
        // A binding with a condition is not the place for a member without one.
        Assert.Equal(2, sent["bindings"]!.AsArray().Count);
        Assert.Equal(
            ["user:c@x.example"],
            sent["bindings"]![0]!["members"]!.AsArray().Select(member => (string)member!)
        );
    }

    [Theory]
    [InlineData("serviceAccount:gke-node@p.iam.gserviceaccount.com")]
    [InlineData("serviceAccount:GKE-NODE@p.iam.gserviceaccount.com")]
    public async Task A_member_that_is_there_needs_no_write(string present)
    {
        await using Shop shop = await OpenAsync();
        shop.State.Grant(Repository, Role, present);

        ScriptResult result = shop.Run($"Grant-ArReader {Repository} -Member gke-node@p.iam.gserviceaccount.com")
            .MustSucceed();

        Assert.Equal(["False"], result.Values("Changed"));
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task Many_members_become_one_write_and_each_says_whether_it_is_new()
    {
        await using Shop shop = await OpenAsync();
        shop.State.Grant(Repository, Role, "user:old@x.example");

        ScriptResult result = shop.Run(
                $"'user:one@x.example', 'user:old@x.example', 'group:two@x.example', 'user:one@x.example' | "
                    + $"Grant-ArReader {Repository}"
            )
            .MustSucceed();

        Assert.Equal(["user:one@x.example", "user:old@x.example", "group:two@x.example"], result.Values("Member"));
        Assert.Equal(["True", "False", "True"], result.Values("Changed"));
        Assert.Single(shop.Changes);
        Assert.Equal(
            ["user:old@x.example", "user:one@x.example", "group:two@x.example"], shop.State.Members(Repository, Role));
    }

    [Fact]
    public async Task A_policy_that_somebody_else_writes_meanwhile_is_read_again()
    {
        await using Shop shop = await OpenAsync();
        int writes = 0;
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (request.Is("POST", ":setIamPolicy") && ++writes <= 3)
                shop.State.Grant(Repository, Role, $"user:other{writes}@x.example");
        };

        ScriptResult result = shop.Run($"Grant-ArReader {Repository} -Member {Node}").MustSucceed();

        Assert.Equal(["True"], result.Values("Changed"));
        Assert.Equal(4, writes);
        Assert.Equal(
            ["user:other1@x.example", "user:other2@x.example", "user:other3@x.example", Node],
            shop.State.Members(Repository, Role)
        );
    }

    [Theory]
    [InlineData(FaultKind.ResetAfter)]
    [InlineData(FaultKind.CutBody)]
    [InlineData(FaultKind.MalformedJson)]
    public async Task A_write_whose_answer_was_lost_is_reported_as_changed_and_not_done_twice(FaultKind fault)
    {
        await using Shop shop = await OpenAsync();
        shop.Emulator.Behaviour.Faults.Add(
            new Fault(fault) { Times = 1, When = request => request.Is("POST", ":setIamPolicy") }
        );

        ScriptResult result = shop.Run($"Grant-ArReader {Repository} -Member {Node}").MustSucceed();

        Assert.Equal(["True"], result.Values("Changed"));
        Assert.Equal([Node], shop.State.Members(Repository, Role));
        Assert.Single(shop.Changes);
    }

    [Theory]
    [InlineData("gke-node@p.iam.gserviceaccount.com", Node)]
    [InlineData(
        " 123-compute@developer.gserviceaccount.com ",
        "serviceAccount:123-compute@developer.gserviceaccount.com"
    )]
    [InlineData("ServiceAccount:gke-node@p.iam.gserviceaccount.com", Node)]
    [InlineData("user:a@x.example", "user:a@x.example")]
    [InlineData("group:a@x.example", "group:a@x.example")]
    [InlineData("domain:x.example", "domain:x.example")]
    [InlineData(
        "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/*",
        "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/*")]
    public async Task Members_are_granted_as_IAM_writes_them(string member, string expected)
    {
        await using Shop shop = await OpenAsync();

        shop.Run($"Grant-ArReader {Repository} -Member '{member}'").MustSucceed();

        Assert.Equal([expected], shop.State.Members(Repository, Role));
    }

    [Theory]
    [InlineData("a@x.example", "Write user:a@x.example or group:a@x.example.")]
    [InlineData("users:a@x.example", "Did you mean user:a@x.example?")]
    [InlineData("node")]
    [InlineData("user:")]
    [InlineData("deleted:user:a@x.example?uid=1")]
    [InlineData("a b@p.iam.gserviceaccount.com")]
    [InlineData("@{Member=x}")]
    public async Task What_is_no_member_is_refused_and_the_others_are_granted(
        string member, string advice = "Expected the e-mail of a service account")
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run($"'{member}', '{Node}' | Grant-ArReader {Repository}");

        Assert.Equal("InvalidArgument", result.ErrorId);
        Assert.Equal(member, result.Error.TargetObject);
        Assert.Contains(
            $"is not a member. {advice}",
            result.ErrorText,
            StringComparison.Ordinal
        );
        Assert.Equal([Node], shop.State.Members(Repository, Role));
    }

    [Theory]
    [InlineData("allUsers")]
    [InlineData("allAuthenticatedUsers")]
    public async Task A_repository_is_published_with_Force_alone(string member)
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run($"Grant-ArReader {Repository} -Member {member}");
        Assert.Contains("publishes the repository", result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(shop.Changes);

        shop.Run($"Grant-ArReader {Repository} -Member {member} -Force").MustSucceed();
        Assert.Equal([member], shop.State.Members(Repository, Role));
    }

    [Fact]
    public async Task An_image_is_refused_where_a_repository_is_granted()
    {
        await using Shop shop = await OpenAsync();
        shop.Add("v1");

        ScriptResult result = shop.Run($"Grant-ArReader \"${{app}}:v1\" -Member {Node}");

        Assert.Equal("NameNotSpecific", result.ErrorId);
        Assert.Contains($"Use {Repository}", result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(shop.Emulator.Requests.Snapshot());
    }

    [Theory]
    [InlineData("Grant-ArReader us-docker.pkg.dev/shop/none -Member user:a@x.example")]
    [InlineData("Get-ArReader us-docker.pkg.dev/shop/none")]
    public async Task A_repository_that_is_not_there_is_an_error_and_no_object(string command)
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run(command);

        Assert.Equal("NotFound", result.ErrorId);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task A_grant_without_permission_names_the_permission_and_a_role()
    {
        await using Shop shop = await OpenAsync();
        shop.Emulator.Behaviour.Denials = [new Denial("artifactregistry.repositories.setIamPolicy")];

        ScriptResult result = shop.Run($"Grant-ArReader {Repository} -Member {Node}");

        Assert.Equal("AccessDenied", result.ErrorId);
        Assert.Contains("artifactregistry.repositories.setIamPolicy", result.ErrorText, StringComparison.Ordinal);
        Assert.Contains("roles/artifactregistry.admin", result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task Who_can_pull_is_listed_with_role_and_condition()
    {
        await using Shop shop = await OpenAsync();
        shop.State.SetPolicy(Repository, Parse(Policy));
        shop.State.Grant(Repository, "roles/logging.viewer", "user:nobody@x.example");

        ScriptResult result = shop.Run($"Get-ArReader {Repository}").MustSucceed();

        Assert.Equal(
            ["user:b@x.example", "user:a@x.example", "user:c@x.example", "user:d@x.example"], result.Values("Member"));
        PSObject conditional = result.Output[2];
        Assert.Equal("request.time < timestamp('2030-01-01T00:00:00Z')", conditional.Properties["Condition"].Value);
        Assert.Equal("roles/artifactregistry.writer", result.Output[0].Properties["Role"].Value);
        Assert.All(result.Output, row => Assert.Null(row.Properties["Changed"].Value)); // nothing was asked to change
    }

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();

    [Fact]
    public async Task Federated_identities_that_differ_in_case_are_two()
    {
        const string Pool =
            "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/gh/attribute.repository/";
        await using Shop shop = await OpenAsync();
        shop.State.Grant(Repository, Role, $"{Pool}MyOrg/App");

        Assert.Equal(
            ["False"],
            shop.Run($"Test-ArReader {Repository} -Member '{Pool}myorg/app'")
                .MustSucceed()
                .Output.Select(row => $"{row}")
        );
        ScriptResult granted = shop.Run($"Grant-ArReader {Repository} -Member '{Pool}myorg/app'").MustSucceed();
        Assert.Equal(["True"], granted.Values("Changed"));
        Assert.Equal(
            [$"{Pool}myorg/app"],
            shop.Run($"Get-ArReader {Repository} -Member '{Pool}myorg/app'").MustSucceed().Values("Member")
        );

        shop.Run($"Revoke-ArReader {Repository} -Member '{Pool}myorg/app' -Confirm:$false").MustSucceed();
        Assert.Equal([$"{Pool}MyOrg/App"], shop.State.Members(Repository, Role));
    }

    [Fact]
    public async Task An_e_mail_in_another_case_is_the_same_member()
    {
        await using Shop shop = await OpenAsync();
        shop.State.Grant(Repository, Role, "user:Anna@Example.com");

        Assert.Equal(
            ["False"],
            shop.Run($"Grant-ArReader {Repository} -Member user:anna@example.com").MustSucceed().Values("Changed")
        );
        shop.Run($"Revoke-ArReader {Repository} -Member user:anna@example.com -Confirm:$false").MustSucceed();
        Assert.Empty(shop.State.Members(Repository, Role));
    }

    private static async Task<Shop> OpenAsync()
    {
        Shop shop = await Shop.OpenAsync();
        shop.State.AddProject("games", "123").AddServiceAccount("p", "gke-node");
        return shop;
    }
}
