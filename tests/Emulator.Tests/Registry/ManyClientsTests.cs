using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

/// <summary>
/// Eight clients push, tag and delete for a minute while the emulator is killed and stopped again and again: what it
/// answered for is in its folder each time, and it starts.
/// </summary>
public sealed class ManyClientsTests : RegistryTest
{
    private const int Clients = 8;

    // How many requests each client may do before the first kill: enough for writers to meet.
    private const int Long = 300;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly TemporaryFolder _folder = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_was_answered_for_is_there_after_every_kill_and_every_stop()
    {
        int seed = Environment.TickCount;
        Random random = new(seed);
        Customer[] clients = [.. Enumerable.Range(0, Clients).Select(number => new Customer(this, number, seed))];
        long end = Environment.TickCount64 + (long)Minute.TotalMilliseconds;
        int rounds = 0;
        for (; Environment.TickCount64 < end || rounds < 3; rounds++)
        {
            await using EmulatorProcess emulator = await EmulatorProcess.StartAsync(_folder.Path, Stop);
            Redirect(emulator.Url);
            if (rounds == 0)
                await FinishAsync(
                    await SendAsync(
                        "POST",
                        "v1/projects/shop/locations/us/repositories?repositoryId=storm",
                        new JsonObject { ["format"] = "DOCKER" }
                    )
                );
            foreach (Customer client in clients)
                await client.CheckAsync();

            using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(Stop);
            Task working = Task.WhenAll(clients.Select(client => client.WorkAsync(over.Token)));
            // Counted in requests, so that a slow machine is killed in the middle of work, too.
            await clients[0].HasDoneAsync(rounds == 0 ? Long : random.Next(1, 30), working);
            if (rounds % 4 == 3) await emulator.TerminateAsync(Stop);
            else emulator.Kill();
            await over.CancelAsync();
            await working;
        }

        await using EmulatorProcess last = await EmulatorProcess.StartAsync(_folder.Path, Stop);
        Redirect(last.Url);
        foreach (Customer client in clients) await client.CheckAsync();
        Assert.True(clients.Sum(client => client.Answered) > 100, "Hardly any work was done");
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{rounds} rounds, {clients.Sum(client => client.Answered)} answers"
        );
    }

    /// <summary>One client with an image of its own, and what it was answered for.</summary>
    private sealed class Customer(ManyClientsTests test, int number, int seed)
    {
        private readonly Random _random = new(seed + number);
        private readonly string _image = $"v2/us/shop/storm/c{number}";
        private readonly string _packagePath = $"v1/projects/shop/locations/us/repositories/storm/packages/c{number}";

        /// <summary>
        /// Digests with their tags, as answered for; and what it is if the request under way was carried out.
        /// </summary>
        private SortedDictionary<string, SortedSet<string>> _known = new(StringComparer.Ordinal);
        private SortedDictionary<string, SortedSet<string>>? _possible;
        private readonly List<string> _blobs = [];
        private TaskCompletionSource _progress = new();

        public int Answered { get; private set; }

        public async Task HasDoneAsync(int requests, Task working)
        {
            Task late = Task.Delay(Minute / 3, Stop);
            for (int wanted = Answered + requests; Answered < wanted;)
            {
                TaskCompletionSource progress = _progress;
                if (Answered >= wanted) return;
                if (await Task.WhenAny(progress.Task, working, late) != progress.Task) return;
            }
        }

        public async Task WorkAsync(CancellationToken over)
        {
            try
            {
                while (!over.IsCancellationRequested) await StepAsync();
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
            {
                // The emulator is gone, in the middle of a request or before it.
            }
        }

        public async Task CheckAsync()
        {
            string now = Text(await ListAsync());
            string known = Text(_known),
                possible = _possible is null ? known : Text(_possible);
            Assert.True(
                now == known || now == possible,
                $"c{number} holds\n{now}\nand was answered for\n{known}\nor\n{possible}"
            );
            if (now != known)
                _known = _possible!;
            _possible = null;
            foreach (string blob in _blobs)
                Assert.Equal(HttpStatusCode.OK, (await test.AskAsync("HEAD", $"{_image}/blobs/{blob}")).Status);
            _blobs.Clear();
            foreach (string digest in _known.Keys)
            {
                Got manifest = await test.AskAsync("GET", $"{_image}/manifests/{digest}");
                Assert.Equal(digest, Oci.DigestOf(manifest.Content));
                string layer = (string)manifest.Json["layers"]![0]!["digest"]!;
                Got content = await test.AskAsync("GET", $"{_image}/blobs/{layer}");
                Assert.Equal(layer, Oci.DigestOf(content.Content));
            }
        }

        private async Task StepAsync()
        {
            string[] digests = [.. _known.Keys], tags = [.. _known.Values.SelectMany(tags => tags)];
            string[] untagged = [.. digests.Where(digest => _known[digest].Count == 0)];
            switch (_random.Next(6))
            {
                case 0 when tags.Length > 0:
                    await RemoveTagAsync(tags[_random.Next(tags.Length)]);
                    break;
                case 1 or 2 when untagged.Length > 0:
                    await DeleteAsync(untagged[_random.Next(untagged.Length)]);
                    break;
                case 3 when digests.Length > 0:
                    await MoveTagAsync($"t{_random.Next(4)}", digests[_random.Next(digests.Length)]);
                    break;
                default:
                    if (digests.Length < 12) await PushAsync();
                    break;
            }
        }

        private async Task PushAsync()
        {
            // Layers are few, so that clients share blobs, and one client's deletion meets the other's push.
            byte[] layer = Oci.Bytes(new string('x', 3000 * _random.Next(1, 6))),
                config = Oci.Bytes($"{{\"n\":{_random.Next()}}}");
            foreach (byte[] blob in (byte[][])[layer, config])
            {
                _blobs.Add(await test.PushBlobAsync(blob, _image));
                Done();
            }
            JsonObject manifest = Oci.ImageOf(config, layer);
            string digest = Oci.DigestOf(Oci.Bytes(manifest));
            string? tag = _random.Next(2) == 0 ? $"t{_random.Next(4)}" : null;
            _possible = Copy();
            _possible.TryAdd(digest, new SortedSet<string>(StringComparer.Ordinal));
            if (tag is not null) Point(_possible, tag, digest);
            Got put = await test.PutAsync(manifest, tag, _image);
            Accept(put.Status is HttpStatusCode.Created, $"{put.Status} {Encoding.UTF8.GetString(put.Content)}");
            _blobs.Clear();
        }

        private async Task MoveTagAsync(string tag, string digest)
        {
            bool exists = _known.Values.Any(tags => tags.Contains(tag));
            _possible = Copy();
            Point(_possible, tag, digest);
            JsonObject body = new()
            {
                ["version"] = $"projects/shop/locations/us/repositories/storm/packages/c{number}/versions/{digest}",
            };
            Reply reply = exists
                ? await test.SendAsync("PATCH", $"{_packagePath}/tags/{tag}?updateMask=version", body)
                : await test.SendAsync("POST", $"{_packagePath}/tags?tagId={tag}", body);
            Accept(reply.Status is HttpStatusCode.OK, $"{reply.Status} {reply.Body}");
        }

        private async Task RemoveTagAsync(string tag)
        {
            _possible = Copy();
            foreach (SortedSet<string> tags in _possible.Values) tags.Remove(tag);
            Accept((await test.SendAsync("DELETE", $"{_packagePath}/tags/{tag}")).Status is HttpStatusCode.OK);
        }

        private async Task DeleteAsync(string digest)
        {
            _possible = Copy();
            _possible.Remove(digest);
            if (_random.Next(2) == 0)
                Accept(
                    (await test.AskAsync("DELETE", $"{_image}/manifests/{digest}")).Status is HttpStatusCode.Accepted
                );
            else
                Accept(
                    (await test.FinishAsync(await test.SendAsync("DELETE", $"{_packagePath}/versions/{digest}")))[
                        "error"
                    ]
                        is null
                );
        }

        private void Accept(bool isRight, string? answer = null)
        {
            Assert.True(isRight, $"The emulator refused what it should have done: {answer}");
            _known = _possible!;
            _possible = null;
            Done();
        }

        private void Done()
        {
            Answered++;
            Interlocked
                .Exchange(ref _progress, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))
                .TrySetResult();
        }

        private async Task<SortedDictionary<string, SortedSet<string>>> ListAsync()
        {
            SortedDictionary<string, SortedSet<string>> found = new(StringComparer.Ordinal);
            Reply page = await test.GetAsync($"{_packagePath}/versions?pageSize=1000&view=FULL");
            foreach (JsonNode? version in page.Body["versions"]?.AsArray() ?? [])
            {
                found.Add(
                    Digest(version!.AsObject()),
                    new SortedSet<string>(
                        (version["relatedTags"]?.AsArray() ?? []).Select(tag => Digest(tag!.AsObject())),
                        StringComparer.Ordinal
                    )
                );
            }
            return found;
        }

        private SortedDictionary<string, SortedSet<string>> Copy()
        {
            SortedDictionary<string, SortedSet<string>> copy = new(StringComparer.Ordinal);
            foreach ((string digest, SortedSet<string> tags) in _known)
                copy.Add(digest, new(tags, StringComparer.Ordinal));
            return copy;
        }

        private static void Point(SortedDictionary<string, SortedSet<string>> state, string tag, string digest)
        {
            foreach (SortedSet<string> tags in state.Values) tags.Remove(tag);
            state[digest].Add(tag);
        }

        private static string Text(SortedDictionary<string, SortedSet<string>> state) =>
            string.Join('\n', state.Select(entry => $"{entry.Key[7..15]} {string.Join(' ', entry.Value)}"));
    }
}
