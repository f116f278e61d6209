using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.CleanUp;

/// <summary>What keeps an untagged digest besides tags: use, age, being among the newest, policies.</summary>
public sealed class RootTests
{
    [Theory]
    [InlineData("'DIGEST'")]
    [InlineData("' DIGEST '")]
    [InlineData("\"$app@DIGEST\"")]
    [InlineData("'docker-pullable://us-docker.pkg.dev/shop/apps/web@DIGEST'")]
    [InlineData("'https://us-docker.pkg.dev/shop/apps/web:v1@DIGEST'")]
    [InlineData("'projects/shop/locations/us/repositories/apps/dockerImages/web@DIGEST'")]
    [InlineData("'mirror.example.com/other/name@DIGEST'")]
    [InlineData("'DIGEST'.ToUpperInvariant()")]
    [InlineData("'DIGEST'.Replace(':', '-')")]
    [InlineData("'DIGEST'.Replace(':', '%3A')")]
    [InlineData("'us-docker.pkg.dev%2Fshop%2Fapps%2Fweb%40DIGEST'.Replace(':', '%3a')")]
    [InlineData("'docker-pullable://mirror.example.com/name@DIGEST'.ToUpperInvariant()")]
    [InlineData("'DIGEST'.Substring(7)")]
    [InlineData("(Get-ArImage \"$app@DIGEST\")")]
    [InlineData("(Get-ArImageTag $app | Where-Object Digest -eq 'DIGEST')")]
    [InlineData("([pscustomobject]@{ Digest = 'DIGEST' })")]
    [InlineData("([pscustomobject]@{ Uri = 'us-docker.pkg.dev/shop/apps/web@DIGEST' })")]
    [InlineData("([pscustomobject]@{ Digest = ''; Uri = 'us-docker.pkg.dev/shop/apps/web@DIGEST' })")]
    [InlineData("([pscustomobject]@{ Digest = @('DIGEST', 'OTHER') })")]
    [InlineData("@{ Digest = 'DIGEST' }")]
    [InlineData("@{ uri = 'us-docker.pkg.dev/shop/apps/web@DIGEST' }")]
    [InlineData("@('OTHER', 'DIGEST')")]
    [InlineData("@($null, '', 'DIGEST')")]
    [InlineData("@('OTHER', @('DIGEST', 'OTHER'))")]
    [InlineData("'us-docker.pkg.dev/shop/apps/web@DIGEST us-docker.pkg.dev/shop/apps/web@OTHER'")]
    [InlineData("\"DIGEST`nOTHER\"")]
    [InlineData("'[\"us-docker.pkg.dev/shop/apps/web@DIGEST\",\"OTHER\"]'")]
    public async Task What_is_in_use_is_kept_however_it_is_spelt(string inUse)
    {
        await using Shop shop = await Shop.OpenAsync();
        string used = shop.Add(), garbage = shop.Add();
        string given = inUse.Replace("DIGEST", used, StringComparison.Ordinal)
            .Replace("OTHER", CleanUpWords.Nothing(), StringComparison.Ordinal);

        ScriptResult result = shop.Run($"Remove-ArUntaggedImage $app -Confirm:$false -InUse ({given})").MustSucceed();

        Assert.Equal([used], Row.Digests(result, "Kept"));
        Assert.Equal([garbage], Row.Digests(result, "Removed"));
        Assert.Contains("in use", result.Values("Reason"));
    }

    [Fact]
    public async Task A_child_in_use_keeps_the_indexes_that_list_it_and_so_its_siblings_and_their_signatures()
    {
        await using Shop shop = await Shop.OpenAsync();
        AddedIndex used = shop.AddIndex(TimeSpan.FromDays(9)), other = shop.AddIndex(TimeSpan.FromDays(9));
        string outer = shop.AddIndexOver(used.Digest), signature = shop.AddSignature(used.Children[1]);

        ScriptResult result = shop.Run($"Remove-ArUntaggedImage $app -Confirm:$false -InUse {used.Children[0]}")
            .MustSucceed();

        Assert.Equal(CleanUpWords.Sorted([.. used.Children, used.Digest, outer, signature]),
            Row.Digests(result, "Kept"));
        Assert.Equal(CleanUpWords.Sorted([.. other.Children, other.Digest]), Row.Digests(result, "Removed"));
    }

    [Theory]
    [InlineData("$null")]
    [InlineData("$neverSet")]
    [InlineData("@()")]
    [InlineData("@($null)")]
    [InlineData("@('')")]
    [InlineData("@(@(), \" `n\")")]
    [InlineData("(& { })")]
    public async Task In_use_with_nothing_in_it_ends_the_command_before_any_request(string inUse)
    {
        await using Shop shop = await Shop.OpenAsync();
        string garbage = shop.Add();

        foreach (string verb in new[] { "Get", "Remove" })
        {
            ScriptResult result = shop.Run($"try {{ {verb}-ArUntaggedImage $app -InUse {inUse} }} catch {{ throw }}");

            Assert.NotNull(result.Thrown);
            Assert.Equal("InUseEmpty", result.ErrorId);
            Assert.Contains("-AllowEmptyInUse", result.ErrorText, StringComparison.Ordinal);
            Assert.Empty(shop.Emulator.Requests.Snapshot());
        }

        ScriptResult allowed = shop.Run($"Remove-ArUntaggedImage $app -InUse {inUse} -AllowEmptyInUse -Confirm:$false");
        Assert.Equal([garbage], Row.Digests(allowed.MustSucceed(), "Removed"));
    }

    // containerd/containerd#8408: a pod may report the digest of the image's configuration.
    [Theory]
    [InlineData("application/vnd.oci.image.manifest.v1+json")]
    [InlineData("application/vnd.docker.distribution.manifest.v2+json")]
    public async Task What_runs_by_the_digest_of_its_configuration_is_kept(string type)
    {
        await using Shop shop = await Shop.OpenAsync();
        string used = shop.Add(new ImageOptions { MediaType = type, UploadTime = DateTimeOffset.UtcNow.AddDays(-9) });
        string garbage = shop.Add(
            new ImageOptions { MediaType = type, UploadTime = DateTimeOffset.UtcNow.AddDays(-9) }
        );
        string index = shop.AddIndexOver(used);
        string config = (string)
            JsonNode.Parse(shop.State.Manifest(shop.Repository, "web", used))!["config"]!["digest"]!;

        ScriptResult result = shop.Run($"Remove-ArUntaggedImage $app -Confirm:$false -InUse {config}").MustSucceed();

        Assert.Equal(CleanUpWords.Sorted(used, index), Row.Digests(result, "Kept"));
        Assert.Equal([garbage], Row.Digests(result, "Removed"));
        Assert.Empty(result.Warnings);
    }

    [Theory]
    [InlineData("$app")]
    [InlineData("us-docker.pkg.dev/shop/apps")]
    [InlineData("(Get-ArImage $app)")]
    public async Task In_use_that_matches_nothing_ends_the_command_before_the_first_deletion(string what)
    {
        await using Shop shop = await Shop.OpenAsync();
        string garbage = shop.Add();
        shop.AddAged(TimeSpan.FromDays(9), "api");

        foreach (string verb in new[] { "Get", "Remove" })
        {
            ScriptResult result = shop.Run(
                $"try {{ {verb}-ArUntaggedImage {what} -InUse "
                    + $"{CleanUpWords.Nothing()}{(verb == "Remove" ? " -Confirm:$false" : "")} }} catch {{ throw }}"
            );

            Assert.NotNull(result.Thrown);
            Assert.Equal("InUseMatchesNothing", result.ErrorId);
            Assert.Empty(result.Output);
            Assert.Empty(shop.Changes);
        }

        ScriptResult meant = shop.Run(
                $"Remove-ArUntaggedImage {what} -InUse {CleanUpWords.Nothing()} -AllowUnmatchedInUse -Confirm:$false"
            )
            .MustSucceed();
        Assert.Contains(garbage, Row.Digests(meant, "Removed"));
        Assert.Contains(
            "1 of 1 entries of -InUse match nothing",
            Assert.Single(meant.Warnings),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task In_use_that_matches_in_one_image_only_is_enough_for_all()
    {
        await using Shop shop = await Shop.OpenAsync();
        string used = shop.Add(), api = shop.AddAged(TimeSpan.FromDays(9), "api");

        ScriptResult result = shop.Run(
                $"Remove-ArUntaggedImage us-docker.pkg.dev/shop/apps -InUse {used} -Confirm:$false"
            )
            .MustSucceed();

        Assert.Equal([used], Row.Digests(result, "Kept"));
        Assert.Equal([api], Row.Digests(result, "Removed"));
    }

    [Fact]
    public async Task Entries_of_in_use_that_match_nothing_are_counted_in_a_warning()
    {
        await using Shop shop = await Shop.OpenAsync();
        string used = shop.Add();
        shop.Add("v1");

        ScriptResult result = shop.Run(
            $"Get-ArUntaggedImage $app -InUse '{used}', '{CleanUpWords.Nothing()}', "
            + "\"${app}:v1\", 'nonsense', ([pscustomobject]@{ Pod = 1 })");

        Assert.Contains("3 of 5 entries of -InUse match nothing", Assert.Single(result.Warnings),
            StringComparison.Ordinal);
        Assert.Contains(CleanUpWords.Nothing(), result.Warnings[0], StringComparison.Ordinal);
        Assert.Empty(shop.Run($"Get-ArUntaggedImage $app -InUse {used}").MustSucceed().Warnings);
    }

    [Theory]
    [InlineData("", 2)]
    [InlineData("-OlderThan 30d", 1)]
    [InlineData("-OlderThan '30d'", 1)]
    [InlineData("-OlderThan:30d", 1)]
    [InlineData("-OlderThan $quoted", 1)]
    [InlineData("-OlderThan 2w", 1)]
    [InlineData("-OlderThan 12h", 2)]
    [InlineData("-OlderThan 90min", 2)]
    [InlineData("-OlderThan 0s", 3)]
    [InlineData("-OlderThan ([datetime]::Now.AddDays(-30))", 1)]
    [InlineData("-OlderThan ([datetime]::UtcNow.AddDays(-30))", 1)]
    [InlineData("-OlderThan ([datetimeoffset]::UtcNow.AddDays(-30))", 1)]
    [InlineData("-OlderThan ([datetime]::Now.AddDays(-30).ToString('yyyy-MM-dd'))", 1)]
    [InlineData("-OlderThan ([datetime]::UtcNow.AddDays(-30).ToString('yyyy-MM-ddTHH:mm:ssZ'))", 1)]
    [InlineData("-OlderThan ([timespan]::FromDays(30))", 1)]
    [InlineData("-OlderThan ([timespan]::Zero)", 3)]
    public async Task Only_what_is_older_is_deleted(string parameter, int removed)
    {
        await using Shop shop = await Shop.OpenAsync();
        string[] ages =
        [
            shop.AddAged(TimeSpan.FromDays(40)), shop.AddAged(TimeSpan.FromDays(5)),
            shop.AddAged(TimeSpan.FromMinutes(5)),
        ];

        ScriptResult result = shop.Run($"$quoted = '30d'; Remove-ArUntaggedImage $app -Confirm:$false {parameter}")
            .MustSucceed();

        Assert.Equal(CleanUpWords.Sorted(ages[..removed]), Row.Digests(result, "Removed"));
        Assert.Equal(CleanUpWords.Sorted(ages[removed..]), Row.Digests(result, "Kept"));
        Assert.Equal(CleanUpWords.Sorted(ages[removed..]), shop.Left());
    }

    [Theory]
    [InlineData("[timespan]::FromDays(30)", "30d")]
    [InlineData("[timespan]::FromHours(36)", "36h")]
    [InlineData("[timespan]::FromMinutes(90)", "90min")]
    [InlineData("[timespan]::FromSeconds(3601.5)", "3602s")]
    public async Task A_reason_has_an_age_as_a_person_would_write_it(string age, string written)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.AddAged(TimeSpan.Zero);

        ScriptResult result = shop.Run($"Get-ArUntaggedImage $app -OlderThan ({age})").MustSucceed();

        Assert.Contains(written, Assert.Single(result.Values("Reason"))!.Split(' '));
    }

    [Theory]
    [InlineData("30", "A number needs a unit: 30d")]
    [InlineData("0", "A number needs a unit: 0d")]
    [InlineData("$a", "quote it: $age = '30d'")]
    [InlineData("'30'", "A number needs a unit: 30d")]
    [InlineData("'-5d'", "Expected for example 30d")]
    [InlineData("'yesterday'", "Expected for example 30d")]
    [InlineData("'1.5d'", "Expected for example 30d")]
    [InlineData("'30 d'", "Expected for example 30d")]
    [InlineData("'01/02/2026'", "Expected for example 30d")]
    [InlineData("'99999999999999999999d'", "Expected for example 30d")]
    [InlineData("([timespan]::FromDays(-1))", "Expected for example 30d")]
    public async Task An_age_that_could_be_misread_is_refused_with_advice_before_any_request(string age, string advice)
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Add();

        ScriptResult result = shop.Run(
            $"$a = 30d; try {{ Remove-ArUntaggedImage $app -Confirm:$false -OlderThan {age} }} catch {{ throw }}");

        Assert.NotNull(result.Thrown);
        Assert.Equal("InvalidAge", result.ErrorId);
        Assert.Contains(advice, result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(shop.Emulator.Requests.Snapshot());
    }

    [Fact]
    public async Task The_later_of_upload_and_update_counts_as_age()
    {
        await using Shop shop = await Shop.OpenAsync();
        DateTimeOffset now = DateTimeOffset.UtcNow;
        string updated = shop.Add(new ImageOptions { UploadTime = now.AddDays(-40), UpdateTime = now.AddMinutes(-5) });
        string uploaded = shop.Add(new ImageOptions { UploadTime = now.AddMinutes(-5), UpdateTime = now.AddDays(-40) });

        Dictionary<string, Row> rows = Row.ByDigest(shop.Run("Get-ArUntaggedImage $app").MustSucceed());

        Assert.Equal("Keep", rows[updated].Decision);
        Assert.StartsWith("not older than 1h (updated", rows[updated].Reason, StringComparison.Ordinal);
        Assert.Equal("Keep", rows[uploaded].Decision);
        Assert.StartsWith("not older than 1h (uploaded", rows[uploaded].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_young_index_keeps_its_old_children_and_the_signature_of_a_young_image_its_subject()
    {
        await using Shop shop = await Shop.OpenAsync();
        string child = shop.Add(), subject = shop.Add(), garbage = shop.Add();
        DateTimeOffset now = DateTimeOffset.UtcNow;
        string index = shop.Add(new ImageOptions { UploadTime = now, Children = [new ChildManifest(child)] });
        string signature = shop.Add(
            new ImageOptions { UploadTime = now, ArtifactType = "a/b", SubjectDigest = subject });

        ScriptResult result = shop.Run("Remove-ArUntaggedImage $app -Confirm:$false").MustSucceed();

        Assert.Equal([garbage], Row.Digests(result, "Removed"));
        Assert.Equal(CleanUpWords.Sorted(child, subject, index, signature), Row.Digests(result, "Kept"));
    }

    [Fact]
    public async Task The_newest_are_counted_for_each_image_over_what_could_be_run_on_its_own()
    {
        await using Shop shop = await Shop.OpenAsync();
        string oldest = shop.AddAged(TimeSpan.FromDays(30)), newer = shop.AddAged(TimeSpan.FromDays(20));
        AddedIndex index = shop.AddIndex(TimeSpan.FromDays(10));
        string ofOldest = shop.AddSignature(oldest), ofNewer = shop.AddSignature(newer);
        AddedIndex tagged = shop.AddIndex(TimeSpan.FromDays(2), "v3");
        string young = shop.AddAged(TimeSpan.FromMinutes(1)); // kept for its age, so it uses up nothing
        string[] api = [shop.AddAged(TimeSpan.FromDays(50), "api"), shop.AddAged(TimeSpan.FromDays(40), "api")];

        ScriptResult result = shop.Run(
            "Remove-ArUntaggedImage us-docker.pkg.dev/shop/apps -KeepNewest 2 -Confirm:$false").MustSucceed();

        Assert.Equal(CleanUpWords.Sorted(oldest, ofOldest), Row.Digests(result, "Removed"));
        Assert.Equal(
            CleanUpWords.Sorted([newer, ofNewer, index.Digest, .. index.Children, .. tagged.Children, young, .. api]),
            Row.Digests(result, "Kept"));
        Assert.Contains("one of the 2 newest untagged images", result.Values("Reason"));
    }

    [Theory]
    [InlineData("""{ "action": "KEEP", "condition": { "tagState": "UNTAGGED" } }""", true, true)]
    [InlineData("""{ "action": "KEEP", "condition": { "tagState": "ANY" } }""", true, true)]
    [InlineData("""{ "action": "KEEP", "condition": {} }""", true, true)]
    [InlineData("""{ "action": "KEEP", "condition": { "tagState": "TAGGED" } }""", false, false)]
    [InlineData("""{ "action": "KEEP", "condition": { "tagState": "ANY", "tagPrefixes": ["v"] } }""", false, false)]
    [InlineData("""{ "action": "KEEP", "condition": { "tagState": "ANY", "newerThan": "864000s" } }""", false, true)]
    [InlineData("""{ "action": "KEEP", "condition": { "tagState": "ANY", "olderThan": "864000s" } }""", true, false)]
    [InlineData(
        """{ "action": "Keep", "condition": { "tagState": "untagged", "olderThan": "864000.0s" } }""",
        true,
        false
    )]
    [InlineData("""{ "action": "KEEP", "condition": { "packageNamePrefixes": ["api", "we"] } }""", true, true)]
    [InlineData("""{ "action": "KEEP", "condition": { "packageNamePrefixes": ["api"] } }""", false, false)]
    [InlineData("""{ "action": "KEEP", "condition": { "versionNamePrefixes": ["sha256:"] } }""", true, true)]
    [InlineData("""{ "action": "KEEP", "condition": { "versionNamePrefixes": ["v"] } }""", false, false)]
    [InlineData("""{ "action": "KEEP", "condition": { "tagState": "UNTAGGED", "moreStaleThan": "9s" } }""", true, true)]
    [InlineData("""{ "action": "KEEP", "mostRecentVersions": { "keepCount": 1 } }""", false, true)]
    [InlineData(
        """{ "action": "KEEP", "mostRecentVersions": { "keepCount": 9, "packageNamePrefixes": ["w"] } }""",
        true,
        true
    )]
    [InlineData(
        """{ "action": "KEEP", "mostRecentVersions": { "keepCount": 9, "packageNamePrefixes": ["x"] } }""",
        false,
        false
    )]
    [InlineData("""{ "action": "DELETE", "condition": { "tagState": "ANY", "olderThan": "1s" } }""", false, false)]
    public async Task What_a_KEEP_policy_of_the_repository_protects_is_kept_and_DELETE_policies_are_not_ours(
        string policy, bool oldStays, bool youngStays)
    {
        await using Shop shop = await Shop.OpenAsync();
        RepositoryName repository = AddRepositoryWith(shop, policy);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        string old = shop.State.AddImage(repository, "web", new ImageOptions { UploadTime = now.AddDays(-40) });
        string young = shop.State.AddImage(repository, "web", new ImageOptions { UploadTime = now.AddDays(-2) });

        ScriptResult result = shop.Run("Remove-ArUntaggedImage us-docker.pkg.dev/shop/kept/web -Confirm:$false")
            .MustSucceed();

        string[] stays = [.. oldStays ? [old] : Array.Empty<string>(), .. youngStays ? [young] : Array.Empty<string>()];
        Assert.Equal(CleanUpWords.Sorted(stays), Row.Digests(result, "Kept"));
        Assert.Equal(CleanUpWords.Sorted(stays), CleanUpWords.Sorted(shop.State.Digests(repository, "web")));
        if (stays.Length > 0) Assert.Contains("kept by the repository's policy 'ours'", result.Values("Reason"));
    }

    [Fact]
    public async Task What_a_policy_keeps_keeps_in_turn_what_it_holds()
    {
        await using Shop shop = await Shop.OpenAsync();
        RepositoryName repository = AddRepositoryWith(
            shop, """{ "action": "KEEP", "condition": { "tagState": "ANY", "olderThan": "864000s" } }""");
        AddedIndex index = shop.State.AddIndex(
            repository, "web", ["linux/amd64"], new ImageOptions { UploadTime = DateTimeOffset.UtcNow.AddDays(-2) });
        shop.State.AddImage(repository, "web", new ImageOptions
        {
            UploadTime = DateTimeOffset.UtcNow.AddDays(-40),
            Children = [new ChildManifest(index.Digest)],
        });

        shop.Run("Remove-ArUntaggedImage us-docker.pkg.dev/shop/kept -Confirm:$false").MustSucceed();

        Assert.Equal(3, shop.State.DigestCount(repository));
        Assert.Empty(shop.Changes);
    }

    [Fact]
    public async Task All_roots_together_keep_each_its_own_and_the_rest_goes()
    {
        await using Shop shop = await Shop.OpenAsync();
        AddedIndex tagged = shop.AddIndex(TimeSpan.FromDays(90), "v1");
        string used = shop.AddAged(TimeSpan.FromDays(80)), garbage = shop.AddAged(TimeSpan.FromDays(70));
        string newest = shop.AddAged(TimeSpan.FromDays(60)), young = shop.AddAged(TimeSpan.FromDays(3));

        Dictionary<string, Row> rows = Row.ByDigest(
            shop.Run($"Get-ArUntaggedImage $app -InUse {used} -OlderThan 30d -KeepNewest 1").MustSucceed());

        Assert.Equal(("Delete", "untagged, nothing refers to it"), (rows[garbage].Decision, rows[garbage].Reason));
        Assert.Equal(("Keep", "in use"), (rows[used].Decision, rows[used].Reason));
        Assert.Equal(("Keep", "one of the 1 newest untagged images"), (rows[newest].Decision, rows[newest].Reason));
        Assert.StartsWith("not older than 30d", rows[young].Reason, StringComparison.Ordinal);
        Assert.All(tagged.Children,
            child => Assert.Equal(("Keep", tagged.Digest), (rows[child].Decision, rows[child].RelatedTo)));
        Assert.Equal(7, rows.Count);
        Assert.Empty(shop.Changes);
    }

    private static RepositoryName AddRepositoryWith(Shop shop, string policy)
    {
        JsonNode ours = JsonNode.Parse(policy)!;
        ours["id"] = "ours";
        return shop.State.AddRepository("us-docker.pkg.dev/shop/kept", new RepositoryOptions
        {
            Settings = new JsonObject { ["cleanupPolicies"] = new JsonObject { ["ours"] = ours } },
        });
    }

    [Theory]
    [InlineData("1h")]
    [InlineData("([DateTime]::Now.AddHours(-1))")]
    public async Task A_clock_that_is_ahead_makes_nothing_old(string age)
    {
        // By this machine's clock, which is two hours ahead, what was pushed a minute ago is 121 minutes old.
        await using Shop shop = await Shop.OpenAsync(
            new Behaviour { OperationTime = TimeSpan.Zero, ClockOffset = TimeSpan.FromHours(-2) }
        );
        shop.AddAged(TimeSpan.FromMinutes(121));

        Assert.Equal(["Keep"], shop.Run($"Get-ArUntaggedImage $app -OlderThan {age}").MustSucceed().Values("Decision"));
    }
}
