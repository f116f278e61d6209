using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.CleanUp.Stale;

/// <summary>Which tagged images go, and which stay, rule by rule.</summary>
public sealed class StaleImageTests
{
    private const string Remove = "Remove-ArStaleImage $app -WithoutInUse -Confirm:$false -OlderThan 30d";

    // Everything that a version of the situation needs is its tags; the age is in days.
    [Theory]
    // One excluded tag protects the digest with all of its tags (gcr-cleaner#149, harbor#8717).
    [InlineData("-ExcludeTag prod-*", "90 prod-1,pr-1|80 pr-2|70 pr-3", "prod-1,pr-1|pr-3")]
    [InlineData("-ExcludeTag PROD-*", "90 prod-1|80 pr-2|70 pr-3", "prod-1|pr-3")]
    [InlineData("-ExcludeTag '/^(prod|stage)-/'", "90 prod-1|85 stage-1|80 pr-2|70 pr-3", "prod-1|stage-1|pr-3")]
    [InlineData("-ExcludeTag ([regex]'^prod')", "90 prod-1|80 pr-2|70 pr-3", "prod-1|pr-3")]
    [InlineData("-ExcludeTag '/^prod-/'", "90 PROD-1|80 pr-2|70 pr-3", "PROD-1|pr-3")]
    [InlineData(
        "-ExcludeTag ([regex]::new('^ prod # ours', 'IgnorePatternWhitespace'))",
        "90 prod-1|80 pr-2|70 pr-3",
        "prod-1|pr-3")]
    [InlineData(
        "-ExcludeTag ([Collections.Generic.List[object]][regex]'^prod')",
        "90 prod-1|80 pr-2|70 pr-3",
        "prod-1|pr-3")]
    [InlineData("-ExcludeTag prod-1, stage-1", "90 prod-1|85 stage-1|80 pr-2|70 pr-3", "prod-1|stage-1|pr-3")]
    // All tags must match, not any (gcr-cleaner: any deleted images that another tag still named).
    [InlineData("-Tag pr-*", "90 pr-1,main|80 pr-2|70 pr-3", "pr-1,main|pr-3")]
    [InlineData("-Tag pr-*, main", "90 pr-1,main|80 pr-2|70 pr-3", "pr-3")]
    [InlineData("-Tag '/^pr-[0-9]+$/'", "90 pr-x|80 pr-2|70 pr-3", "pr-x|pr-3")]
    [InlineData("-Tag PR-*", "90 pr-1|70 pr-3", "pr-1|pr-3")]
    // latest, and what looks like a release, stay unless they are named.
    [InlineData("", "90 latest|80 v1.2.3|75 1.2.4|72 v1.2|70 pr-3", "latest|v1.2.3|1.2.4|pr-3")]
    [InlineData("-Tag *", "90 latest|80 v1.2.3|75 1.2.4|72 v1.2|70 pr-3", "latest|v1.2.3|1.2.4|pr-3")]
    [InlineData("-Tag v*", "90 latest|80 v1.2.3|75 1.2.4|72 v1.2|70 pr-3", "latest|1.2.4|pr-3")]
    [InlineData("-Tag l*, pr-*", "90 latest|70 pr-3", "latest|pr-3")]
    [InlineData("-Tag latest, pr-*", "90 latest|70 pr-3", "pr-3")]
    [InlineData("-Tag '/./'", "90 latest|80 v1.2.3|70 pr-3", "latest|v1.2.3|pr-3")]
    // What Protect-ArImage has marked is in use, as far as anybody knows.
    [InlineData("-Tag *", "90 pr-1,in-use-0123456789ab|80 pr-2|70 pr-3", "in-use-0123456789ab,pr-1|pr-3")]
    [InlineData(
        "-KeepNewestPer ([regex]'(?i)^(PR|NIGHTLY)-')",
        "90 pr-1|80 pr-2|70 nightly-1|60 nightly-2",
        "pr-2|nightly-2")]
    [InlineData(
        "-KeepNewestPer ([regex]::new('^(PR|NIGHTLY)-', 'IgnoreCase'))",
        "90 pr-1|80 pr-2|70 nightly-1|60 nightly-2",
        "pr-2|nightly-2")]
    // The newest of its name stays unless it is named.
    [InlineData("", "90 pr-1", "pr-1")]
    [InlineData("-Tag pr-*", "90 pr-1|80 pr-2", "pr-2")]
    [InlineData("-Tag pr-1, pr-2", "90 pr-1|80 pr-2", "")]
    [InlineData("-Tag pr-2, pr-*", "90 pr-1|80 pr-2", "")]
    // By age of the upload.
    [InlineData("", "90 pr-1|29 pr-2|1 pr-3", "pr-2|pr-3")]
    [InlineData("-OlderThan 0s", "90 pr-1|29 pr-2|1 pr-3", "pr-3")]
    // Of those that would go, by digest and not by tag (artifactory-cleanup#153, nora#931, gcr-cleaner#89 and #138).
    [InlineData("-KeepNewest 2", "90 pr-1|80 pr-2,a,b,c|70 pr-3,d,e|60 pr-4", "pr-3,d,e|pr-4")]
    [InlineData(
        "-KeepNewest 2",
        "90 pr-1|80 pr-2|70 pr-3|60 pr-4|50 latest|40 v1.0.0|1 pr-9",
        "pr-3|pr-4|latest|v1.0.0|pr-9")]
    [InlineData("-KeepNewest 0", "90 pr-1|80 pr-2", "pr-2")]
    [InlineData("-KeepNewest 9", "90 pr-1|80 pr-2", "pr-1|pr-2")]
    // Per release line (gcr-cleaner#16).
    [InlineData(
        "-Tag v* -KeepNewestPer '^v(\\d+\\.\\d+)\\.'",
        "90 v1.0.0|89 v1.0.1|88 v1.1.0|87 v1.1.1|86 v2.0.0",
        "v1.0.1|v1.1.1|v2.0.0")]
    [InlineData(
        "-Tag v* -KeepNewestPer '^v(\\d+)\\.' -KeepNewest 2",
        "90 v1.0.0|89 v1.0.1|88 v1.1.0|87 v1.1.1|86 v2.0.0",
        "v1.1.0|v1.1.1|v2.0.0")]
    [InlineData(
        "-KeepNewestPer '/^(.+)-\\d+$/'",
        "90 pr-1|80 pr-2|70 nightly-1|60 nightly-2|50 main|40 other",
        "pr-2|nightly-2|other")]
    // By version only if asked for: a hotfix of an old line is uploaded last (gcr-cleaner#149).
    [InlineData("-Tag v* -KeepNewest 1 -SortBy Version", "90 v1.9.0|80 v1.10.0|70 v1.8.7", "v1.10.0")]
    [InlineData("-Tag v* -KeepNewest 1 -SortBy UploadTime", "90 v1.9.0|80 v1.10.0|70 v1.8.7", "v1.8.7")]
    [InlineData(
        "-Tag v* -KeepNewest 1 -SortBy Version",
        "90 v2.0.0|80 v2.0.0-rc.1|70 v2.0.0-rc.2|65 v2.0.0-rc.10",
        "v2.0.0")]
    [InlineData(
        "-Tag v* -KeepNewest 2 -SortBy Version",
        "80 v2.0.0-rc.2|70 v2.0.0-rc.10|65 v2.0.0-beta|60 v1",
        "v2.0.0-rc.2|v2.0.0-rc.10")]
    // Digits alone may be a commit or a date, and a tag that is not a version has no place.
    [InlineData(
        "-Tag v*, 4* -KeepNewest 1 -SortBy Version",
        "90 v1.9.0|80 v1.8.0,4561237|70 4561238",
        "v1.9.0|4561238")]
    [InlineData("-Tag nightly, v* -SortBy Version", "90 v1.9.0|80 nightly|70 v1.8.0", "v1.9.0|nightly")]
    [InlineData("-Tag v*, pr-* -SortBy Version", "90 v1.9.0|80 v1.10.0|70 pr-1|60 pr-2", "v1.10.0|pr-1|pr-2")]
    public async Task What_goes_and_what_stays(string parameters, string images, string left)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.AddTagged(images);
        string command = parameters.Contains("-OlderThan", StringComparison.Ordinal)
            ? Remove.Replace(" -OlderThan 30d", "", StringComparison.Ordinal) : Remove;
        string get = $"Get-ArStaleImage $app {command[(command.IndexOf("$app", StringComparison.Ordinal) + 4)..]} "
            .Replace("-Confirm:$false", "", StringComparison.Ordinal);

        string[] plan = [.. shop.Run($"{get} {parameters} | Where-Object Decision -eq Delete | ForEach-Object Digest")
            .MustSucceed().Output.Select(digest => digest.ToString()!).Order(StringComparer.Ordinal)];
        IReadOnlyList<string> preview = Row.Digests(
            shop.Run($"{command} {parameters} -WhatIf").MustSucceed(), "WouldRemove");
        Assert.Empty(shop.Changes);
        ScriptResult result = shop.Run($"{command} {parameters}").MustSucceed();

        Assert.Equal(Expected(left), shop.TagsLeft());
        Assert.Equal(plan, Row.Digests(result, "Removed"));
        Assert.Equal(plan, preview);
        Assert.All(shop.Changes, change => Assert.DoesNotContain("force=true", change, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("-Tag ''", "ParameterArgumentValidationError")]
    [InlineData("-ExcludeTag '^prod-'", "InvalidRule", "between slashes")]
    [InlineData("-ExcludeTag 'prod 1'", "InvalidRule")]
    [InlineData("-Tag '/(/'", "InvalidRule", "is not a regular expression")]
    [InlineData("-KeepNewestPer '^v\\d+'", "InvalidRule", "has no group")]
    [InlineData("-KeepNewestPer '('", "InvalidRule")]
    [InlineData("-Tag 'us-docker.pkg.dev/shop/apps/web:v1'", "InvalidRule")]
    [InlineData("-OlderThan 30", "InvalidAge")]
    public async Task What_can_match_nothing_is_an_error_before_any_request(
        string parameters, string id, string says = "")
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.AddTagged("90 pr-1|80 pr-2");
        string age = parameters.StartsWith("-OlderThan", StringComparison.Ordinal) ? "" : "-OlderThan 30d";

        foreach (string verb in new[] { "Get", "Remove" })
        {
            ScriptResult result = shop.Run(
                $"try {{ {verb}-ArStaleImage $app -WithoutInUse {age} {parameters} }} catch {{ throw }}");

            Assert.NotNull(result.Thrown);
            Assert.Equal(id, result.ErrorId);
            Assert.Contains(says, result.ErrorText, StringComparison.Ordinal);
            Assert.Empty(shop.Emulator.Requests.Snapshot());
        }
    }

    [Theory]
    [InlineData("-WithoutInUse", "OlderThanMissing")]
    [InlineData("-WithoutInUse -KeepNewest 3", "OlderThanMissing")]
    [InlineData("-OlderThan 30d", "InUseMissing")]
    [InlineData("-OlderThan 30d -WithoutInUse:$false", "InUseMissing")]
    public async Task The_age_and_what_runs_must_be_said(string parameters, string id)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.AddTagged("90 pr-1|80 pr-2");

        foreach (string verb in new[] { "Get", "Remove" })
            foreach (string what in new[] { $"{verb}-ArStaleImage $app", $"Get-ArImage $app | {verb}-ArStaleImage" })
            {
                ScriptResult result = shop.Run($"try {{ {what} {parameters} }} catch {{ throw }}");

                Assert.NotNull(result.Thrown);
                Assert.Equal(id, result.ErrorId);
                Assert.Empty(shop.Changes);
            }
    }

    [Fact]
    public async Task An_expression_that_never_ends_deletes_nothing()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.AddTagged($"90 {new string('a', 60)}b|80 pr-2");

        ScriptResult result = shop.Run($"{Remove} -ExcludeTag '/^(a+)+$/'");

        Assert.Equal("InvalidRule", result.ErrorId);
        Assert.Empty(shop.Changes);
    }

    // A tag that moves, and a change of a digest, say nothing about the age of an image.
    [Fact]
    public async Task A_tag_that_moved_makes_an_image_neither_young_nor_old()
    {
        await using Shop shop = await Shop.OpenAsync();
        string[] digests = shop.AddTagged("90 pr-1|1 pr-2|80 pr-3|2 pr-4");
        shop.State.MoveTag(shop.Repository, "web", "moved", digests[0]);
        shop.State.MoveTag(shop.Repository, "web", "also", digests[1]);

        ScriptResult result = shop.Run(Remove).MustSucceed();

        Assert.Equal(CleanUpWords.Sorted(digests[0], digests[2]), Row.Digests(result, "Removed"));
    }

    [Fact]
    public async Task An_image_goes_with_its_platforms_signatures_and_their_tags_and_nothing_of_what_stays_is_touched()
    {
        await using Shop shop = await Shop.OpenAsync();
        AddedIndex old = shop.AddIndex(TimeSpan.FromDays(90), "pr-1");
        AddedIndex young = shop.AddIndex(TimeSpan.FromDays(3), "pr-2");
        string signature = shop.AddSignature(old.Digest), kept = shop.AddSignature(young.Digest);
        string cosign = shop.Add($"sha256-{old.Digest[7..]}.sig");
        string keptCosign = shop.Add($"sha256-{young.Digest[7..]}.sig");
        string orphan = shop.Add($"sha256-{new string('1', 64)}.sig");
        string untagged = shop.AddAged(TimeSpan.FromDays(300));
        AddedIndex untaggedIndex = shop.AddIndex(TimeSpan.FromDays(300));
        string shared = shop.Add(new ImageOptions
        {
            UploadTime = DateTimeOffset.UtcNow.AddDays(-80),
            Tags = ["pr-3"],
            Children = [new ChildManifest(untaggedIndex.Children[0], "linux", "amd64")],
        });

        ScriptResult result = shop.Run(Remove).MustSucceed();

        Assert.Equal(
            CleanUpWords.Sorted([old.Digest, .. old.Children, signature, cosign, shared]),
            Row.Digests(result, "Removed"));
        Assert.Equal(
            CleanUpWords.Sorted(
                [
                    young.Digest, .. young.Children, kept, keptCosign, orphan, untagged,
                    untaggedIndex.Digest, .. untaggedIndex.Children,
                ]),
            shop.Left());
    }

    // getnora-io/nora#931, Azure/acr-cli#210, gcr-cleaner#89: tags that are not versions used up the number.
    [Fact]
    public async Task Of_six_signed_versions_the_three_newest_stay_with_their_signatures_by_tag()
    {
        await using Shop shop = await Shop.OpenAsync();
        string[] digests = shop.AddTagged("60 v1|50 v2|40 v3|30 v4|20 v5|10 v6");
        foreach (string digest in digests)
            foreach (string suffix in (string[])[".sig", ".att"])
                shop.Add($"sha256-{digest[7..]}{suffix}");

        shop.Run("Remove-ArStaleImage $app -WithoutInUse -OlderThan 0s -KeepNewest 3 -Confirm:$false").MustSucceed();

        Assert.Equal(
            CleanUpWords.Sorted(
                [
                    "v4", "v5", "v6",
                    .. digests[3..].SelectMany(digest =>
                        (string[])[$"sha256-{digest[7..]}.sig", $"sha256-{digest[7..]}.att"]),
                ]),
            shop.TagsLeft());
        Assert.Equal(9, shop.Left().Count);
    }

    // oras-project/oras#1228, ghcr-cleanup-action#114: clients of registries without the referrers API keep such an index.
    [Fact]
    public async Task An_index_of_referrers_under_its_tag_goes_with_its_image_and_keeps_nothing_alive()
    {
        await using Shop shop = await Shop.OpenAsync();
        string[] digests = shop.AddTagged("60 pr-1|50 pr-2|10 pr-3");
        foreach (string digest in digests)
        {
            shop.AddSignature(digest);
            shop.State.AddFallbackTag(shop.Repository, "web", digest, DateTimeOffset.UtcNow.AddDays(-9));
        }

        shop.Run(Remove).MustSucceed();

        Assert.Equal(CleanUpWords.Sorted("pr-3", $"sha256-{digests[2][7..]}"), shop.TagsLeft());
        Assert.Equal(3, shop.Left().Count);
    }

    [Fact]
    public async Task An_image_that_was_signed_today_is_as_old_as_before_and_one_that_is_being_signed_now_stays()
    {
        await using Shop shop = await Shop.OpenAsync();
        string[] digests = shop.AddTagged("90 pr-1|80 pr-2|1 pr-3");
        string Sign(string subject, TimeSpan ago) => shop.Add(new ImageOptions
        {
            UploadTime = DateTimeOffset.UtcNow - ago,
            ArtifactType = "application/vnd.cncf.notary.signature",
            SubjectDigest = subject,
        });
        string today = Sign(digests[0], TimeSpan.FromHours(5)), now = Sign(digests[1], TimeSpan.FromMinutes(5));

        ScriptResult result = shop.Run(Remove).MustSucceed();

        Assert.Equal(CleanUpWords.Sorted(digests[0], today), Row.Digests(result, "Removed"));
        Assert.Contains(now, shop.Left());
    }

    [Theory]
    [InlineData("'DIGEST'")]
    [InlineData("\"${app}:pr-1\"")]
    [InlineData("(Get-ArImageTag $app -Tag pr-1)")]
    public async Task What_runs_stays_by_digest_and_by_tag(string inUse)
    {
        await using Shop shop = await Shop.OpenAsync();
        string[] digests = shop.AddTagged("90 pr-1|80 pr-2|1 pr-3");

        ScriptResult result = shop.Run(
            "Remove-ArStaleImage $app -OlderThan 30d -Confirm:$false "
                + $"-InUse {inUse.Replace("DIGEST", digests[0], StringComparison.Ordinal)}").MustSucceed();

        Assert.Equal([digests[1]], Row.Digests(result, "Removed"));
        Assert.Contains(result.Values("Reason"), reason => reason == "in use");
    }

    [Fact]
    public async Task A_chart_goes_only_if_it_is_named_and_not_the_newest_one()
    {
        await using Shop shop = await Shop.OpenAsync();
        string[] digests = shop.AddTagged("90 pr-1|1 pr-9");
        string chart = shop.Add(new ImageOptions
        {
            UploadTime = DateTimeOffset.UtcNow.AddDays(-90),
            Tags = ["chart-1"],
            ArtifactType = "application/vnd.cncf.helm.config.v1+json",
        });

        Assert.Equal([digests[0]], Row.Digests(shop.Run($"{Remove} -WhatIf").MustSucceed(), "WouldRemove"));
        Assert.Equal([digests[0]], Row.Digests(shop.Run($"{Remove} -Tag * -WhatIf").MustSucceed(), "WouldRemove"));
        Assert.Empty(Row.Digests(shop.Run($"{Remove} -Tag chart-* -WhatIf").MustSucceed(), "WouldRemove"));
        shop.Add(new ImageOptions
        {
            UploadTime = DateTimeOffset.UtcNow.AddDays(-80),
            Tags = ["chart-2"],
            ArtifactType = "application/vnd.cncf.helm.config.v1+json",
        });
        Assert.Equal(
            [chart], Row.Digests(shop.Run($"{Remove} -Tag chart-* -WhatIf").MustSucceed(), "WouldRemove"));
        Assert.Empty(
            Row.Digests(shop.Run($"{Remove} -Tag chart-* -KeepNewest 2 -WhatIf").MustSucceed(), "WouldRemove"));
    }

    [Fact]
    public async Task Where_tags_are_immutable_everything_tagged_stays_with_its_signatures()
    {
        await using Shop shop = await Shop.OpenAsync();
        string[] digests = shop.AddTagged("90 pr-1|80 pr-2|1 pr-3");
        shop.AddSignature(digests[0]);
        string before = shop.Contents();
        shop.State.SetImmutableTags(shop.Repository, true);

        ScriptResult preview = shop.Run($"{Remove} -WhatIf").MustSucceed();
        ScriptResult result = shop.Run(Remove).MustSucceed();

        Assert.Empty(Row.Digests(preview, "WouldRemove"));
        Assert.Contains("has the tag pr-1, and tags are immutable here", result.Values("Reason"));
        Assert.Equal(before, shop.Contents());
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task An_excluded_signature_stays_with_its_image()
    {
        await using Shop shop = await Shop.OpenAsync();
        string[] digests = shop.AddTagged("90 pr-1|80 pr-2|1 pr-3");
        string signature = shop.Add($"sha256-{digests[0][7..]}.sig");

        ScriptResult result = shop.Run($"{Remove} -ExcludeTag *.sig").MustSucceed();

        Assert.Equal([digests[1]], Row.Digests(result, "Removed"));
        Assert.Equal(CleanUpWords.Sorted(digests[0], digests[2], signature), shop.Left());
    }

    [Fact]
    public async Task Ages_are_counted_by_the_clock_of_the_service()
    {
        await using Shop shop = await Shop.OpenAsync(
            new Behaviour { OperationTime = TimeSpan.Zero, ClockOffset = TimeSpan.FromHours(-3) });
        string[] digests = [.. ((int[])[31 * 24, (29 * 24) + 22, 5]).Select((hours, i) => shop.Add(new ImageOptions
        {
            Tags = [$"pr-{i}"], UploadTime = DateTimeOffset.UtcNow.AddHours(-hours - 3),
        }))];

        foreach (string age in new[] { "30d", "([datetime]::Now.AddDays(-30))" })
        {
            ScriptResult result = shop.Run($"Remove-ArStaleImage $app -WithoutInUse -WhatIf -OlderThan {age}");
            Assert.Equal([digests[0]], Row.Digests(result, "WouldRemove"));
        }
    }

    [Fact]
    public async Task A_policy_that_keeps_tagged_images_is_honoured()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.State.AddRepository("us-docker.pkg.dev/shop/kept", new RepositoryOptions
        {
            Settings = JsonNode.Parse(
                """
                { "cleanupPolicies": { "main": { "id": "main", "action": "KEEP",
                  "condition": { "tagState": "TAGGED", "tagPrefixes": ["main"] } } } }
                """)!.AsObject(),
        });
        foreach ((string tag, int days) in new[] { ("main-1", 90), ("pr-1", 80), ("pr-2", 1) })
            shop.State.AddImage("us-docker.pkg.dev/shop/kept", "web", new ImageOptions
            {
                Tags = [tag],
                UploadTime = DateTimeOffset.UtcNow.AddDays(-days),
            });

        ScriptResult result = shop.Run(
            "Remove-ArStaleImage us-docker.pkg.dev/shop/kept -WithoutInUse -OlderThan 30d -Confirm:$false")
            .MustSucceed();

        Assert.Equal(
            ["main-1", "pr-2"],
            shop.State.Tags("us-docker.pkg.dev/shop/kept", "web").Keys.Order(StringComparer.Ordinal));
        Assert.Contains("kept by the repository's policy 'main'", result.Values("Reason"));
    }

    private static IReadOnlyList<string> Expected(string left) =>
    [
        .. left.Split('|', StringSplitOptions.RemoveEmptyEntries).SelectMany(image => image.Split(','))
            .Order(StringComparer.Ordinal),
    ];
}
