using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

/// <summary>The emulator answers as Google's services were recorded to answer, field by field.</summary>
public sealed class RecordedAnswerTests : EmulatorTest
{
    private const string Location = "v1/projects/shop/locations/us/repositories";

    [Fact]
    public async Task A_repository_has_the_fields_of_a_recorded_one()
    {
        JsonObject answer = (await GetAsync(AppsPath)).Body;

        Assert.Equal(FieldsOf("ar-repository-standard", "satisfiesPzi", "vulnerabilityScanningConfig"), Fields(answer));
    }

    [Fact]
    public async Task A_creation_is_pending_and_then_done_as_recorded()
    {
        Reply pending = await SendAsync(
            "POST",
            $"{Location}?repositoryId=new",
            new JsonObject { ["format"] = "DOCKER" }
        );
        JsonObject done = await FinishAsync(pending);

        Assert.Equal(FieldsOf("ar-operation-pending-raw"), Fields(pending.Body));
        Assert.Equal(FieldsOf("ar-operation-done-raw"), Fields(done));
        Assert.Equal(
            Fields(RecordedAnswer.Read("ar-operation-done-raw")["response"]!.AsObject(), "labels"),
            Fields(done["response"]!.AsObject()));
    }

    [Fact]
    public async Task A_deletion_is_done_as_recorded()
    {
        string digest = State.AddImage(Apps, "web");

        JsonObject done = await FinishAsync(await SendAsync("DELETE", $"{AppsPath}/packages/web/versions/{digest}"));

        JsonObject recorded = RecordedAnswer.Read("ar-operation-done-empty");
        recorded["name"] = done["name"]!.DeepClone();
        Assert.True(JsonNode.DeepEquals(recorded, done), done.ToJsonString());
    }

    [Fact]
    public async Task A_changed_repository_has_the_fields_of_a_recorded_one()
    {
        Reply patched = await SendAsync(
            "PATCH", $"{AppsPath}?updateMask=description", new JsonObject { ["description"] = "updated description" });

        Assert.Equal(
            FieldsOf("ar-repository-patched", "satisfiesPzi", "vulnerabilityScanningConfig"),
            Fields(patched.Body)
        );
    }

    [Fact]
    public async Task A_repository_that_is_not_there_is_told_as_recorded() =>
        Assert.True(
            JsonNode.DeepEquals(RecordedAnswer.Read("ar-error-404"), (await GetAsync($"{Location}/none")).Body)
        );

    [Fact]
    public async Task A_project_that_one_may_not_see_is_told_as_recorded() =>
        Assert.True(
            JsonNode.DeepEquals(RecordedAnswer.Read("crm-error-403"), (await GetAsync("v1/projects/none")).Body)
        );

    [Fact]
    public async Task A_policy_is_told_as_recorded_before_and_after_its_first_member()
    {
        State.AddServiceAccount("test-project", "test-sa");
        string path = $"{AppsPath}:getIamPolicy?options.requestedPolicyVersion=3";
        JsonObject before = (await GetAsync(path)).Body;
        JsonObject policy = before.DeepClone().AsObject();
        policy["version"] = 3;
        policy["bindings"] = RecordedAnswer.Read("ar-policy-set-answer")["bindings"]!.DeepClone();
        JsonObject set = (
            await SendAsync("POST", $"{AppsPath}:setIamPolicy", new JsonObject { ["policy"] = policy })
        ).Body;
        policy = set.DeepClone().AsObject();
        policy.Remove("bindings");
        JsonObject emptied = (
            await SendAsync("POST", $"{AppsPath}:setIamPolicy", new JsonObject { ["policy"] = policy })
        ).Body;

        foreach ((string recording, JsonObject answer) in ((string, JsonObject)[])
            [("ar-policy-never-written", before), ("ar-policy-set-answer", set), ("ar-policy-emptied", emptied)])
        {
            JsonObject recorded = RecordedAnswer.Read(recording);
            recorded["etag"] = answer["etag"]!.DeepClone();
            Assert.True(JsonNode.DeepEquals(recorded, answer), $"{recording}: {answer.ToJsonString()}");
        }
    }

    [Fact]
    public async Task Service_accounts_are_told_as_recorded()
    {
        State.AddProject("example-project");
        const string Accounts = "v1/projects/example-project/serviceAccounts";
        JsonObject body = new()
        {
            ["accountId"] = "sa-ab12cd34",
            ["serviceAccount"] = new JsonObject { ["displayName"] = "x" },
        };

        Reply created = await SendAsync("POST", Accounts, body);
        Reply again = await SendAsync("POST", Accounts, body);
        Reply unknown = await GetAsync($"{Accounts}/none@example-project.iam.gserviceaccount.com");

        Assert.Equal(FieldsOf("iam-serviceaccount-created-raw"), Fields(created.Body));
        Assert.True(JsonNode.DeepEquals(RecordedAnswer.Read("iam-error-409"), again.Body), again.Body.ToJsonString());
        Assert.True(
            JsonNode.DeepEquals(RecordedAnswer.Read("iam-error-404-unknown"), unknown.Body),
            unknown.Body.ToJsonString()
        );
    }

    [Fact]
    public async Task A_cluster_that_is_not_there_is_told_as_recorded()
    {
        State.AddProject("example-project");

        Reply reply = await GetAsync(
            "v1/projects/example-project/locations/us-central1/clusters/containercluster-ab12cd34"
        );

        Assert.Equal(HttpStatusCode.NotFound, reply.Status);
        Assert.True(
            JsonNode.DeepEquals(RecordedAnswer.Read("gke-error-404-cluster"), reply.Body),
            reply.Body.ToJsonString()
        );
    }

    [Fact]
    public async Task A_parameter_that_is_not_known_is_refused_in_the_front_ends_words()
    {
        Behaviour.DockerImageFilter = FilterSupport.Rejected;

        Reply reply = await GetAsync($"{AppsPath}/dockerImages?filter=x");

        Assert.True(
            JsonNode.DeepEquals(RecordedAnswer.Read("made/error-400-unknown-parameter"), reply.Body),
            reply.Body.ToJsonString()
        );
    }

    private static IEnumerable<string> FieldsOf(string recording, params string[] without) =>
        Fields(RecordedAnswer.Read(recording), without);

    private static IEnumerable<string> Fields(JsonObject json, params string[] without) =>
        json.Select(field => field.Key).Except(without).Order(StringComparer.Ordinal);
}
