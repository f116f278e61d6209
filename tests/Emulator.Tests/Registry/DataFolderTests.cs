using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

/// <summary>What a folder keeps over restarts and kills.</summary>
public sealed partial class DataFolderTests : RegistryTest
{
    private readonly TemporaryFolder _folder = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Everything_is_there_again_after_a_restart()
    {
        Pushed image = null!;
        string before = "";
        await WithAsync(async state =>
        {
            state.AddRepository(Apps, new RepositoryOptions { Description = "kept" });
            state.Grant(
                Apps,
                "roles/artifactregistry.reader",
                "user:a@example.com",
                new JsonObject { ["title"] = "t" }
            );
            state.AddServiceAccount("shop", "runner", "Runs");
            state.AddCluster("shop", "us", "c");
            state.AddIndex(Apps, "team/api", ["linux/amd64", "unknown/unknown"], new ImageOptions { Tags = ["v1"] });
            image = await PushImageAsync("layer", "v1");
            Pushed gone = await PushImageAsync("gone");
            await PushBlobAsync(Oci.Bytes("expected"));
            await FinishAsync(await SendAsync("DELETE", $"{AppsPath}/packages/web/versions/{gone.Digest}"));
            await SendAsync(
                "POST", $"{AppsPath}/packages/web/tags?tagId=v2",
                new JsonObject { ["version"] = VersionName("web", image.Digest) });
            before = await ContentsAsync();
        });
        await WithAsync(async state =>
        {
            Assert.Equal(before, await ContentsAsync());
            Assert.Contains("\"kept\"", before, StringComparison.Ordinal);
            Assert.Equal(image.Manifest, (await AskAsync("GET", $"{Web}/manifests/v2")).Content);
            Assert.Equal(Oci.Bytes("layer"), (await AskAsync("GET", $"{Web}/blobs/{image.Layer}")).Content);
            Assert.Equal(
                new[] { image.Config, image.Layer, Oci.DigestOf("expected"u8) }.Order(StringComparer.Ordinal),
                state.BlobDigests
            );
            // The next account gets a number of its own.
            state.AddServiceAccount("shop", "walker");
            JsonNode accounts = (await GetAsync("v1/projects/shop/serviceAccounts")).Body["accounts"]!;
            Assert.Equal(2, accounts.AsArray().Select(account => (string?)account!["uniqueId"]).Distinct().Count());
            // What holds what is known again.
            string child = state.UntaggedDigests(Apps, "team/api")[0];
            JsonObject refused = await FinishAsync(
                await SendAsync("DELETE", $"{AppsPath}/packages/team%2Fapi/versions/{child}"));
            Assert.Equal(9, (int)refused["error"]!["code"]!);
            await FinishAsync(await SendAsync("DELETE", $"{AppsPath}/packages/web/versions/{image.Digest}?force=true"));
            Assert.Equal([Oci.DigestOf("expected"u8)], state.BlobDigests);
        });
        Assert.Single(Directory.GetFiles(Path.Combine(_folder.Path, "blobs", "sha256")));
    }

    [Fact]
    public async Task Wherever_the_journal_breaks_off_what_was_answered_before_is_there()
    {
        List<(long Length, string Contents)> answered = [];
        await WithAsync(async state =>
        {
            state.AddRepository(Apps);
            for (int build = 1; build <= 3; build++)
            {
                await PushImageAsync($"layer {build}", "latest");
                answered.Add((new FileInfo(Journal).Length, await ContentsAsync()));
            }
            await FinishAsync(await SendAsync(
                "DELETE", $"{AppsPath}/packages/web/versions/{state.UntaggedDigests(Apps, "web")[0]}"));
            answered.Add((new FileInfo(Journal).Length, await ContentsAsync()));
        });
        byte[] journal = await File.ReadAllBytesAsync(Journal, Stop);

        for (int length = (int)answered[0].Length; length <= journal.Length; length += 61)
        {
            await File.WriteAllBytesAsync(Journal, journal[..length], Stop);
            await WithAsync(async state =>
            {
                (_, string contents) = answered.Last(step => step.Length <= length);
                // Between two answers the next request may be there already, whole.
                string? next = answered
                    .Where(step => step.Length > length)
                    .Select(step => step.Contents)
                    .FirstOrDefault();
                string now = await ContentsAsync();
                Assert.True(
                    now == contents || now == next || Tags(now) == Tags(contents),
                    $"Broken off at {length}: {now}"
                );
            });
        }
    }

    [Fact]
    public async Task A_journal_that_is_damaged_in_the_middle_is_not_guessed_at()
    {
        await WithAsync(async state =>
        {
            state.AddRepository(Apps);
            await PushImageAsync("layer", "v1");
        });
        string[] lines = await File.ReadAllLinesAsync(Journal, Stop);
        lines[^2] = lines[^2][..20];
        await File.WriteAllLinesAsync(Journal, lines, Stop);

        IOException error = Assert.Throws<IOException>(() => new RegistryState(TimeProvider.System, _folder.Path));

        Assert.Contains("is damaged", error.Message, StringComparison.Ordinal);
        Assert.Equal(lines, await File.ReadAllLinesAsync(Journal, Stop));
    }

    [Fact]
    public void Two_emulators_do_not_share_a_folder()
    {
        using RegistryState first = new(TimeProvider.System, _folder.Path);

        IOException error = Assert.Throws<IOException>(() => new RegistryState(TimeProvider.System, _folder.Path));

        Assert.Contains("in use by another emulator", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kill_in_the_middle_of_a_push_loses_nothing_that_was_answered_and_leaves_nothing_behind()
    {
        Pushed image;
        string expected;
        string blobs = Path.Combine(_folder.Path, "blobs", "sha256");
        int ofSample;
        await using (EmulatorProcess first = await EmulatorProcess.StartAsync(_folder.Path, Stop))
        {
            Redirect(first.Url);
            ofSample = Directory.GetFiles(blobs).Length;
            image = await PushImageAsync("pushed before", "v1");
            expected = await PushBlobAsync(Oci.Bytes("a blob whose manifest comes after the kill"));
            string location = await StartUploadAsync();
            await AskAsync("PATCH", location, Oci.Bytes("half of a bl"));
            Assert.Single(Directory.GetFiles(Path.Combine(_folder.Path, "uploads")));
            // And a request that is still being sent.
            using CancellationTokenSource giveUp = CancellationTokenSource.CreateLinkedTokenSource(Stop);
            BlockingStream stream = new();
            using StreamContent endless = new(stream);
            Task<HttpResponseMessage> sending = Client.PatchAsync(
                new Uri(Url, await StartUploadAsync()), endless, giveUp.Token);
            await stream.IsUnderWay.WaitAsync(TimeSpan.FromMinutes(4), Stop);

            first.Kill();
            // A client that has nothing to send does not notice by itself.
            await giveUp.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        }
        await using EmulatorProcess second = await EmulatorProcess.StartAsync(_folder.Path, Stop);
        Redirect(second.Url);

        Assert.Empty(Directory.GetFiles(Path.Combine(_folder.Path, "uploads")));
        Assert.Equal(ofSample + 3, Directory.GetFiles(blobs).Length);
        Assert.Equal(image.Manifest, (await AskAsync("GET", $"{Web}/manifests/v1")).Content);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync("GET", $"{Web}/blobs/{image.Layer}")).Status);
        // The client goes on where it was.
        byte[] config = "{}"u8.ToArray();
        await PushBlobAsync(config);
        Got put = await PutAsync(Oci.ImageOf(config, Oci.Bytes("a blob whose manifest comes after the kill")), "v2");
        Assert.Equal(HttpStatusCode.Created, put.Status);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync("GET", $"{Web}/blobs/{expected}")).Status);
    }

    private string Journal => Path.Combine(_folder.Path, "journal.jsonl");

    private async Task WithAsync(Func<RegistryState, Task> work)
    {
        using RegistryState state = new(TimeProvider.System, _folder.Path);
        await using EmulatorServer emulator = await EmulatorServer.StartAsync(
            new EmulatorOptions { State = state },
            Stop
        );
        Redirect(emulator.Url);
        await work(state);
    }

    /// <summary>What the API shows, as text.</summary>
    private async Task<string> ContentsAsync()
    {
        List<string> lines = [];
        foreach (string path in (string[])[
            AppsPath, $"{AppsPath}:getIamPolicy?options.requestedPolicyVersion=3", $"{AppsPath}/packages",
            $"{AppsPath}/dockerImages",
            "v1/projects/shop", "v1/projects/shop/serviceAccounts", "v1/projects/shop/locations/-/clusters"])
            lines.Add((await GetAsync(path)).Body.ToJsonString());
        return string.Join('\n', lines);
    }

    private static string Tags(string contents) =>
        string.Join(' ', TagList().Matches(contents).Select(match => match.Value));

    [GeneratedRegex("\"uri\":\"[^\"]*\",\"tags\":\\[[^]]*\\]")]
    private static partial Regex TagList();

    /// <summary>Some bytes, and then none and no end until it is given up.</summary>
    private sealed class BlockingStream : MemoryStream
    {
        private readonly TaskCompletionSource _underWay = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool _sent;

        /// <summary>Ends once the first bytes are on their way.</summary>
        public Task IsUnderWay => _underWay.Task;

        // Else its length would be told, which is none.
        public override bool CanSeek => false;

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer,
            CancellationToken cancellationToken = default
        )
        {
            if (_sent)
            {
                _underWay.TrySetResult();
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            _sent = true;
            buffer.Span.Fill(7);
            return buffer.Length;
        }
    }
}
