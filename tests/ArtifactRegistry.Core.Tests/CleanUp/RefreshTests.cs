using ArtifactRegistry.Clients;
using ArtifactRegistry.Core.Tests.Support;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Http;
using ArtifactRegistry.Operations.CleanUp;
using Xunit;

namespace ArtifactRegistry.Core.Tests.CleanUp;

/// <summary>
/// A plan that has stood is decided again on what is there now, and that is cheap enough to do it every minute.
/// </summary>
public sealed class RefreshTests : CoreTest
{
    private static readonly DateTimeOffset Long = DateTimeOffset.UtcNow.AddDays(-100);

    [Fact]
    public async Task What_has_not_changed_costs_two_requests()
    {
        for (int i = 0; i < 50; i++) Add();
        (CleanUpPlanner planner, CleanUpPlan plan) = await PlanAsync();
        using CleanUpPlanner _ = planner;
        int before = Sent.Count;

        CleanUpPlan fresh = await planner.RefreshAsync(plan, Stop);

        Assert.Equal(
            [
                "GET /v1/projects/shop/locations/us/repositories/apps",
                "GET /v1/projects/shop/locations/us/repositories/apps/packages/web/versions?view=FULL&pageSize=1000",
            ],
            Sent.Skip(before)
        );
        Assert.Equal(plan.Delete.Select(node => node.Image.Digest), fresh.Delete.Select(node => node.Image.Digest));
    }

    [Theory]
    [InlineData("tag")]
    [InlineData("index")]
    [InlineData("tagged referrer")]
    [InlineData("tag of its index")]
    [InlineData("policy")]
    [InlineData("pushed again")]
    public async Task What_has_become_live_meanwhile_stays_with_what_belongs_to_it(string change)
    {
        string subject = Add(),
            signature = Add(new ImageOptions { SubjectDigest = subject, ArtifactType = "a/signature" });
        string index = Add(new ImageOptions { Children = [new ChildManifest(subject)] }),
            garbage = Add();
        (CleanUpPlanner planner, CleanUpPlan plan) = await PlanAsync();
        using CleanUpPlanner _ = planner;
        Assert.Equal(4, plan.Delete.Count);

        switch (change)
        {
            case "tag":
                State.MoveTag(Apps, "web", "release", subject);
                break;
            case "index":
                Add(new ImageOptions { Tags = ["release"], Children = [new ChildManifest(subject)] });
                break;
            case "tagged referrer":
                Add(
                    new ImageOptions
                    {
                        Tags = ["sbom"],
                        SubjectDigest = subject,
                        ArtifactType = "a/sbom",
                    }
                );
                break;
            case "tag of its index":
                State.MoveTag(Apps, "web", "release", index);
                break;
            case "policy":
                using (
                    StringContent body = new(
                        $$$"""{"cleanupPolicies": {"ours": {"action": "KEEP","""
                            + $$$""" "condition": {"versionNamePrefixes": ["{{{subject}}}"] } } } }""",
                        System.Text.Encoding.UTF8,
                        "application/json"
                    )
                )
                    (
                        await SharedHttp.PatchAsync(
                            new Uri(
                                Emulator.Url,
                                "v1/projects/shop/locations/us/repositories/apps?updateMask=cleanupPolicies"
                            ),
                            body,
                            Stop
                        )
                    ).EnsureSuccessStatusCode();
                break;
            case "pushed again":
                State.MoveTag(Apps, "web", "passing", subject);
                State.RemoveTag(Apps, "web", "passing");
                break;
        }

        CleanUpPlan fresh = await planner.RefreshAsync(plan, Stop);

        Assert.NotNull(fresh.WhyKept(subject));
        Assert.NotNull(fresh.WhyKept(signature));
        Assert.Null(fresh.WhyKept(garbage));
        Assert.Contains(garbage, fresh.Delete.Select(node => node.Image.Digest));
    }

    private string Add(ImageOptions? options = null) =>
        State.AddImage(Apps, "web", (options ?? new ImageOptions()) with { UploadTime = Long });

    private async Task<(CleanUpPlanner Planner, CleanUpPlan Plan)> PlanAsync()
    {
        RestTransport transport = new(SharedHttp, SignIns.Choose(Secret, _ => null), Quick, null);
        Endpoints endpoints = Endpoints.Choose(Emulator.Url, _ => null);
        CleanUpPlanner planner = new(
            new ArtifactRegistryClient(transport, endpoints),
            new OciRegistryClient(transport, endpoints),
            new ManifestCache(),
            4,
            new PlanningProgress(TimeProvider.System),
            _ => { }
        );
        return (
            planner,
            (await ListAsync(planner.PlanAsync(ImagePattern.Exactly(Web), new CleanUpRules(), Stop))).Single()
        );
    }
}
