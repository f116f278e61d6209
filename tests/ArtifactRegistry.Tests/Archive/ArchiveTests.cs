using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.CleanUp;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Archive;

/// <summary>-ArchivePath: nothing is deleted that was not saved before.</summary>
public sealed class ArchiveTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ArchiveFiles _undo;

    public ArchiveTests() => _undo = new ArchiveFiles(Path.Combine(_folder.Path, "undo"));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string CleanUp => $"Remove-ArUntaggedImage $app -Confirm:$false -ArchivePath '{_undo.Path}'";

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_digest_is_in_the_archive_before_its_deletion_is_sent()
    {
        await using Shop shop = await Shop.OpenAsync();
        string garbage = shop.AddBuild();
        using RequestHold hold = shop.Hold("DELETE", garbage);
        using RunningScript run = shop.Start(CleanUp);
        await hold.WaitForArrivalAsync(1, Stop);

        _undo.MustHave(garbage);
        _undo.MustBeWhole();
        Assert.Equal(shop.State.Manifest(shop.Repository, "web", garbage), File.ReadAllText(_undo.PathOf(garbage)));

        hold.Release();
        Assert.Equal([garbage], Row.Digests((await run.EndAsync(Stop)).MustSucceed(), "Removed"));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("-IncludeLayer", true)]
    public async Task Layers_are_saved_on_request_only(string parameter, bool expected)
    {
        await using Shop shop = await Shop.OpenAsync();
        string garbage = shop.AddBuild();

        shop.Run($"{CleanUp} {parameter}").MustSucceed();

        _undo.MustHave(garbage, withLayers: expected);
        Assert.Equal(expected, _undo.Has(_undo.LayerOf(garbage)));
    }

    [Fact]
    public async Task Only_what_is_deleted_is_read()
    {
        await using Shop shop = await Shop.OpenAsync();
        string[] garbage = [shop.AddBuild(), shop.AddBuild()];
        for (int i = 0; i < 5; i++) shop.AddBuild($"v{i}");
        shop.Run("Get-ArUntaggedImage $app").MustSucceed(); // the manifests that decide are known from here on

        shop.Run(CleanUp).MustSucceed();

        Assert.Equal(2, shop.Emulator.Requests.Snapshot(request => request.Is("GET", "/blobs/")).Count);
        Assert.Equal(
            garbage.Order(StringComparer.Ordinal),
            shop.Emulator.Requests.Snapshot(request => request.Is("GET", "/manifests/"))
                .Select(request => request.Path.Split('/')[^1]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_index_takes_its_children_into_the_archive_whoever_deletes_them(bool serviceDeletes)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Emulator.Behaviour.ChildrenGoWithIndex = serviceDeletes;
        AddedIndex garbage = shop.AddBuilds();
        string signature = shop.Sign(garbage.Digest);

        shop.Run(CleanUp).MustSucceed();

        Assert.Empty(shop.Left());
        foreach (string digest in (string[])[garbage.Digest, .. garbage.Children, signature]) _undo.MustHave(digest);
    }

    [Fact]
    public async Task What_cannot_be_saved_stays_and_the_others_go()
    {
        await using Shop shop = await Shop.OpenAsync();
        string noConfiguration = shop.Add(), sound = shop.AddBuild();

        ScriptResult result = shop.Run(CleanUp);

        Assert.Equal([noConfiguration], shop.Left());
        Assert.Equal([sound], Row.Digests(result, "Removed"));
        Assert.Equal([noConfiguration], Row.Digests(result, "Failed"));
        Assert.Matches(
            "^cannot be archived: the registry does not have its content sha256:[0-9a-f]{4}…[0-9a-f]{4}$",
            Assert.Single(
                result.Values("Reason"), reason => !reason!.StartsWith("untagged", StringComparison.Ordinal)));
        Assert.Equal("NotFound", result.ErrorId);
        Assert.Contains("was not deleted, since it cannot be archived", result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(
            "The registry no longer has that content, so the image cannot be pulled either. Without -ArchivePath it "
                + "can be deleted, and there is no copy then.",
            result.Error.ErrorDetails.RecommendedAction);
        Assert.DoesNotContain(noConfiguration, string.Concat(_undo.Names().Keys), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_digest_that_is_gone_before_it_can_be_saved_is_no_error()
    {
        await using Shop shop = await Shop.OpenAsync();
        string garbage = shop.AddBuild(), other = shop.AddBuild();
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (request.Is("GET", $"/manifests/{garbage}") && Directory.Exists(_undo.Path)
                && shop.State.HasDigest(shop.Repository, "web", garbage)
                && shop.Emulator.Requests.Snapshot(each => each.Is("GET", garbage)).Count > 1)
                shop.State.DeleteVersion(shop.Repository, "web", garbage);
        };

        ScriptResult result = shop.Run(CleanUp).MustSucceed();

        Assert.Equal([garbage], Row.Digests(result, "AlreadyGone"));
        Assert.Equal([other], Row.Digests(result, "Removed"));
    }

    [Fact]
    public async Task When_the_folder_can_no_longer_be_written_nothing_more_is_deleted()
    {
        await using Shop shop = await Shop.OpenAsync();
        for (int i = 0; i < 6; i++) shop.AddBuild();
        int deletions = 0;
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (request.Method == "DELETE" && ++deletions == 2)
                Directory.Delete(Path.Combine(_undo.Path, "ingest"), recursive: true);
        };

        ScriptResult result = shop.Run($"{CleanUp} -ThrottleLimit 1");

        Assert.Equal(
            ["Failed", "NotReached", "NotReached", "NotReached", "Removed", "Removed"],
            result.Values("Status").Order(StringComparer.Ordinal));
        Assert.Equal("ArchiveNotWritable", result.ErrorId);
        Assert.Equal(4, shop.Left().Count);
        Assert.Contains(result.Values("Reason"), reason => reason == "the archive can no longer be written");
    }

    [Fact]
    public async Task A_folder_that_cannot_be_an_archive_ends_the_command_before_anything_is_deleted()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.AddBuild("v1");
        shop.AddBuild();
        string file = Path.Combine(_folder.Path, "file");
        await File.WriteAllTextAsync(file, "", Stop);
        string documents = Directory.CreateDirectory(Path.Combine(_folder.Path, "documents")).FullName;
        await File.WriteAllTextAsync(Path.Combine(documents, "letter.txt"), "", Stop);
        string damaged = Directory.CreateDirectory(Path.Combine(_folder.Path, "damaged")).FullName;
        await File.WriteAllTextAsync(Path.Combine(damaged, "index.json"), "{", Stop);

        foreach (string command in (string[])["Remove-ArUntaggedImage $app", "Remove-ArImage \"${app}:v1\""])
            foreach (string path in (string[])[file, Path.Combine(file, "below"), documents, damaged])
            {
                ScriptResult result = shop.Run($"{command} -Confirm:$false -ArchivePath '{path}'");
                Assert.Equal("ArchiveNotWritable", result.ErrorId);
                Assert.Empty(result.Output);
                Assert.Equal("ArchiveNotWritable", shop.Run($"{command} -WhatIf -ArchivePath '{path}'").ErrorId);
            }

        Assert.Equal("InvalidArgument", shop.Run("Remove-ArUntaggedImage $app -IncludeLayer -Confirm:$false").ErrorId);
        Assert.Equal(2, shop.Left().Count);
        Assert.Equal(["letter.txt"], Directory.GetFileSystemEntries(documents).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_second_run_into_the_same_folder_is_refused_before_anything_is_deleted()
    {
        await using Shop shop = await Shop.OpenAsync();
        string garbage = shop.AddBuild();
        using PowerShellSession other = new(shop.Emulator);
        other.Set("app", Shop.App);
        using RequestHold hold = shop.Hold("DELETE", garbage);
        using RunningScript run = shop.Start(CleanUp);
        await hold.WaitForArrivalAsync(1, Stop);

        ScriptResult second = other.Run(CleanUp);
        hold.Release();
        (await run.EndAsync(Stop)).MustSucceed();

        Assert.Equal("ArchiveInUse", second.ErrorId);
        Assert.Empty(second.Output);
        other.Run(CleanUp).MustSucceed(); // and afterwards it may
        _undo.MustHave(garbage);
    }

    [Fact]
    public async Task Many_deletions_at_once_and_runs_one_after_the_other_share_an_archive()
    {
        await using Shop shop = await Shop.OpenAsync();
        List<string> all = [];
        for (int run = 0; run < 2; run++)
        {
            for (int i = 0; i < 60; i++) all.Add(shop.AddBuild());
            shop.Run($"{CleanUp} -ThrottleLimit 32").MustSucceed();
        }

        Assert.Empty(shop.Left());
        _undo.MustBeWhole();
        Assert.Equal(all.Select(digest => $"{Shop.App}@{digest}").Order(StringComparer.Ordinal), _undo.Names().Keys);
    }

    [Fact]
    public async Task An_image_deleted_by_name_is_saved_with_its_tags_and_its_signature()
    {
        await using Shop shop = await Shop.OpenAsync();
        AddedIndex image = shop.AddBuilds("v1", "latest");
        string signature = shop.Sign(image.Digest);

        shop.Run($"Remove-ArImage \"${{app}}:v1\" -DeleteTags -DeleteReferrer -Confirm:$false -ArchivePath "
            + $"'{_undo.Path}'").MustSucceed();

        foreach (string digest in (string[])[image.Digest, .. image.Children, signature]) _undo.MustHave(digest);
        Assert.Equal(image.Digest, _undo.Names()[$"{Shop.App}:v1"]);
        Assert.Equal(image.Digest, _undo.Names()[$"{Shop.App}:latest"]);
    }

    [Theory]
    [InlineData("\"${app}:v1\" -DeleteReferrer")]
    [InlineData("$app -All")]
    public async Task Of_what_is_deleted_by_name_all_is_saved_or_nothing_is_deleted(string what)
    {
        await using Shop shop = await Shop.OpenAsync();
        string image = shop.AddBuild("v1");
        shop.AddSignature(image); // without content
        string before = shop.Contents();

        ScriptResult result = shop.Run($"Remove-ArImage {what} -Confirm:$false -ArchivePath '{_undo.Path}'");

        Assert.Equal(before, shop.Contents());
        Assert.Equal("NotFound", result.ErrorId);
        Assert.All(result.Values("Status"), status => Assert.Equal("Failed", status));
        Assert.NotEmpty(result.Output);
    }

    [Fact]
    public async Task An_index_has_its_platforms_in_the_archive_even_if_a_first_attempt_saved_it_in_vain()
    {
        await using Shop shop = await Shop.OpenAsync();
        AddedIndex image = shop.AddBuilds("v1");
        string signature = shop.Sign(image.Digest);
        shop.Emulator.Behaviour.Faults.Add(new Fault(FaultKind.Forbidden)
        {
            When = request => request.Is("GET", $"/blobs/{shop.BlobsOf(signature)[0]}"),
            Times = 1,
        });

        ScriptResult result = shop.Run(
            $"Remove-ArImage \"${{app}}:v1\", \"$app@{image.Digest}\" -DeleteTags -DeleteReferrer -Confirm:$false "
                + $"-ThrottleLimit 1 -ArchivePath '{_undo.Path}'");

        Assert.Equal("AccessDenied", result.ErrorId);
        Assert.Equal(["Failed", "Removed", "Removed"], result.Values("Status").Order(StringComparer.Ordinal));
        foreach (string digest in (string[])[image.Digest, .. image.Children, signature]) _undo.MustHave(digest);
    }

    [Fact]
    public async Task What_other_tools_have_in_the_index_stays_as_it_is()
    {
        await using Shop shop = await Shop.OpenAsync();
        string garbage = shop.AddBuild();
        string[] theirs =
        [
            .. "abc".Select(digit =>
                $"{{\"mediaType\":\"{Oci.Manifest}\",\"digest\":\"sha256:{new string(digit, 64)}\",\"size\":7,"
                    + "\"annotations\":{\"org.opencontainers.image.ref.name\":\"latest\",\"org.example\":\"é\"}}"),
        ];
        const string Fields = "\"schemaVersion\":2,\"artifactType\":\"application/vnd.example\",\"org.example\":[1, 2]";
        const string Notes = "\"annotations\":{\"org.example.by\":\"somebody\"}";
        Directory.CreateDirectory(_undo.Path);
        await File.WriteAllTextAsync(
            Path.Combine(_undo.Path, "oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}", Stop);
        await File.WriteAllTextAsync(
            Path.Combine(_undo.Path, "index.json"),
            $"{{{Fields},\"manifests\":[{string.Join(',', theirs)}],{Notes}}}", Stop);

        shop.Run(CleanUp).MustSucceed();

        string index = await File.ReadAllTextAsync(Path.Combine(_undo.Path, "index.json"), Stop);
        Assert.All(theirs.Append(Fields).Append(Notes), text => Assert.Contains(text, index, StringComparison.Ordinal));
        JsonArray entries = JsonNode.Parse(index)!["manifests"]!.AsArray();
        Assert.Equal(4, entries.Count);
        Assert.Equal(garbage, (string?)entries[^1]!["digest"]);
    }

    [Fact]
    public async Task A_whole_image_is_saved_before_it_is_deleted_and_what_is_pushed_meanwhile_stays()
    {
        await using Shop shop = await Shop.OpenAsync();
        string[] all = [shop.AddBuild("v1"), shop.AddBuild("v2"), shop.AddBuild()];
        string? late = null;
        int reads = 0; // of several threads
        shop.Emulator.Behaviour.BeforeHandling = request =>
        {
            if (request.Is("GET", "/blobs/") && Interlocked.Increment(ref reads) == 1) late = shop.AddBuild();
        };
        string command = $"Remove-ArImage $app -All -Confirm:$false -ArchivePath '{_undo.Path}'";

        ScriptResult refused = shop.Run(command);
        Assert.Contains("while the image was archived", refused.ErrorText, StringComparison.Ordinal);
        Assert.Equal(4, shop.Left().Count);
        shop.Run(command).MustSucceed();

        Assert.Empty(shop.Left());
        foreach (string digest in all.Append(late!)) _undo.MustHave(digest);
        Assert.Equal(all[1], _undo.Names()[$"{Shop.App}:v2"]);
    }

    [Theory]
    [InlineData("Remove-ArUntaggedImage $app")]
    [InlineData("Remove-ArStaleImage $app -OlderThan 0s -WithoutInUse")]
    [InlineData("Remove-ArImage \"${app}:v1\"")]
    [InlineData("Remove-ArImage $app -All")]
    public async Task The_folder_is_created_after_a_yes_and_what_is_in_its_way_is_said_before(string command)
    {
        ScriptedHost host = new("No", "Yes");
        await using Shop shop = await Shop.OpenAsync(host: host);
        shop.AddBuild("v1");
        shop.AddBuild();
        shop.AddBuild("v2");

        string unwritable = OperatingSystem.IsWindows() ? "Z:/undo" : "/proc/undo";
        ScriptResult refused = shop.Run($"{command} -ArchivePath {unwritable}");
        Assert.Equal("ArchiveNotWritable", refused.ErrorId);
        Assert.Empty(host.Questions);

        shop.Run($"{command} -ArchivePath '{_undo.Path}/a'").MustSucceed();
        Assert.Single(host.Questions);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));

        ScriptResult done = shop.Run($"{command} -ArchivePath '{_undo.Path}/a'").MustSucceed();
        Assert.Equal(2, host.Questions.Count);
        new ArchiveFiles($"{_undo.Path}/a").MustHave(Row.Digests(done, "Removed")[0]);
    }

    [Fact]
    public async Task A_folder_that_another_run_took_while_the_question_was_open_deletes_nothing()
    {
        ScriptedHost host = new("Yes");
        await using Shop shop = await Shop.OpenAsync(host: host);
        shop.AddBuild();
        FileStream? held = null;
        host.WhenAsked = _ =>
        {
            Directory.CreateDirectory(_undo.Path);
            held = new(Path.Combine(_undo.Path, ".lock"), FileMode.Create, FileAccess.Write, FileShare.None);
        };

        ScriptResult result = shop.Run($"Remove-ArUntaggedImage $app -ArchivePath '{_undo.Path}'");
        held!.Dispose();

        Assert.Equal("ArchiveNotWritable", result.ErrorId);
        Assert.Equal(["Failed"], result.Values("Status"));
        Assert.Single(shop.Left());
    }

    [Fact]
    public async Task WhatIf_writes_no_archive()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.AddBuild();

        shop.Run($"Remove-ArUntaggedImage $app -WhatIf -ArchivePath '{_undo.Path}'").MustSucceed();

        Assert.False(Directory.Exists(_undo.Path));
        Assert.Empty(shop.Emulator.Requests.Snapshot(request => request.Is("GET", "/blobs/")));
    }
}
