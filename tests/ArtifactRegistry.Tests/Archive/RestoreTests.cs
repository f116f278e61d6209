using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.CleanUp;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Archive;

/// <summary>Restore-ArImage: what was deleted comes back as it was, or nothing of it is written.</summary>
public sealed class RestoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ArchiveFiles _undo;

    public RestoreTests() => _undo = new ArchiveFiles(Path.Combine(_folder.Path, "undo"));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Restore => $"Restore-ArImage '{_undo.Path}'";

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", false, false)] // the registry still has the layers
    [InlineData("-IncludeLayer", true, false)] // they are collected, and in the archive
    [InlineData("-IncludeLayer", true, true)] // and HEAD does not know
    public async Task An_image_comes_back_with_its_platforms_its_signature_and_its_tags(
        string parameter, bool collect, bool headLies)
    {
        await using Shop shop = await OpenAsync(headLies);
        string image = Fill(shop);
        string before = shop.Contents();
        Delete(shop, image, parameter);
        Assert.NotEqual(before, shop.Contents());
        if (collect) shop.State.CollectBlobs();

        ScriptResult result = shop.Run(Restore).MustSucceed();

        Assert.Equal(before, shop.Contents());
        shop.MustBeReadable();
        Assert.Equal(["Restored"], result.Values("Status"));
        Assert.Equal(image, Assert.Single(result.Values("Digest")));
        Assert.Equal(["latest, v1"], result.Values("Tags"));
        Assert.Equal(["4"], result.Values("Manifests"));
        Assert.Equal(collect ? "6" : "0", Assert.Single(result.Values("BlobsUploaded")));

        ScriptResult again = shop.Run(Restore).MustSucceed();
        Assert.Equal(["AlreadyThere"], again.Values("Status"));
        Assert.Empty(shop.Changes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task If_a_layer_cannot_be_had_nothing_is_written(bool headLies)
    {
        await using Shop shop = await OpenAsync(headLies);
        Delete(shop, Fill(shop), "");
        shop.State.CollectBlobs();

        ScriptResult result = shop.Run(Restore);

        Assert.Empty(shop.Changes);
        Assert.Equal("ContentMissing", result.ErrorId);
        Assert.Equal(["Failed"], result.Values("Status"));
        Assert.Equal(3, Assert.Single(result.Output).Properties["BlobsMissing"].Value is IEnumerable<string> missing
            ? missing.Count()
            : 0);
        Assert.Contains(
            "nothing was written: 3 of its 6 blobs are neither in the registry nor in the archive, such as sha256:",
            result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(
            "Run it again with -LayerFrom and a repository or image that still has these layers, or push the image "
                + "again from where it still is. Next time, delete with -IncludeLayer, which saves the layers too.",
            result.Error.ErrorDetails.RecommendedAction);
    }

    [Theory]
    [InlineData("", "Restored 1 of 7 images; 6 lack layers.")]
    [InlineData("-WhatIf", "Would restore 1 of 7 images; 6 lack layers.")]
    public async Task Many_images_without_layers_have_one_error_short_reasons_and_a_last_line(
        string parameter, string line)
    {
        await using Shop shop = await OpenAsync(headLies: false);
        Delete(shop, shop.AddBuild("saved"), "-IncludeLayer");
        for (int i = 0; i < 6; i++) Delete(shop, shop.AddBuild($"v{i}"), "");
        shop.State.CollectBlobs();

        ScriptResult result = shop.Run($"{Restore} {parameter}");

        Assert.Equal("ContentMissing", Assert.Single(result.ErrorIds));
        Assert.StartsWith("6 images were not restored", result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(
            6,
            result.Values("Reason").Count(reason => reason
                is "1 of its 2 blobs is neither in the registry nor in the archive"));
        Assert.Equal(line, result.Information[^1]);
    }

    [Fact]
    public async Task A_digest_as_the_screen_shows_it_is_found_if_it_is_the_only_one()
    {
        await using Shop shop = await OpenAsync(headLies: false);
        string one = shop.AddBuild("v1"), two = shop.AddBuild("v2");
        Delete(shop, one, "");
        Delete(shop, two, "");

        ScriptResult unclear = shop.Run($"{Restore} 'sha256:…'");
        Assert.Equal("NotFound", unclear.ErrorId);
        Assert.Contains("several digests that match 'sha256:…'", unclear.ErrorText, StringComparison.Ordinal);
        ScriptResult clear = shop.Run($"{Restore} '{one[..11]}…{one[^4..]}'").MustSucceed();

        Assert.Equal([one], clear.Values("Digest"));
    }

    [Fact]
    public async Task Tab_offers_the_images_of_the_folder()
    {
        await using Shop shop = await OpenAsync(headLies: false);
        string image = shop.AddBuild("v1");
        Delete(shop, image, "");

        ScriptResult result = shop.Run(
            $"Set-Location '{_folder.Path}'; "
                + "(TabExpansion2 'Restore-ArImage ./undo ' 23).CompletionMatches.CompletionText");

        Assert.Contains($"{Shop.App}:v1", result.Output.Select(line => line.ToString()));
        Assert.Contains(image, result.Output.Select(line => line.ToString()));
    }

    [Fact]
    public async Task If_the_other_repository_lacks_a_layer_too_the_error_names_it()
    {
        await using Shop shop = await OpenAsync(headLies: false);
        Delete(shop, shop.AddBuild("v1"), "");
        shop.State.CollectBlobs();
        shop.State.AddRepository("us-docker.pkg.dev/shop/prod");

        ScriptResult result = shop.Run($"{Restore} -LayerFrom us-docker.pkg.dev/shop/prod");

        Assert.Equal("ContentMissing", result.ErrorId);
        Assert.Empty(shop.Changes);
        Assert.Contains(
            "1 of its 2 blobs is neither in the registry nor in the archive nor in 'us-docker.pkg.dev/shop/prod', such",
            result.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Layers_that_were_not_saved_come_from_another_repository()
    {
        await using Shop shop = await OpenAsync(headLies: false);
        string image = shop.AddBuild("v1");
        shop.State.AddRepository("us-docker.pkg.dev/shop/prod");
        await MountAsync(shop, shop.BlobsOf(image)[1]);
        Delete(shop, image, "");
        shop.State.CollectBlobs();

        Assert.Equal("ContentMissing", shop.Run(Restore).ErrorId);
        shop.Run($"{Restore} -LayerFrom us-docker.pkg.dev/shop/prod").MustSucceed();

        Assert.Equal([image], shop.Left());
        shop.MustBeReadable();
    }

    [Fact]
    public async Task A_tag_that_somebody_has_set_meanwhile_stays()
    {
        await using Shop shop = await OpenAsync(headLies: false);
        string image = Fill(shop);
        Delete(shop, image, "");
        string newer = shop.AddBuild("latest");

        ScriptResult result = shop.Run(Restore).MustSucceed();

        Assert.Equal(newer, shop.State.DigestOf(shop.Repository, "web", "latest"));
        Assert.Equal(image, shop.State.DigestOf(shop.Repository, "web", "v1"));
        Assert.Equal(["v1"], result.Values("Tags"));
        Assert.Contains("the tag latest is on another digest by now", Assert.Single(result.Values("Reason")),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIf_tells_what_would_come_back_and_changes_nothing()
    {
        await using Shop shop = await OpenAsync(headLies: false);
        Delete(shop, Fill(shop), "");

        ScriptResult result = shop.Run($"{Restore} -WhatIf").MustSucceed();

        Assert.Equal(["WouldRestore"], result.Values("Status"));
        Assert.Equal(["6"], result.Values("BlobsFound"));
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task Rows_of_what_was_removed_come_back_and_an_empty_pipeline_restores_nothing()
    {
        await using Shop shop = await OpenAsync(headLies: false);
        shop.AddBuild("v1");
        string first = shop.AddBuild();
        shop.Run($"$first = Remove-ArUntaggedImage $app -Confirm:$false -ArchivePath '{_undo.Path}'").MustSucceed();
        string second = shop.AddBuild();
        shop.Run($"$second = Remove-ArUntaggedImage $app -Confirm:$false -ArchivePath '{_undo.Path}'").MustSucceed();
        Assert.Single(shop.Left());

        Assert.Empty(shop.Run($"@() | {Restore}").MustSucceed().Output);
        Assert.Empty(shop.Run($"$second | Where-Object Status -eq Kept | {Restore}").MustSucceed().Output);
        Assert.Single(shop.Left());

        Assert.Equal([second], shop.Run($"$second | {Restore}").MustSucceed().Values("Digest"));
        Assert.DoesNotContain(first, shop.Left());
        string csv = Path.Combine(_folder.Path, "first.csv");
        shop.Run($"$first | Export-Csv '{csv}'; Import-Csv '{csv}' | {Restore}").MustSucceed();
        Assert.Equal(3, shop.Left().Count);
    }

    [Fact]
    public async Task Rows_of_a_journal_come_back_also_those_whose_result_a_killed_run_did_not_note()
    {
        await using Shop shop = await OpenAsync(headLies: false);
        string first = shop.AddBuild(), journal = Path.Combine(_folder.Path, "run.jsonl");
        string saved = $"-Confirm:$false -ArchivePath '{_undo.Path}'";
        shop.Run($"Remove-ArUntaggedImage $app {saved}").MustSucceed(); // without the journal
        string[] later = [shop.AddBuild(), shop.AddBuild(), shop.AddBuild()];
        string command = $"Remove-ArUntaggedImage {Shop.App} {saved} -JournalPath '{journal}' -ThrottleLimit 1";
        int deletions = 0;
        using (RequestHold hold = shop.Emulator.Requests.Hold(
            request => request.Method == "DELETE" && Interlocked.Increment(ref deletions) == 2,
            HoldPoint.BeforeAnswer))
        using (CommandProcess process = new(shop.Emulator, command))
            Assert.True(await process.KillAfterAsync(hold.WaitForArrivalAsync(1, Stop)));
        await shop.Emulator.Requests.WaitUntilIdleAsync(Stop);
        Assert.Single(shop.Left());
        Assert.Equal(["delete", "result", "delete"], Events());

        ScriptResult result = shop.Run($"Get-Content '{journal}' | ConvertFrom-Json | {Restore}").MustSucceed();

        Assert.Equal(["Restored", "Restored"], result.Values("Status"));
        Assert.Equal(later.Order(StringComparer.Ordinal), shop.Left());
        Assert.DoesNotContain(first, shop.Left());

        IEnumerable<string?> Events() =>
            File.ReadLines(journal).Select(line => (string?)System.Text.Json.Nodes.JsonNode.Parse(line)!["event"]);
    }

    [Theory]
    [InlineData("*/web:v1", true)]
    [InlineData("us-docker.pkg.dev/shop/apps", true)]
    [InlineData("us-docker.pkg.dev/shop/apps/web", true)]
    [InlineData("https://us-docker.pkg.dev/shop/apps/web:v1", true)]
    [InlineData("DIGEST", true)] // alone, as another tool or a log shows it
    [InlineData("sha256:*", true)]
    [InlineData("sha256:0*f", false)]
    [InlineData("*@sha256:0*f", false)]
    [InlineData("us-docker.pkg.dev/shop/apps/we", false)]
    public async Task Images_are_chosen_by_name_and_a_name_that_matches_nothing_is_an_error(string name, bool matches)
    {
        await using Shop shop = await OpenAsync(headLies: false);
        string image = shop.AddBuild("v1");
        Delete(shop, image, "");

        ScriptResult result = shop.Run($"{Restore} -Image '{name.Replace("DIGEST", image, StringComparison.Ordinal)}'");

        Assert.Equal(matches ? [image] : [], shop.Left());
        if (matches)
        {
            result.MustSucceed();
            return;
        }

        Assert.Equal("NotFound", result.ErrorId);
        Assert.EndsWith(
            $"Restore-ArImage '{_undo.Path}' -WhatIf lists what the archive has: 1 digest, such as {Shop.App}:v1.",
            result.Error.ErrorDetails.RecommendedAction,
            StringComparison.Ordinal);
        if (name.EndsWith("/we", StringComparison.Ordinal))
            Assert.StartsWith(
                $"Did you mean {Shop.App}? ", result.Error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-Image us-docker.pkg.dev/shop/apps/web:v1")]
    [InlineData("-WhatIf")]
    public async Task An_archive_without_images_says_so(string parameters)
    {
        await using Shop shop = await OpenAsync(headLies: false);
        string image = shop.AddBuild("v1");
        Delete(shop, image, "");
        await File.WriteAllTextAsync(
            Path.Combine(_undo.Path, "index.json"), """{"schemaVersion":2,"manifests":[]}""", Stop);

        ScriptResult result = shop.Run($"{Restore} {parameters}").MustSucceed();

        Assert.Empty(result.Output);
        Assert.StartsWith(
            $"The archive '{_undo.Path}' has no images, so there is nothing to restore.",
            Assert.Single(result.Warnings),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("absent", "there is no such folder.")]
    [InlineData("file", "it is a file, and an archive is a folder.")]
    [InlineData("empty", "it has no file named oci-layout.")]
    public async Task What_is_no_archive_is_told_by_the_preview_too(string name, string problem)
    {
        await using Shop shop = await OpenAsync(headLies: false);
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "file"), "", Stop);
        Directory.CreateDirectory(Path.Combine(_folder.Path, "empty"));

        foreach (string whatIf in (string[])["", "-WhatIf"])
        {
            ScriptResult result = shop.Run($"Restore-ArImage '{Path.Combine(_folder.Path, name)}' {whatIf}");
            Assert.Equal("ArchiveNotReadable", result.ErrorId);
            Assert.Contains($"is not an archive: {problem}", result.ErrorText, StringComparison.Ordinal);
            Assert.Equal(
                "Give the folder that was -ArchivePath when the images were deleted.",
                result.Error.ErrorDetails.RecommendedAction
            );
        }
    }

    [Fact]
    public async Task Damaged_content_of_an_archive_is_never_written()
    {
        await using Shop shop = await OpenAsync(headLies: false);
        string damaged = shop.AddBuild("v1"), falseLayer = shop.AddBuild("v2"), sound = shop.AddBuild("v3");
        foreach (string digest in (string[])[damaged, falseLayer, sound]) Delete(shop, digest, "-IncludeLayer");
        shop.State.CollectBlobs();
        await File.AppendAllTextAsync(_undo.PathOf(damaged), " ", Stop);
        string layer = _undo.PathOf(_undo.LayerOf(falseLayer));
        byte[] bytes = await File.ReadAllBytesAsync(layer, Stop);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(layer, bytes, Stop);

        ScriptResult result = shop.Run(Restore);

        Assert.Equal([sound], shop.Left());
        Assert.Equal(2, result.Errors.Count);
        Assert.Contains("ArchiveNotReadable", result.ErrorIds);
    }

    [Fact]
    public async Task A_registry_that_cannot_serve_what_it_accepted_is_told()
    {
        await using Shop shop = await OpenAsync(headLies: false);
        string image = shop.AddBuild("v1");
        Delete(shop, image, "-IncludeLayer");
        string layer = _undo.LayerOf(image);
        bool isWritten = false;
        shop.Emulator.Behaviour.Faults.Add(new Fault(FaultKind.Forbidden)
        {
            When = request => (isWritten |= request.Is("PUT", "/manifests/")) && request.Is("GET", $"/blobs/{layer}"),
        });

        ScriptResult result = shop.Run($"{Restore} -Verify");

        Assert.Equal(["Failed"], result.Values("Status"));
        Assert.Empty(shop.State.Tags(shop.Repository, "web"));
        Assert.Single(result.Errors);
    }

    [Fact]
    public async Task Verify_finds_a_layer_that_the_registry_serves_with_other_bytes_and_the_image_gets_no_tag()
    {
        await using Shop shop = await OpenAsync(headLies: false);
        string image = shop.AddBuild("v1");
        Delete(shop, image, "-IncludeLayer");
        string layer = _undo.LayerOf(image);
        shop.Emulator.Behaviour.ServedBlob = (_, blob, bytes) => blob == layer ? [.. bytes.Reverse()] : bytes;

        ScriptResult result = shop.Run($"{Restore} -Verify");

        Assert.Equal("ContentMissing", result.ErrorId);
        Assert.StartsWith("Run it again", result.Error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(["Failed"], result.Values("Status"));
        Assert.Equal([layer], result.Values("BlobsMissing"));
        Assert.Empty(shop.State.Tags(shop.Repository, "web"));
        shop.Emulator.Behaviour.ServedBlob = null;
        Assert.Equal(["v1"], shop.Run($"{Restore} -Verify").MustSucceed().Values("Tags"));
    }

    [Fact]
    public async Task A_restoration_that_fails_late_says_what_it_has_written()
    {
        await using Shop shop = await OpenAsync(headLies: false);
        string image = Fill(shop);
        Delete(shop, image, "-IncludeLayer");
        shop.State.CollectBlobs();
        shop.Emulator.Behaviour.Faults.Add(new Fault(FaultKind.Forbidden)
        {
            When = request => request.Is("PUT", $"/manifests/{image}"),
        });

        ScriptResult result = shop.Run(Restore);

        Assert.Equal("AccessDenied", result.ErrorId);
        Assert.Equal(["Failed"], result.Values("Status"));
        Assert.Equal(["2"], result.Values("Manifests")); // its platforms
        Assert.Equal(["6"], result.Values("BlobsUploaded"));
        Assert.NotEqual("", Assert.Single(result.Values("Reason")));
        Assert.Equal(2, shop.Left().Count);
    }

    [Fact]
    public async Task A_tag_that_cannot_be_set_is_an_error_of_its_own_and_the_others_come_back()
    {
        await using Shop shop = await OpenAsync(headLies: false);
        string image = Fill(shop);
        Delete(shop, image, "");
        shop.Emulator.Behaviour.Faults.Add(new Fault(FaultKind.Forbidden)
        {
            When = request => request.Is("POST", "/tags?tagId=latest"),
        });

        ScriptResult result = shop.Run(Restore);

        Assert.Equal("AccessDenied", result.ErrorId);
        Assert.Equal(
            $"{Shop.App}:latest", $"{result.Error.TargetObject}".Replace($"@{image}", "", StringComparison.Ordinal));
        Assert.Equal(["Restored"], result.Values("Status"));
        Assert.Equal(["4"], result.Values("Manifests"));
        Assert.Equal(["v1"], result.Values("Tags"));
        Assert.Equal(["v1"], shop.State.Tags(shop.Repository, "web").Keys);
    }

    private static async Task<Shop> OpenAsync(bool headLies) =>
        await Shop.OpenAsync(new Behaviour
        {
            OperationTime = TimeSpan.Zero,
            CollectBlobsAfter = TimeSpan.FromHours(1),
            RemembersCollectedBlobs = headLies,
        });

    /// <summary>A signed multi-platform image with two tags.</summary>
    private static string Fill(Shop shop)
    {
        AddedIndex image = shop.AddBuilds("v1", "latest");
        shop.Sign(image.Digest);
        return image.Digest;
    }

    /// <summary>Deletes an image with all that belongs to it.</summary>
    private void Delete(Shop shop, string digest, string parameter) =>
        shop.Run(
            $"Remove-ArImage \"$app@{digest}\" -DeleteTags -DeleteReferrer -Confirm:$false -ArchivePath '{_undo.Path}' "
                + $"{parameter}; Remove-ArUntaggedImage $app -Confirm:$false -ArchivePath '{_undo.Path}' {parameter}")
            .MustSucceed();

    private static async Task MountAsync(Shop shop, string layer)
    {
        using HttpClient http = new();
        using HttpResponseMessage answer = await http.PostAsync(
            new Uri(shop.Emulator.Url, $"v2/us/shop/prod/web/blobs/uploads/?mount={layer}&from=us/shop/apps/web"), null,
            Stop);
        Assert.Equal(System.Net.HttpStatusCode.Created, answer.StatusCode);
    }
}
