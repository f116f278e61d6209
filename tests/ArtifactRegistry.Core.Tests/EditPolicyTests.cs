using System.Text.Json.Nodes;
using ArtifactRegistry.Core.Tests.Support;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Operations;
using Xunit;

namespace ArtifactRegistry.Core.Tests;

/// <summary>Many writers of one policy: nobody's grant is lost, and nothing else either.</summary>
public sealed class EditPolicyTests : CoreTest
{
    private const int Writers = 64;
    private const string Role = ReaderRoles.Reader;

    private const string Before =
        """
        {
          "version": 3,
          "bindings": [
            { "role": "roles/artifactregistry.writer", "members": ["user:b@x.example", "user:a@x.example"] },
            {
              "role": "roles/artifactregistry.reader", "members": ["user:c@x.example"],
              "condition": { "title": "until", "expression": "request.time < timestamp('2030-01-01T00:00:00Z')" }
            },
            { "role": "roles/artifactregistry.reader", "members": ["user:d@x.example"], "bindingId": "kept" }
          ],
          "auditConfigs": [{ "service": "allServices", "auditLogConfigs": [{ "logType": "DATA_READ" }] }],
          "somethingNew": [1, 2.5, null]
        }
        """;

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    public async Task Sixty_four_writers_at_once_all_get_their_member_in(double lostAnswers)
    {
        State.SetPolicy(Apps, Parse(Before));
        if (lostAnswers > 0)
        {
            foreach (FaultKind kind in new[] { FaultKind.ResetAfter, FaultKind.Unavailable })
                Behaviour.Faults.Add(new Fault(kind)
                {
                    Rate = lostAnswers,
                    Seed = 7,
                    When = request => request.PathAndQuery.Contains("setIamPolicy", StringComparison.Ordinal),
                });
        }

        string[] members =
        [
            .. Enumerable.Range(0, Writers).Select(i => $"serviceAccount:node{i:00}@games.iam.gserviceaccount.com"),
        ];
        foreach (int i in Enumerable.Range(0, Writers)) State.AddServiceAccount("games", $"node{i:00}");
        PolicyOutcome[] outcomes = await Task.WhenAll(
            members.Select(member =>
                Task.Run(
                    () =>
                        EditPolicy.EditAsync(
                            PolicyResource.Of(Client(), ImageName.Parse("us-docker.pkg.dev/shop/apps")),
                            new PolicyEdit.Grant(Role),
                            [member],
                            (_, _) => Task.FromResult(true),
                            Stop
                        ),
                    Stop
                )
            )
        );

        Assert.All(outcomes, outcome => Assert.Equal(true, Assert.Single(outcome.Readers).Changed));
        JsonObject after = State.Policy(Apps);
        after.Remove("etag");
        JsonArray list = after["bindings"]![2]!["members"]!.AsArray();
        Assert.Equal(
            (string[])[.. members, "user:d@x.example"],
            list.Select(each => (string)each!).Order(StringComparer.Ordinal)
        );
        Assert.Equal("user:d@x.example", (string)list[0]!);
        while (list.Count > 1) list.RemoveAt(1);
        Assert.True(JsonNode.DeepEquals(Parse(Before), after), after.ToJsonString());
        // Some of them did meet.
        Assert.True(Emulator.Requests.Snapshot(request => request.IsChange).Count > Writers);
    }

    [Fact]
    public async Task Granting_and_revoking_at_once_leaves_what_each_said_last()
    {
        State.SetPolicy(Apps, Parse(Before));
        string[] old = [.. Enumerable.Range(0, 16).Select(i => $"user:old{i:00}@x.example")];
        foreach (string member in old) State.Grant(Apps, Role, member);

        await Task.WhenAll(old.SelectMany((member, i) => new[]
        {
            RunAsync(new PolicyEdit.Revoke(Role, null), member),
            RunAsync(new PolicyEdit.Grant(Role), $"user:new{i:00}@x.example"),
        }));

        string[] expected =
        [
            "user:c@x.example",
            "user:d@x.example",
            .. Enumerable.Range(0, 16).Select(i => $"user:new{i:00}@x.example"),
        ];
        Assert.Equal(expected.Order(StringComparer.Ordinal), State.Members(Apps, Role).Order(StringComparer.Ordinal));
    }

    private Task<PolicyOutcome> RunAsync(PolicyEdit edit, string member) => Task.Run(
        () => EditPolicy.EditAsync(
            PolicyResource.Of(Client(), ImageName.Parse("us-docker.pkg.dev/shop/apps")), edit, [member],
            (_, _) => Task.FromResult(true), Stop),
        Stop);

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
