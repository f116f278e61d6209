using System.Text;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.CleanUp;

/// <summary>
/// What becomes live after the plan was made protects what belongs to it: a sweep decides by what is there now.
/// </summary>
public sealed class NowTests
{
    private const string Sweep = "Remove-ArUntaggedImage $app -Confirm:$false";

    // With a clock that stands, no deletion has to wait for its turn.
    private const string AsFastAsPossible = "-RequestsPerSecond 10000";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string> Events => ["index over it", "pushed again", "KEEP policy", "tag"];

    [Theory, MemberData(nameof(Events))]
    public async Task What_becomes_live_while_the_question_stands_stays_with_its_signature(string what)
    {
        ScriptedHost host = new("Yes");
        await using Shop shop = await Shop.OpenAsync(host: host);
        string image = shop.Add(), signature = shop.AddSignature(image), garbage = shop.Add();
        host.WhenAsked = _ => Happen(shop, what, image);

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -OlderThan 1h").MustSucceed();

        Assert.Contains(image, shop.Left());
        Assert.Contains(signature, shop.Left());
        // The policy keeps the newest two, which are the other two.
        if (what != "KEEP policy") Assert.Equal([garbage], Row.Digests(result, "Removed"));
        Assert.Contains(image, Row.Digests(result, "Kept"));
        Assert.Contains(signature, Row.Digests(result, "Kept"));
    }

    [Theory, MemberData(nameof(Events))]
    public async Task What_becomes_live_while_the_sweep_goes_on_stays_with_its_signature(string what)
    {
        await using Shop shop = await Shop.OpenAsync();
        string first = shop.AddAged(TimeSpan.FromDays(200)), image = shop.Add(), signature = shop.AddSignature(image);
        TestClock clock = new();
        clock.ApplyTo(shop.Session);
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (!request.Is("DELETE", first)) return;
            Happen(shop, what, image);
            clock.Advance(TimeSpan.FromSeconds(7)); // the first deletion takes that long
        };

        ScriptResult result = shop.Run($"{Sweep} {AsFastAsPossible} -ThrottleLimit 1").MustSucceed();

        Assert.Equal([first], Row.Digests(result, "Removed"));
        Assert.Equal(CleanUpWords.Sorted(image, signature), Row.Digests(result, "Kept"));
        Assert.Contains(signature, shop.Left());
    }

    [Fact]
    public async Task What_no_signature_belongs_to_is_looked_at_again_within_a_minute()
    {
        await using Shop shop = await Shop.OpenAsync();
        string[] old = [.. Enumerable.Range(0, 7).Select(age => shop.AddAged(TimeSpan.FromDays(200 - age)))];
        string image = shop.Add();
        TestClock clock = new();
        clock.ApplyTo(shop.Session);
        // The service does not hold a deletion against a policy, so only another look can see it.
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (request.Is("DELETE", old[0])) Happen(shop, "KEEP policy", image);
            if (request.Method == "DELETE") clock.Advance(TimeSpan.FromSeconds(10)); // so long takes each
        };

        // The turn of the last one comes after seventy seconds.
        ScriptResult result = shop.Run($"{Sweep} {AsFastAsPossible} -ThrottleLimit 1").MustSucceed();

        Assert.Contains(old[0], Row.Digests(result, "Removed"));
        Assert.Contains(image, Row.Digests(result, "Kept"));
        Assert.Contains(image, shop.Left());
    }

    [Fact]
    public async Task A_signature_waits_for_the_index_above_its_image_whose_refusal_protects_both()
    {
        await using Shop shop = await Shop.OpenAsync();
        AddedIndex index = shop.AddIndex(TimeSpan.FromDays(9));
        string signature = shop.AddSignature(index.Children[0]);
        // Too late for any look of ours, and in time for the service.
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (request.Is("DELETE", index.Digest)) shop.State.MoveTag(shop.Repository, "web", "release", index.Digest);
        };

        ScriptResult result = shop.Run($"{Sweep} -ThrottleLimit 16").MustSucceed();

        Assert.Equal(CleanUpWords.Sorted([index.Digest, signature, .. index.Children]), shop.Left());
        Assert.Equal([index.Digest], shop.DeletesAsked());
        Assert.All(result.Values("Status"), status => Assert.Equal("Kept", status));
    }

    [Fact]
    public async Task If_the_image_cannot_be_looked_at_again_nothing_more_of_it_is_deleted()
    {
        ScriptedHost host = new("Yes");
        await using Shop shop = await Shop.OpenAsync(host: host);
        string garbage = shop.Add();
        host.WhenAsked = _ => shop.Emulator.Behaviour.Faults.Add(new Fault(FaultKind.Unavailable)
        {
            RetryAfter = "86400", // longer than anybody waits, so it is reported at once
            When = request => request.Is("GET", "/versions?"),
        });

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app");

        Assert.Equal([garbage], Row.Digests(result, "Failed"));
        Assert.Contains("it cannot be checked whether it is needed by now", result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(shop.Changes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(6)]
    public async Task MaxCount_reaches_what_WhatIf_listed_over_several_images_and_many_workers(int count)
    {
        await using Shop shop = await Shop.OpenAsync();
        foreach (string package in new[] { "a", "b", "c" })
        {
            string image = shop.AddAged(TimeSpan.FromDays(20), package);
            shop.State.AddImage(shop.Repository, package, new ImageOptions
            {
                UploadTime = DateTimeOffset.UtcNow.AddDays(-90),
                ArtifactType = "application/vnd.cncf.notary.signature",
                SubjectDigest = image,
            });
            shop.AddAged(TimeSpan.FromDays(30), package);
        }

        string command =
            $"Remove-ArUntaggedImage us-docker.pkg.dev/shop/apps -Confirm:$false -MaxCount {count} -ThrottleLimit 16";
        ScriptResult would = shop.Run($"{command} -WhatIf").MustSucceed();
        ScriptResult did = shop.Run(command).MustSucceed();

        Assert.InRange(Row.Digests(did, "Removed").Count, Math.Min(count, 1), count);
        Assert.Equal(Row.Digests(would, "WouldRemove"), Row.Digests(did, "Removed"));
        Assert.Equal(Row.Digests(would, "NotReached"), Row.Digests(did, "NotReached"));
        Assert.All(did.Output.Where(row => row.Properties["Status"].Value.ToString() == "NotReached"), row =>
            Assert.Equal($"the limit of {count} deletions was reached", row.Properties["Reason"].Value)
        );
    }

    [Fact]
    public async Task MaxCount_never_takes_a_signature_without_its_image()
    {
        await using Shop shop = await Shop.OpenAsync();
        string image = shop.Add(), signature = shop.AddSignature(image), single = shop.AddAged(TimeSpan.FromDays(2));

        ScriptResult result = shop.Run($"{Sweep} -MaxCount 1").MustSucceed();

        Assert.Equal([single], Row.Digests(result, "Removed"));
        Assert.Equal(CleanUpWords.Sorted(image, signature), Row.Digests(result, "NotReached"));
    }

    /// <summary>Somebody makes a digest live.</summary>
    private static void Happen(Shop shop, string what, string image)
    {
        switch (what)
        {
            case "index over it":
                shop.Add(new ImageOptions { Tags = ["release"], Children = [new ChildManifest(image)] });
                break;
            case "tag":
                shop.State.MoveTag(shop.Repository, "web", "release", image);
                break;
            case "pushed again":
                shop.State.PushAgain(shop.Repository, image);
                break;
            default:
                Keep(shop);
                break;
        }
    }

    /// <summary>A policy of the repository by which the two newest digests of an image stay, for example.</summary>
    private static void Keep(Shop shop)
    {
        using HttpClient http = new();
        using HttpRequestMessage request = new(
            HttpMethod.Patch,
            new Uri(shop.Emulator.Url, "/v1/projects/shop/locations/us/repositories/apps?updateMask=cleanupPolicies")
        )
        {
            Content = new StringContent(
                """{ "cleanupPolicies": { "ours": { "id": "ours", "action": "KEEP", "condition": { "tagState": "ANY","""
                    + """ "newerThan": "1296000s" } } } }""",
                Encoding.UTF8, "application/json"),
        };
        using HttpResponseMessage answer = http.Send(request, Stop);
        answer.EnsureSuccessStatusCode();
    }
}
