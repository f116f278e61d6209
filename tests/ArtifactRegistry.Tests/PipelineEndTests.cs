using System.Management.Automation;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>However a pipeline ends, nothing of it goes on and nothing more is started.</summary>
public sealed class PipelineEndTests
{
    private const string Repository = "us-docker.pkg.dev/shop/apps";

    /// <summary>Each cmdlet that sends requests, with the method and path of the one that it is caught in.</summary>
    public static TheoryData<string, string, string> Caught => new()
    {
        { "Get-ArRepository -Project shop", "GET", "/locations?" },
        { "Get-ArImage $app", "GET", "/dockerImages?" },
        { "Get-ArImage \"${app}:v1\"", "GET", "/tags/v1" },
        { "Get-ArImageTag $app", "GET", "/dockerImages?" },
        { $"Get-ArReader {Repository}", "GET", ":getIamPolicy" },
        { "Add-ArImageTag \"${app}:v1\" -Tag new", "GET", "/tags/v1" },
        { "Add-ArImageTag \"${app}:v1\" -Tag new", "POST", "/tags?" },
        { "Add-ArImageTag \"${app}:v1\" -Tag v2 -Force", "PATCH", "/tags/v2" },
        { "Remove-ArImageTag \"${app}:v1\"", "DELETE", "/tags/v1" },
        { "Remove-ArImage \"$app@$free\" -Force", "GET", "/dockerImages/" },
        { "Remove-ArImage \"$app@$free\" -Force", "DELETE", "/versions/" },
        { "Remove-ArImage $app -All -Force", "DELETE", "/packages/web" },
        { "Remove-ArUntaggedImage $app -Force", "GET", "/dockerImages?" },
        { "Remove-ArUntaggedImage $app -Force", "DELETE", "/versions/" },
        { $"Grant-ArReader {Repository} -Member user:a@b.example", "GET", ":getIamPolicy" },
        { $"Grant-ArReader {Repository} -Member user:a@b.example", "POST", ":setIamPolicy" },
    };

    /// <summary>Each cmdlet that emits more than one object, so that the first can end its pipeline.</summary>
    public static TheoryData<string, string> EndedByTheFirstObject
    {
        get
        {
            TheoryData<string, string> data = new();
            foreach (string command in new[]
            {
                "Get-ArImage $app",
                "Get-ArImageTag $app",
                $"'{Repository}', '{Repository}' | Get-ArReader",
                "Add-ArImageTag \"$app@$free\" -Tag first, second, third",
                "\"$app@$free\" | Add-ArImageTag -Tag first, second, third -ThrottleLimit 1",
                "Remove-ArImageTag $app -Tag first, second, third",
                "Remove-ArImage $digests -Force",
                "$digests | Remove-ArUntaggedImage -Force",
                $"Grant-ArReader {Repository} -Member user:a@b.example, user:c@d.example",
            })
            {
                data.Add(command, "UPSTREAM | Select-Object -First 1");
                data.Add(command, "foreach ($once in 1) { UPSTREAM | ForEach-Object { break } }");
                data.Add(command, "UPSTREAM | ForEach-Object { throw 'enough' }");
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(Caught))]
    public async Task CtrlC_leaves_no_request_running_and_nothing_changed(string command, string method, string text)
    {
        await using Shop shop = await OpenAsync();
        string before = shop.Contents();
        using RequestHold hold = shop.Hold(method, text);
        using RunningScript script = shop.Start(command);
        await hold.WaitForArrivalAsync(1, TestContext.Current.CancellationToken);

        script.Stop();
        ScriptResult result = await script.EndAsync(TestContext.Current.CancellationToken);

        Assert.Equal(PSInvocationState.Stopped, script.State);
        Assert.Empty(result.Errors);
        await shop.MustBeIdleAsync();
        hold.Release();
        await shop.MustBeQuietAsync();
        Assert.Equal(
            RequestOutcome.AbortedByClient,
            shop.Emulator.Requests.Snapshot(request => request.Is(method, text))[0].Outcome);
        Assert.Equal(before, shop.Contents());
        Assert.Equal(["user:first@b.example"], shop.State.Members(Repository, "roles/artifactregistry.reader"));
        Assert.Equal(["0"], shop.Session.Run("$Error.Count").Output.Select(count => count.ToString()));
    }

    [Theory]
    [InlineData("Remove-ArImage \"$app@$free\" -Force")]
    [InlineData("Remove-ArImage $app -All -Force")]
    [InlineData("\"$app@$free\" | Remove-ArUntaggedImage -Force")]
    public async Task CtrlC_ends_the_wait_for_an_operation(string command)
    {
        await using Shop shop = await OpenAsync();
        shop.Emulator.Behaviour.OperationFate = _ => OperationFate.NeverFinishes;
        // The third look is past the first pauses between two looks.
        int looks = 0;
        using RequestHold hold = shop.Emulator.Requests.Hold(
            request => request.Is("GET", "/operations/") && Interlocked.Increment(ref looks) >= 3);
        using RunningScript script = shop.Start(command);
        await hold.WaitForArrivalAsync(1, TestContext.Current.CancellationToken);

        script.Stop();
        ScriptResult result = await script.EndAsync(TestContext.Current.CancellationToken);

        Assert.Equal(PSInvocationState.Stopped, script.State);
        Assert.Empty(result.Errors);
        await shop.MustBeQuietAsync();
    }

    [Theory]
    [InlineData("Get-ArImage $app", "GET", "/dockerImages?")]
    [InlineData("Remove-ArImageTag \"${app}:v1\"", "DELETE", "/tags/v1")]
    [InlineData($"Grant-ArReader {Repository} -Member user:a@b.example", "POST", ":setIamPolicy")]
    public async Task CtrlC_ends_the_pause_before_another_try(string command, string method, string text)
    {
        await using Shop shop = await OpenAsync();
        // Longer than the test waits for the prompt to be back.
        shop.Emulator.Behaviour.Faults.Add(new Fault(FaultKind.TooManyRequests)
        {
            When = request => request.Is(method, text),
            RetryAfter = "250",
        });
        using RunningScript script = shop.Start($"{command} -Verbose");
        await script.WaitForVerboseAsync("Trying again in 250", TestContext.Current.CancellationToken);

        script.Stop();
        ScriptResult result = await script.EndAsync(TestContext.Current.CancellationToken);

        Assert.Equal(PSInvocationState.Stopped, script.State);
        Assert.Empty(result.Errors);
        Assert.Single(shop.Emulator.Requests.Snapshot(request => request.Is(method, text)));
        shop.Emulator.Behaviour.Faults.Clear();
        await shop.MustBeQuietAsync();
    }

    [Theory, MemberData(nameof(EndedByTheFirstObject))]
    public async Task The_first_object_can_end_the_pipeline_and_nothing_is_started_after_it(
        string command,
        string ending
    )
    {
        await using Shop shop = await OpenAsync();
        shop.Emulator.Behaviour.PageSizeCap = 1;
        string[] digests = [.. shop.State.UntaggedDigests(shop.Repository, "web")];
        shop.Session.Set("digests", digests.Select(digest => $"{Shop.App}@{digest}").ToArray());
        if (command.StartsWith("Remove-ArImageTag", StringComparison.Ordinal))
            foreach (string tag in new[] { "first", "second", "third" })
                shop.State.MoveTag(shop.Repository, "web", tag, digests[0]);
        // What has no tag comes after all tags, so that only a tag can be on the first page.
        if (command.StartsWith("Get-ArImageTag", StringComparison.Ordinal))
            foreach (string digest in digests) shop.State.MoveTag(shop.Repository, "web", $"t{digest[7..15]}", digest);
        // Of the changes the first of the list gets through; whatever else was started meanwhile waits here until it is
        // given up.
        string first = command.Split(' ') switch
        {
            ["Remove-ArImageTag", ..] => "/tags/first",
            ["Remove-ArImage", ..] => digests[0],
            _ => "",
        };
        int let = 0;
        using RequestHold hold = shop.Emulator.Requests.Hold(
            request => request.IsChange && (!request.Is(request.Method, first) || Interlocked.Increment(ref let) > 1));

        ScriptResult result = shop.Run(ending.Replace("UPSTREAM", command, StringComparison.Ordinal));

        if (ending.Contains("throw", StringComparison.Ordinal)) Assert.Equal("enough", result.Thrown?.Message);
        else result.MustSucceed();
        if (ending.Contains("Select", StringComparison.Ordinal)) Assert.Single(result.Output);
        await shop.MustBeQuietAsync();
        // Whether a page is the last, so that its tags can be sorted, is seen from the next one; of five pages, some
        // are never asked for.
        int ahead = command.StartsWith("Get-ArImageTag", StringComparison.Ordinal) ? 2 : 0;
        if (command.StartsWith("Get-", StringComparison.Ordinal))
            Assert.InRange(
                shop.Emulator.Requests.Snapshot(request =>
                    request.PathAndQuery.Contains("pageToken", StringComparison.Ordinal)
                ).Count,
                0,
                ahead
            );
        Assert.True(
            shop.Emulator.Requests.Snapshot(request =>
                request.IsChange && request.Outcome is RequestOutcome.Answered
            ).Count <= 1
        );
    }

    [Theory]
    [InlineData("\"${app}:none\", $app | Get-ArImage", "dockerImages")]
    [InlineData("\"${app}:none\", $app | Get-ArImageTag", "dockerImages")]
    [InlineData("\"${app}:none\", \"${app}:v1\" | Remove-ArImageTag -ThrottleLimit 1", "tags/v1")]
    [InlineData("\"${app}:none\", \"$app@$free\" | Remove-ArImage -Force -ThrottleLimit 1", "versions")]
    [InlineData("\"${app}:none\", \"${app}:v1\" | Add-ArImageTag -Tag new -ThrottleLimit 1", "tags/v1")]
    [InlineData("'us-docker.pkg.dev/shop/none', 'us-docker.pkg.dev/shop/apps' | Get-ArReader", "apps")]
    public async Task ErrorAction_Stop_ends_at_the_first_error(string command, string never)
    {
        await using Shop shop = await OpenAsync();

        ScriptResult result = shop.Run($"{command} -ErrorAction Stop");

        Assert.IsType<ActionPreferenceStopException>(result.Thrown);
        Assert.Equal("NotFound", result.ErrorId);
        Assert.Empty(result.Output);
        Assert.DoesNotContain(
            shop.Emulator.Requests.Snapshot(),
            request => request.PathAndQuery.Contains(never, StringComparison.Ordinal)
                && !request.PathAndQuery.Contains("tags/none", StringComparison.Ordinal));
        await shop.MustBeQuietAsync();
    }

    [Theory]
    [InlineData("Remove-ArUntaggedImage $app -Confirm:$false -RequestsPerSecond 10000", "Removed")]
    [InlineData("$digests | Remove-ArUntaggedImage -Confirm:$false -RequestsPerSecond 10000", "Removed")]
    [InlineData("$digests | Remove-ArImage -Confirm:$false", "Removed")]
    [InlineData("$tags | Remove-ArImageTag -Force", null)]
    public async Task With_ErrorAction_Stop_what_was_changed_beside_the_failure_has_its_row(
        string command,
        string? status
    )
    {
        const int Count = 120, Bad = 60;
        await using Shop shop = await Shop.OpenAsync();
        bool tags = status is null;
        string[] digests =
        [
            .. Enumerable
                .Range(0, Count)
                .Select(i => tags ? shop.Add($"t{i:000}") : shop.Add())
                .Order(StringComparer.Ordinal),
        ];
        string[] names = tags ? [.. Enumerable.Range(0, Count).Select(i => $"t{i:000}")] : digests;
        shop.Session.Set("digests", digests.Select(digest => $"{Shop.App}@{digest}").ToArray());
        shop.Session.Set("tags", names.Select(tag => $"{Shop.App}:{tag}").ToArray());
        shop.Emulator.Behaviour.Faults.Add(
            new Fault(FaultKind.Forbidden) { When = request => request.Is("DELETE", names[Bad]) }
        );

        ScriptResult result = shop.Run($"{command} -ErrorAction Stop");

        Assert.IsType<ActionPreferenceStopException>(result.Thrown);
        Assert.Equal("AccessDenied", result.ErrorId);
        await shop.MustBeQuietAsync();
        string[] gone =
        [
            .. names.Except(
                tags ? shop.State.Tags(shop.Repository, "web").Keys : shop.State.Digests(shop.Repository, "web")
            ),
        ];
        Assert.InRange(gone.Length, 1, Count - 1);
        Assert.Equal(
            gone, result.Output.Where(row => tags || row.Properties["Status"].Value.ToString() == status)
                .Select(row => (string)row.Properties[tags ? "Tag" : "Digest"].Value).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("DELETE", "/versions/", HoldPoint.BeforeWork)]
    [InlineData("DELETE", "/tags/two", HoldPoint.BeforeWork)]
    [InlineData("DELETE", "/tags/two", HoldPoint.BeforeAnswer)]
    public async Task CtrlC_gives_an_image_back_the_tags_that_Remove_ArImage_took(
        string method,
        string text,
        HoldPoint point
    )
    {
        await using Shop shop = await OpenAsync();
        string digest = shop.Add("one", "two");
        using RequestHold hold = shop.Hold(method, text, point);
        using RunningScript script = shop.Start($"Remove-ArImage \"$app@{digest}\" -DeleteTags -Force");
        await hold.WaitForArrivalAsync(1, TestContext.Current.CancellationToken);

        script.Stop();
        ScriptResult result = await script.EndAsync(TestContext.Current.CancellationToken);

        Assert.Equal(PSInvocationState.Stopped, script.State);
        Assert.Empty(result.Errors);
        await shop.MustBeQuietAsync();
        Assert.Equal(["one", "two"], shop.State.TagsOf(shop.Repository, "web", digest));
    }

    [Fact]
    public async Task CtrlC_shows_on_the_screen_which_tags_could_not_be_put_back()
    {
        ScriptedHost host = new("No");
        await using Shop shop = await Shop.OpenAsync(host: host);
        string digest = shop.Add("one", "two");
        shop.Emulator.Behaviour.Denials = [new Denial("artifactregistry.tags.create")];
        using RequestHold hold = shop.Hold("DELETE", "/versions/");
        using RunningScript script = shop.Start($"Remove-ArImage \"$app@{digest}\" -DeleteTags -Force");
        await hold.WaitForArrivalAsync(1, TestContext.Current.CancellationToken);

        script.Stop();
        await script.EndAsync(TestContext.Current.CancellationToken);

        string screen = string.Concat(host.Screen);
        Assert.Contains(
            $"WARNING: '{Shop.App}@{digest}': interrupted; ITS TAGS COULD NOT BE PUT BACK: one, two; add them again to",
            screen,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_downstream_throw_gives_an_image_back_the_tags_that_Remove_ArImage_took()
    {
        await using Shop shop = await OpenAsync();
        string digest = shop.Add("one", "two");
        using RequestHold hold = shop.Hold("DELETE", $"/versions/{digest}");
        // The untagged image is deleted, and its row ends the pipeline, once the other one's tags are gone.
        using RequestHold first = shop.Emulator.Requests.Hold(
            request => request.Is("DELETE", "/versions/") && !request.Is("DELETE", digest), HoldPoint.BeforeAnswer);
        using RunningScript script = shop.Start(
            $"\"$app@$free\", \"$app@{digest}\" | Remove-ArImage -DeleteTags -Force | ForEach-Object {{ throw 'enough' "
                + $"}}"
        );
        await hold.WaitForArrivalAsync(1, TestContext.Current.CancellationToken);
        Assert.Empty(shop.State.TagsOf(shop.Repository, "web", digest));

        first.Release();
        ScriptResult result = await script.EndAsync(TestContext.Current.CancellationToken);

        Assert.Equal("enough", result.Thrown?.Message);
        await shop.MustBeQuietAsync();
        Assert.Equal(["one", "two"], shop.State.TagsOf(shop.Repository, "web", digest));
    }

    [Fact]
    public async Task A_pipeline_that_was_stopped_can_be_run_again()
    {
        await using Shop shop = await OpenAsync();
        using (RequestHold hold = shop.Hold("DELETE", "/versions/"))
        {
            using RunningScript script = shop.Start("Remove-ArUntaggedImage $app -Force");
            await hold.WaitForArrivalAsync(1, TestContext.Current.CancellationToken);
            script.Stop();
            await script.EndAsync(TestContext.Current.CancellationToken);
        }

        shop.Run("Remove-ArUntaggedImage $app -Force").MustSucceed();

        Assert.Empty(shop.State.UntaggedDigests(shop.Repository, "web"));
    }

    /// <summary>Two tagged digests and three old untagged ones; $free is an untagged one.</summary>
    private static async Task<Shop> OpenAsync()
    {
        Shop shop = await Shop.OpenAsync();
        DateTimeOffset old = DateTimeOffset.UtcNow.AddDays(-40);
        foreach (string? tag in new[] { "v1", "v2", null, null, null })
            shop.Add(new ImageOptions { UploadTime = old, Size = 80_000_000, Tags = tag is null ? [] : [tag] });
        shop.Session.Set("free", shop.State.UntaggedDigests(shop.Repository, "web")[0]);
        shop.State.Grant(Repository, "roles/artifactregistry.reader", "user:first@b.example");
        return shop;
    }
}
