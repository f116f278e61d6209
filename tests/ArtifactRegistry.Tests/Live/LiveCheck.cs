using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Live;

/// <summary>
/// Pushes an index, its child and a referrer of the index to a scratch repository, finds out what Google does not
/// document, and sees that the module does the right thing with each answer. Takes away again what it pushed.
/// </summary>
internal sealed class LiveCheck(ScratchRegistry registry, PowerShellSession session, CancellationToken stop)
{
    private const string Manifest = "application/vnd.oci.image.manifest.v1+json";
    private const string Index = "application/vnd.oci.image.index.v1+json";

    private readonly string _image = $"live-check-{Guid.NewGuid():n}"[..20];
    private readonly List<(string Question, string Answer)> _findings = [];
    private string _child = "", _index = "", _referrer = "", _other = "";

    /// <summary>What was found out: a question, and its answer.</summary>
    public IReadOnlyList<(string Question, string Answer)> Findings => _findings;

    private string Uri => $"{registry.Repository}/{_image}";

    private string Package => $"{registry.Resource}/packages/{_image}";

    public async Task RunAsync()
    {
        try
        {
            (_child, _index, _referrer) = await PushAsync(_image, "v1");
            (_other, _, _) = await PushAsync($"{_image}-2", "v1");
            await AskAboutListsAsync();
            await AskAboutTagsAsync();
            await AskAboutDeletionAsync();
            await LetTheModuleCleanUpAsync();
            await AskAboutPackagesAsync();
            NotSettled();
        }
        finally
        {
            await registry.SendAsync(HttpMethod.Delete, Package, CancellationToken.None);
            await registry.SendAsync(HttpMethod.Delete, $"{Package}-2", CancellationToken.None);
        }
    }

    public string Report() =>
        $"Live check of {registry.Repository} at {registry.Api}\n"
        + string.Concat(_findings.Select(finding => $"- {finding.Question}\n    {finding.Answer}\n"));

    private async Task<(string Child, string Index, string Referrer)> PushAsync(string image, string tag)
    {
        JsonObject empty = await registry.PushEmptyAsync(image, stop);
        string child = await registry.PushAsync(image, Manifest, Small(), null, stop);
        string index = await registry.PushAsync(image, Index, new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = Index,
            ["manifests"] = new JsonArray(Descriptor(
                Manifest, child, Small(), new JsonObject { ["os"] = "linux", ["architecture"] = "arm64" })),
        }, tag, stop);
        JsonObject signature = Small();
        signature["artifactType"] = "application/vnd.example.signature.v1+json";
        signature["subject"] = Descriptor(Index, index, []);
        return (child, index, await registry.PushAsync(image, Manifest, signature, null, stop));

        // The image's name makes the digests of each run its own.
        JsonObject Small() => new()
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = Manifest,
            ["config"] = empty.DeepClone(),
            ["layers"] = new JsonArray(empty.DeepClone()),
            ["annotations"] = new JsonObject { ["org.opencontainers.image.title"] = image },
        };

        static JsonObject Descriptor(string type, string digest, JsonObject content, JsonObject? platform = null)
        {
            JsonObject descriptor = new()
            {
                ["mediaType"] = type,
                ["digest"] = digest,
                ["size"] = System.Text.Encoding.UTF8.GetByteCount(content.ToJsonString()),
            };
            if (platform is not null) descriptor["platform"] = platform;
            return descriptor;
        }
    }

    private async Task AskAboutListsAsync()
    {
        string filter = System.Uri.EscapeDataString($"name=\"{registry.Resource}/dockerImages/{_image}@*\"");
        Reply filtered = await registry.SendAsync(
            HttpMethod.Get,
            $"{registry.Resource}/dockerImages?pageSize=1000&filter={filter}",
            stop
        );
        JsonObject[] images = [.. (filtered.Body["dockerImages"] as JsonArray ?? []).OfType<JsonObject>()];
        Found("dockerImages.list with a filter by name", !filtered.Succeeded ? $"refused, {filtered}"
            : images.Length == 0 ? "finds none of 3"
            : images.All(image => ((string)image["name"]!).Contains($"/{_image}@", StringComparison.Ordinal))
                ? $"filters; {images.Length} of 3 found" : $"does not filter; {images.Length} listed");

        if (images.Length == 0)
        {
            Reply whole = await registry.SendAsync(
                HttpMethod.Get,
                $"{registry.Resource}/dockerImages?pageSize=1000",
                stop
            );
            images = [.. (whole.Body["dockerImages"] as JsonArray ?? []).OfType<JsonObject>()];
        }

        JsonObject listed = images.FirstOrDefault(image =>
            ((string)image["name"]!).EndsWith(_index, StringComparison.Ordinal)
        ) ?? [];
        JsonObject got = (await GetAsync(_index)).Body,
            referrer = (await GetAsync(_referrer)).Body;
        Found(
            "imageManifests of an index, in the list and when asked for",
            $"{Has(listed, "imageManifests")}, {Has(got, "imageManifests")}"
        );
        Found(
            "subjectDigest and artifactType of a referrer",
            $"{Has(referrer, "subjectDigest")}, {Has(referrer, "artifactType")}"
        );
        foreach (string order in (string[])["updateTime desc", "update_time desc", "uploadTime", "imageSizeBytes"])
            Found(
                $"dockerImages.list ordered by '{order}'",
                $"{await registry.SendAsync(
                HttpMethod.Get, $"{registry.Resource}/dockerImages?pageSize=1&orderBy={System.Uri.EscapeDataString(order)}", stop)}"
            );
        foreach (string list in (string[])["tags", "versions"])
            Found(
                $"{list}.list of packages/-",
                $"{await registry.SendAsync(HttpMethod.Get, $"{registry.Resource}/packages/-/{list}", stop)}"
            );
        Reply page = await registry.SendAsync(HttpMethod.Get, $"{Package}/versions", stop);
        Found("a list without pageSize", $"{(page.Body["versions"] as JsonArray)?.Count ?? 0} of 3, "
            + (page.Body["nextPageToken"] is null ? "in one page" : "and more pages"));

        Assert.Equal([_child, _index, _referrer], Values("Get-ArImage $image", "Digest"));
        Assert.Equal(["Keep", "Keep"], Values("Get-ArUntaggedImage $image -OlderThan 0s", "Decision", sorted: false));
    }

    private async Task AskAboutTagsAsync()
    {
        Found("creation of a tag that exists", $"{await CreateTagAsync(_image, "v1", _index)}");
        Reply patched = await registry.SendAsync(
            HttpMethod.Patch,
            $"{Package}/tags/none?updateMask=version",
            stop,
            new JsonObject { ["version"] = $"{Package}/versions/{_index}" }
        );
        Found("PATCH of a tag that does not exist", patched.Succeeded ? "creates it" : $"{patched}");
        if (patched.Succeeded) await registry.SendAsync(HttpMethod.Delete, $"{Package}/tags/none", stop);

        Reply foreign = await registry.SendAsync(HttpMethod.Post, $"{Package}/tags?tagId=foreign", stop, new JsonObject
        {
            ["name"] = $"{Package}/tags/foreign",
            ["version"] = $"{Package}-2/versions/{_other}",
        });
        Found("a tag for a version of another package", $"{foreign}");
        if (foreign.Succeeded) await registry.SendAsync(HttpMethod.Delete, $"{Package}/tags/foreign", stop);

        Assert.Equal([_child], Values($"\"$image@{_child}\" | Add-ArImageTag -Tag moving", "Digest"));
        Assert.Equal([_child], Values("\"${image}:v1\" | Add-ArImageTag -Tag moving -Force", "PreviousDigest"));
        Assert.Equal([_index], Values("Remove-ArImageTag \"${image}:moving\"", "Digest"));
    }

    private async Task AskAboutDeletionAsync()
    {
        await RefusedAsync("deletion of a tagged digest without force", _index);
        await RefusedAsync("deletion of a digest that an index lists", _child);
        ScriptResult refused = session.Run($"Remove-ArImage \"$image@{_index}\" -Confirm:$false");
        Assert.Equal("ImageTagged", refused.ErrorId);
        Assert.Equal([_child, _index, _referrer], Values("Get-ArImage $image", "Digest"));
    }

    private async Task LetTheModuleCleanUpAsync()
    {
        Values("Remove-ArImageTag \"${image}:v1\"", "Tag");
        await RefusedAsync("deletion of an untagged digest that is the subject of another", _index, mustStay: false);
        long began = Stopwatch.GetTimestamp();
        IReadOnlyList<string?> removed = Values(
            "Remove-ArUntaggedImage $image -OlderThan 0s -Confirm:$false", "Status", sorted: false);
        Assert.All(removed, status => Assert.True(status is "Removed" or "AlreadyGone", $"{status}"));
        Found(
            "the module's clean-up of referrer, index and child",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{removed.Count} removed, in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s"
            )
        );

        int listings = 0;
        for (Reply list = await ListAsync(); Contains(list); list = await ListAsync())
            if (++listings == 60)
                throw new InvalidOperationException("Deleted digests are still listed after a minute.");
            else
                await Task.Delay(
                    registry.Api.IsLoopback ? TimeSpan.FromMilliseconds(5) : TimeSpan.FromSeconds(1),
                    stop
                );
        Found("listings that still show what was deleted", $"{listings}");
        Found("a package without versions", $"{await registry.SendAsync(HttpMethod.Get, Package, stop)}");

        Task<Reply> ListAsync() =>
            registry.SendAsync(HttpMethod.Get, $"{registry.Resource}/dockerImages?pageSize=1000", stop);

        bool Contains(Reply reply) => reply.Body.ToJsonString().Contains($"/{_image}@", StringComparison.Ordinal);
    }

    private async Task AskAboutPackagesAsync()
    {
        (Reply reply, JsonObject operation, int polls, double seconds) = await DeleteAsync($"{Package}-2");
        Found(
            "packages.delete with an index, its child and a referrer",
            reply.Succeeded ? Outcome(operation) : $"{reply}"
        );
        Found(
            "how long a deletion took",
            string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s, {polls} looks")
        );
    }

    private void NotSettled()
    {
        foreach (string question in (string[])
            [
                "whether 429 and 503 come with Retry-After (the quota was not used up)",
                "immutable tags and force (the scratch repository is left as it is, and nothing here sends force)",
                "policies with conditions read as version 1 (no policy is changed here)",
                "errors of virtual and remote repositories (the scratch repository is a standard one)",
            ])
            Found($"not settled: {question}", "-");
    }

    private async Task RefusedAsync(string what, string digest, bool mustStay = true)
    {
        (Reply reply, JsonObject operation, _, _) = await DeleteAsync($"{Package}/versions/{digest}");
        Found(what, reply.Succeeded ? $"in the operation: {Outcome(operation)}" : $"at once: {reply}");
        if (mustStay) Assert.Equal(200, (await GetAsync(digest)).Status);
    }

    private async Task<(Reply Reply, JsonObject Operation, int Polls, double Seconds)> DeleteAsync(string resource)
    {
        long began = Stopwatch.GetTimestamp();
        Reply reply = await registry.SendAsync(HttpMethod.Delete, resource, stop);
        JsonObject operation = reply.Body;
        int polls = 0;
        while (reply.Succeeded && (bool?)operation["done"] is not true)
        {
            if (polls++ > 0)
                await Task.Delay(
                    registry.Api.IsLoopback ? TimeSpan.FromMilliseconds(5) : TimeSpan.FromSeconds(1),
                    stop
                );
            operation = (await registry.SendAsync(HttpMethod.Get, (string)operation["name"]!, stop)).Body;
        }

        return (reply, operation, polls, Stopwatch.GetElapsedTime(began).TotalSeconds);
    }

    private Task<Reply> CreateTagAsync(string image, string tag, string digest) => registry.SendAsync(
        HttpMethod.Post, $"{registry.Resource}/packages/{image}/tags?tagId={tag}", stop,
        new JsonObject { ["name"] = $"{Package}/tags/{tag}", ["version"] = $"{Package}/versions/{digest}" });

    private Task<Reply> GetAsync(string digest) =>
        registry.SendAsync(HttpMethod.Get, $"{registry.Resource}/dockerImages/{_image}@{digest}", stop);

    /// <summary>
    /// Runs a script with the image's name as $image, and gives a property of what it writes, in the order of our
    /// digests.
    /// </summary>
    private IReadOnlyList<string?> Values(string script, string property, bool sorted = true)
    {
        session.Set("image", Uri);
        IReadOnlyList<string?> values = session.Run(script).MustSucceed().Values(property);
        string[] ours = [_child, _index, _referrer];
        return sorted ? [.. values.OrderBy(value => Array.IndexOf(ours, value))] : values;
    }

    private void Found(string question, string answer) => _findings.Add((question, answer));

    private static string Outcome(JsonObject operation) =>
        operation["error"] is JsonNode error ? $"refused, code {error["code"]}: {error["message"]}" : "deleted";

    private static string Has(JsonObject body, string field) =>
        body.ContainsKey(field) ? $"has {field}" : $"no {field}";
}
