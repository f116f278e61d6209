using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Copy;

/// <summary>Copies over bad connections, from false sources and after a kill: nothing half, nothing twice.</summary>
public sealed class CopyFaultTests
{
    private const string Copy = "Copy-ArImage ${app}:v1 $prod -KeepTag";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_token_does_not_follow_a_redirect_to_another_host()
    {
        await using Shop shop = await CopyShop.OpenAsync(new Behaviour
        {
            RefusesMounts = true,
            RedirectsBlobs = true,
            RequireToken = true,
            AcceptedTokens = [PowerShellSession.Token],
        });
        string digest = shop.AddBuild("v1");

        shop.Run(Copy).MustSucceed();

        RecordedRequest[] storage = [
            .. shop.Emulator.Requests.Snapshot(request => request.Is("GET", "/artifacts-downloads/")),
        ];
        Assert.Equal(2, storage.Length);
        Assert.All(storage, request => Assert.Null(request.Authorization));
        Assert.All(storage, request =>
            Assert.StartsWith("localhost:", request.Headers["Host"], StringComparison.Ordinal)
        );
        Assert.Equal([$"v1={digest}"], shop.CopiedTags());
    }

    [Fact]
    public async Task The_address_of_a_download_is_shown_without_its_signature()
    {
        await using Shop shop = await CopyShop.OpenAsync(new Behaviour { RefusesMounts = true, RedirectsBlobs = true });
        shop.AddBuild("v1");

        ScriptResult result = shop.Run($"{Copy} -Verbose -Debug").MustSucceed();

        Assert.Contains(result.Verbose, line => line.Contains("/artifacts-downloads/", StringComparison.Ordinal));
        Assert.DoesNotContain(
            result.Verbose, line => line.Contains("Signature", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_download_that_breaks_off_goes_on_where_it_was()
    {
        Behaviour behaviour = new() { RefusesMounts = true };
        await using Shop shop = await CopyShop.OpenAsync(behaviour);
        string digest = shop.AddBuild(400_000, "v1");
        string layer = shop.BlobsOf(digest)[1];
        behaviour.Faults.Add(new Fault(FaultKind.CutBody) { When = request => request.Is("GET", layer), Times = 2 });

        shop.Run(Copy).MustSucceed();

        string?[] ranges = [
            .. shop.Emulator.Requests.Snapshot(request => request.Is("GET", layer))
                .Select(request => request.Headers.GetValueOrDefault("Range")),
        ];
        Assert.Equal(3, ranges.Length);
        Assert.Null(ranges[0]);
        Assert.All(ranges[1..], range => Assert.NotNull(range));
        Assert.Single(shop.Changes, request => request.StartsWith("PUT", StringComparison.Ordinal)
            && request.EndsWith(Uri.EscapeDataString(layer), StringComparison.Ordinal));
        Assert.Equal([$"v1={digest}"], shop.CopiedTags());
    }

    [Theory]
    [InlineData(FaultKind.ResetBefore)]
    [InlineData(FaultKind.ResetAfter)]
    [InlineData(FaultKind.CutBody)]
    [InlineData(FaultKind.Unavailable)]
    [InlineData(FaultKind.TooManyRequests)]
    [InlineData(FaultKind.BadGateway)]
    public async Task An_upload_that_fails_once_succeeds_in_the_end(FaultKind kind)
    {
        Behaviour behaviour = new() { RefusesMounts = true };
        await using Shop shop = await CopyShop.OpenAsync(behaviour);
        string digest = shop.AddBuild("v1");
        behaviour.Faults.Add(new Fault(kind) { When = request => request.Is("PUT", "/artifacts-uploads/"), Times = 1 });

        ScriptResult result = shop.Run(Copy).MustSucceed();

        Assert.Equal(["2"], result.Values("BlobsUploaded"));
        Assert.Equal([$"v1={digest}"], shop.CopiedTags());
        // A blob whose upload was answered by a broken connection had arrived.
        int expected = kind is FaultKind.ResetAfter or FaultKind.CutBody ? 2 : 3;
        Assert.Equal(
            expected, shop.Emulator.Requests.Snapshot(request => request.Is("PUT", "/artifacts-uploads/")).Count);
    }

    [Fact]
    public async Task An_upload_that_expired_is_begun_again()
    {
        await using Shop shop = await CopyShop.OpenAsync(new Behaviour { RefusesMounts = true, ExpiredUploads = 1 });
        string digest = shop.AddBuild("v1");

        shop.Run(Copy).MustSucceed();

        Assert.Equal([$"v1={digest}"], shop.CopiedTags());
    }

    [Fact]
    public async Task A_false_blob_never_arrives_and_the_next_run_finishes()
    {
        Behaviour behaviour = new() { RefusesMounts = true };
        await using Shop shop = await CopyShop.OpenAsync(behaviour);
        string digest = shop.AddBuild("v1"), layer = shop.BlobsOf(digest)[1];
        behaviour.ServedBlob = (_, blob, bytes) => blob == layer ? [.. bytes.Reverse()] : bytes;

        ScriptResult failed = shop.Run(Copy);

        Assert.Equal("UnexpectedAnswer", failed.ErrorId);
        Assert.Contains(layer, failed.ErrorText, StringComparison.Ordinal);
        Assert.Empty(failed.Output);
        Assert.Empty(shop.State.Packages(CopyShop.Prod));
        behaviour.ServedBlob = null;
        shop.Run(Copy).MustSucceed();
        Assert.Equal([$"v1={digest}"], shop.CopiedTags());
    }

    [Fact]
    public async Task A_false_manifest_is_not_copied()
    {
        Behaviour behaviour = new();
        await using Shop shop = await CopyShop.OpenAsync(behaviour);
        shop.AddBuild("v1");
        behaviour.ServedManifest = (_, _, bytes) => [.. bytes, (byte)' '];

        ScriptResult failed = shop.Run(Copy);

        Assert.Equal("UnexpectedAnswer", failed.ErrorId);
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task What_the_destination_only_remembers_is_sent_again()
    {
        await using Shop shop = await CopyShop.OpenAsync(new Behaviour
        {
            RefusesMounts = true,
            RemembersCollectedBlobs = true,
            OperationTime = TimeSpan.Zero,
        });
        string digest = shop.AddBuild("v1");
        shop.Run(Copy).MustSucceed();
        shop.Run("Remove-ArImage ${prod}/web:v1 -Confirm:$false").MustSucceed();

        ScriptResult again = shop.Run(Copy).MustSucceed();

        Assert.Equal(["2"], again.Values("BlobsUploaded"));
        Assert.Equal([$"v1={digest}"], shop.CopiedTags());
    }

    [Fact]
    public async Task What_the_destination_only_remembers_is_sent_again_after_an_upload_that_failed()
    {
        Behaviour behaviour = new()
        {
            RefusesMounts = true,
            RemembersCollectedBlobs = true,
            OperationTime = TimeSpan.Zero,
        };
        await using Shop shop = await CopyShop.OpenAsync(behaviour);
        shop.AddBuild("v1");
        shop.Run(Copy).MustSucceed();
        shop.Run("Remove-ArImage ${prod}/web:v1 -Confirm:$false").MustSucceed();
        behaviour.Faults.Add(new Fault(FaultKind.ResetBefore)
        {
            When = request => request.Is("PUT", "/artifacts-uploads/"),
            Times = 2,
        });

        shop.Run(Copy).MustSucceed();

        // The copy can be read, since it can be copied further.
        shop.State.AddRepository("us-docker.pkg.dev/shop/backup");
        ScriptResult further = shop.Run("Copy-ArImage ${prod}/web:v1 us-docker.pkg.dev/shop/backup").MustSucceed();
        Assert.Equal(["2"], further.Values("BlobsUploaded"));
    }

    [Fact]
    public async Task A_mount_that_is_refused_becomes_an_upload()
    {
        Behaviour behaviour = new();
        await using Shop shop = await CopyShop.OpenAsync(behaviour);
        string digest = shop.AddBuild("v1");
        behaviour.Faults.Add(new Fault(FaultKind.Forbidden) { When = request => request.Is("POST", "mount=") });

        ScriptResult result = shop.Run(Copy).MustSucceed();

        Assert.Equal(["2"], result.Values("BlobsUploaded"));
        Assert.Equal([$"v1={digest}"], shop.CopiedTags());
    }

    [Fact]
    public async Task Without_the_right_to_push_the_error_says_so_and_nothing_is_there()
    {
        await using Shop shop = await CopyShop.OpenAsync(new Behaviour
        {
            Denials = [new Denial("artifactregistry.repositories.uploadArtifacts", "*")],
        });
        shop.AddBuild("v1");

        Assert.Equal("AccessDenied", shop.Run(Copy).ErrorId);
        Assert.Empty(shop.State.Packages(CopyShop.Prod));
    }

    [Fact]
    public async Task Ctrl_C_leaves_no_request_and_no_half_image()
    {
        await using Shop shop = await CopyShop.OpenAsync(new Behaviour { RefusesMounts = true });
        shop.AddBuild("v1");
        using RequestHold held = shop.Hold("PUT", "/artifacts-uploads/");
        using RunningScript script = shop.Start(Copy);
        await held.WaitForArrivalAsync(1, Stop);

        script.Stop();
        await script.EndAsync(Stop);

        await shop.MustBeQuietAsync();
        Assert.Empty(shop.State.Packages(CopyShop.Prod));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Killed_again_and_again_the_next_run_finishes(int seed)
    {
        await using Shop shop = await CopyShop.OpenAsync(new Behaviour { RefusesMounts = true });
        AddedIndex index = shop.AddBuilds("v1");
        string signature = shop.Sign(index.Digest);
        RandomKills kills = new(shop, seed);
        for (int round = 0; round < 2; round++)
        {
            await kills.KillAsync(
                $"Copy-ArImage {Shop.App}:v1 {CopyShop.Prod} -KeepTag -ThrottleLimit 2",
                last: 6,
                request => request.Method is "PUT");
            // A tag comes last, when everything that it stands for is there.
            if (shop.State.Packages(CopyShop.Prod).Count > 0 && shop.CopiedTags().Count > 0)
                Assert.Empty(index.Children.Append(index.Digest).Append(signature).Except(shop.Copied()));
        }

        Assert.NotEqual(0, kills.Killed);
        shop.Run(Copy).MustSucceed();

        Assert.Equal(
            new[] { index.Digest, signature }.Concat(index.Children).Order(StringComparer.Ordinal), shop.Copied());
        Assert.Equal([$"v1={index.Digest}"], shop.CopiedTags());
        Assert.Equal(["AlreadyThere"], shop.Run(Copy).MustSucceed().Values("Status"));
    }
}
