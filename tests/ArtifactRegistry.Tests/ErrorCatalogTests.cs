using System.Management.Automation;
using System.Reflection;
using System.Text.RegularExpressions;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.CleanUp;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>Every error id: it can be provoked, says what to do, and is documented.</summary>
public sealed class ErrorCatalogTests
{
    private const string Defect = "UnexpectedError";

    // What no command can provoke: the one would be a defect, and where the service says the other, commands know
    // better.
    private static readonly string[] Unprovoked = [Defect, "AlreadyExists"];

    private static readonly Dictionary<string, (ErrorCategory Category, string Advice)> Catalog = Read();

    public static TheoryData<string, string, string> Errors =>
        new()
        {
            {
                "NotFound",
                "Get-ArImage \"${app}:v9\"",
                "'us-docker.pkg.dev/shop/apps/web:v9' was not found: the image exists, but has no tag 'v9'."
            },
            { "NotFound", "Get-ArNodeServiceAccount shop -Cluster none", "There is no cluster none in project shop." },
            {
                "AccessDenied",
                "deny artifactregistry.tags.delete; Remove-ArImageTag \"${app}:v1\"",
                "Permission 'artifactregistry.tags.delete' denied"
            },
            {
                "NotAuthenticated",
                "Connect-ArRegistry -Endpoint $endpoint > $null; Get-ArImage $app",
                "No credentials were found"
            },
            { "InvalidArgument", "Grant-ArReader $repo somebody", "'somebody' is not a member." },
            { "NotAllowedByState", "immutable; Remove-ArImageTag \"${app}:v1\"", "tag immutability" },
            { "ConcurrentChange", "push-while-asking; Remove-ArImage $app -All", "nothing was deleted, since" },
            { "QuotaExceeded", "fault GET 429; Get-ArImage $app", "'us-docker.pkg.dev/shop/apps/web': Quota exceeded" },
            { "ServiceUnavailable", "fault GET 503; Get-ArImage $app", "'us-docker.pkg.dev/shop/apps/web': " },
            {
                "TimedOut",
                "Connect-ArRegistry x -Endpoint $endpoint -TimeoutSec 1 > $null; hold DELETE; Remove-ArImageTag "
                    + "\"${app}:v1\"",
                "No answer within 1 s."
            },
            {
                "OperationLost",
                "lost; Connect-ArRegistry x -Endpoint $endpoint -OperationTimeoutSec 1 > $null; Remove-ArImage "
                    + "\"${app}:v2\" -Force",
                "The service no longer knows the operation"
            },
            {
                "Unreachable",
                "Connect-ArRegistry x -Endpoint http://127.0.0.1:9/ > $null; Get-ArImage $app",
                "refused"
            },
            {
                "UnexpectedAnswer",
                "fault GET json; Get-ArImage $app",
                "The answer is not the JSON that the API documents."
            },
            {
                "UnsafeRequest",
                "Connect-ArRegistry x -Endpoint http://registry.example/",
                "'http://registry.example/' (-Endpoint) cannot be used"
            },
            { "TagExists", "Add-ArImageTag \"${app}:v1\" -Tag v2", "v2" },
            { "TagMoved", "Add-ArImageTag \"${app}:v1\" -Tag v2 -ExpectedDigest $free", "v2" },
            { "ImageTagged", "Remove-ArImage \"$app@$one\" -Force", "was not deleted: it has the tag v1." },
            {
                "ImageReferenced",
                "Remove-ArImage \"$multi@$child\" -Force",
                "was not deleted: the service refuses to delete it"
            },
            {
                "MemberNotFound",
                "Grant-ArReader $repo gone@shop.iam.gserviceaccount.com",
                "gone@shop.iam.gserviceaccount.com"
            },
            { "MemberNotAllowed", "Grant-ArReader $repo user:them@elsewhere.example", "them@elsewhere.example" },
            {
                "RoleNotFound",
                "Grant-ArReader $repo user:me@example.com -Role roles/artifactregistry.rider",
                "roles/artifactregistry.rider"
            },
            { "PolicyFull", "Grant-ArReader $repo (1..1501 | ForEach-Object { \"user:u$_@example.com\" })", "1,500" },
            { "OutsidePerimeter", "perimeter; Get-ArImage $app", "Request is prohibited by organization's policy" },
            { "NameNotSpecific", "Remove-ArImage $app -Force", "names an image but no digest or tag." },
            { "InvalidImageName", "Add-ArImageTag \"${app}:v1\" -Tag 'a b'", "is not accepted as an image name" },
            { "InvalidArgument", "Get-ArRepository '../x'", "This is not accepted: the project '../x' is malformed" },
            {
                "ConfirmationRequired",
                "Remove-ArImage $app -All",
                "This needs a confirmation, and nobody can be asked here, so nothing was changed."
            },
            { "InvalidAge", "Get-ArUntaggedImage $app -OlderThan soon", "'soon' is not an age." },
            { "InvalidAge", "Get-ArUntaggedImage $app -OlderThan 2100-01-01", "lies in the future" },
            { "InUseEmpty", "Get-ArUntaggedImage $app -InUse @()", "-InUse holds nothing." },
            { "InUseMissing", "Protect-ArImage $app", "Neither -InUseFrom nor -InUse says what runs." },
            {
                "InUseMissing",
                "Get-ArStaleImage $app -OlderThan 9d",
                "Neither -InUseFrom nor -InUse says which images run. If nobody knows, use -WithoutInUse."
            },
            {
                "OlderThanMissing",
                "Remove-ArStaleImage $app -WithoutInUse",
                "Neither -OlderThan nor -RulePath was given." },
            {
                "InvalidRule",
                "Get-ArStaleImage $app -WithoutInUse -OlderThan 9d -ExcludeTag '^v'",
                "A regular expression is written between slashes"
            },
            {
                "InUseMatchesNothing",
                "Get-ArUntaggedImage $app -InUse "
                    + "'sha256:0000000000000000000000000000000000000000000000000000000000000000'",
                "No entry of -InUse (1 in all) names anything of the images looked at"
            },
            {
                "ClusterUnreachable",
                "cluster; Get-ArImageInUse games -Source Kubernetes",
                "nothing leaves this machine"
            },
            {
                "LocationUnreachable",
                "zones; Get-ArImageInUse shop -Source Kubernetes",
                "GKE could not ask us-central1-a."
            },
            {
                "NotPermitted",
                "deny container.clusters.list; Get-ArImageInUse shop -Source Kubernetes",
                "which needs container.clusters.list"
            },
            {
                "InUseIncomplete",
                "zones; Get-ArImageInUse shop -Source Kubernetes -ErrorAction Ignore",
                "1 part could not be read (projects/shop), so nothing is listed."
            },
            {
                "InvalidThreshold",
                "Remove-ArUntaggedImage $app -AbortAbove many",
                "'many' is neither a count such as 500"
            },
            { "InvalidTimeLimit", "Remove-ArUntaggedImage $app -TimeLimit 5", "'5' is not a time with a unit" },
            {
                "TooManyToDelete",
                "Remove-ArUntaggedImage $app -AbortAbove 0",
                "1 digests would be deleted. -AbortAbove 0 allows no more"
            },
            {
                "JournalNotWritable",
                "Remove-ArUntaggedImage $app -JournalPath /does/not/exist/journal",
                "cannot be written, so nothing was deleted"
            },
            {
                "JournalInUse",
                "$journal = Join-Path ([IO.Path]::GetTempPath()) ([guid]::NewGuid()); $held = "
                    + "[IO.File]::Open(\"$journal.lock\", 'OpenOrCreate', 'Write', 'None'); "
                    + "try { Remove-ArUntaggedImage $app -JournalPath $journal } finally { $held.Dispose(); "
                    + "[IO.File]::Delete(\"$journal.lock\"); [IO.File]::Delete($journal) }",
                "is in use, so nothing was deleted"
            },
            {
                "ArchiveNotWritable",
                "Remove-ArUntaggedImage $app -ArchivePath \"$PSHOME/System.Management.Automation.dll/undo\"",
                "cannot be written, so nothing was deleted"
            },
            {
                "ArchiveInUse",
                "$undo = Join-Path ([IO.Path]::GetTempPath()) ([guid]::NewGuid()); "
                    + "$null = [IO.Directory]::CreateDirectory($undo); "
                    + "$held = [IO.File]::Open(\"$undo/.lock\", 'OpenOrCreate', 'Write', 'None'); "
                    + "try { Remove-ArUntaggedImage $app -ArchivePath $undo } finally { $held.Dispose(); "
                    + "[IO.Directory]::Delete($undo, $true) }",
                "is in use, so nothing was deleted"
            },
            {
                "ArchiveNotReadable",
                "Restore-ArImage /does/not/exist",
                "is not an archive: there is no such folder"
            },
            {
                "ContentMissing",
                "saved; try { Restore-ArImage $undo } finally { [IO.Directory]::Delete($undo, $true) }",
                "was not restored, and nothing was written"
            },
            {
                "InvalidRule",
                $"Get-ArStaleImage -RulePath '{Checkout.Root}/LICENSE'",
                "cannot be used, so nothing is listed:\n- The name of the file ends neither with .psd1 nor with .json."
            },
            {
                "RegistryDiffers",
                "comes-back; Remove-ArUntaggedImage $app -Confirm:$false",
                "the registry still has it"
            },
        };

    [Theory, MemberData(nameof(Errors))]
    public async Task An_error_says_what_happened_to_what_and_what_to_do(string id, string command, string text)
    {
        ScriptedHost? host = command.StartsWith("push-while-asking", StringComparison.Ordinal)
            ? new ScriptedHost("Yes")
            : null;
        await using Shop shop = await OpenAsync(host);
        if (host is not null) host.WhenAsked = _ => shop.Add("pushed");
        string before = shop.Contents();
        RequestHold? hold = Arrange(shop, ref command);

        ScriptResult result = shop.Run(command);
        hold?.Dispose();

        ErrorRecord error = result.Thrown is IContainsErrorRecord thrown ? thrown.ErrorRecord : result.Errors[0];
        Assert.Equal(id, error.Id());
        Assert.Equal(Catalog[id].Category, error.CategoryInfo.Category);
        Assert.Contains(text, error.ErrorDetails.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", error.ErrorDetails.Message, StringComparison.Ordinal);
        Assert.False(string.IsNullOrWhiteSpace(error.ErrorDetails.RecommendedAction));
        Assert.DoesNotContain(
            "..",
            error.ErrorDetails.Message.Replace("'../x'", "", StringComparison.Ordinal),
            StringComparison.Ordinal
        );
        Assert.NotNull(error.TargetObject);
        if (id is not ("TimedOut" or "ConcurrentChange" or "OperationLost" or "RegistryDiffers"))
            Assert.Equal(before, shop.Contents());
    }

    [Fact]
    public void Every_id_is_provoked_above_and_has_an_advice()
    {
        Assert.Equal(Catalog.Keys.Except(Unprovoked).Order(), Errors.Select(row => row.Data.Item1).Distinct().Order());
        Assert.All(Catalog.Values, entry => Assert.True(entry.Advice.Length > 20));
        Assert.All(Catalog.Where(entry => entry.Key != Defect), entry =>
            Assert.NotEqual(ErrorCategory.NotSpecified, entry.Value.Category)
        );
    }

    [Fact]
    public void No_error_record_is_made_beside_the_catalog()
    {
        foreach (
            string file in Directory.EnumerateFiles(
                Path.Combine(Checkout.Root, "src", "ArtifactRegistry"),
                "*.cs",
                SearchOption.AllDirectories
            )
        )
            if (Path.GetFileName(file) != "ErrorRecords.cs")
                Assert.DoesNotMatch(@"new ErrorRecord\(", File.ReadAllText(file));
    }

    [Fact]
    public void The_about_page_has_a_table_of_every_id_that_the_build_made_from_the_catalog()
    {
        string page = File.ReadAllText(Path.Combine(Checkout.Root, "en-US", "about_ArtifactRegistry.help.txt"));
        string table = page[
            page.IndexOf("\nERROR IDS", StringComparison.Ordinal)..page.IndexOf("\nSEE ALSO", StringComparison.Ordinal)
        ];

        IEnumerable<string> documented = Regex
            .Matches(table, @"^    ([A-Z]\w+)  +\S", RegexOptions.Multiline)
            .Select(row => row.Groups[1].Value);
        Assert.Equal(Catalog.Keys.Order(StringComparer.Ordinal), documented.Where(word => word is not "Id"));
        Assert.All(page.Split('\n'), line => Assert.True(line.Length <= 80, line));
    }

    /// <summary>
    /// Words in front of a command that arrange what goes wrong; a hold is released when it has failed.
    /// </summary>
    private static RequestHold? Arrange(Shop shop, ref string command)
    {
        RequestHold? hold = null;
        foreach (string part in command.Split("; "))
        {
            string[] words = part.Split(' ');
            switch (words)
            {
                case ["deny", string permission]:
                    shop.Emulator.Behaviour.Denials = [new Denial(permission)];
                    break;
                case ["fault", string method, string what]:
                    Fault(shop, method, what);
                    break;
                case ["hold", string method]:
                    hold = shop.Hold(method, "/tags/");
                    break;
                case ["immutable"]:
                    shop.State.SetImmutableTags(shop.Repository, true);
                    break;
                case ["perimeter"]:
                    shop.Emulator.Behaviour.Perimeter = [new Denial("*")];
                    break;
                case ["lost"]:
                    (shop.Emulator.Behaviour.OperationPolls, shop.Emulator.Behaviour.OperationTime) = (
                        2,
                        TimeSpan.FromHours(1)
                    );
                    shop.Emulator.Behaviour.OperationFate = _ => OperationFate.Vanishes;
                    break;
                case ["comes-back"]:
                    DateTimeOffset uploaded = DateTimeOffset.UtcNow.AddDays(-20);
                    string digest = shop.Add(new ImageOptions { UploadTime = uploaded });
                    shop.Emulator.Behaviour.BeforeHandling = request =>
                    {
                        if (request.Is("GET", "/versions?") && !shop.State.HasDigest(shop.Repository, "web", digest))
                            shop.State.PushAgain(shop.Repository, digest, uploaded);
                    };
                    break;
                case ["saved"]:
                    shop.AddBuild("saved");
                    shop.Run(
                        "$undo = Join-Path ([IO.Path]::GetTempPath()) ([guid]::NewGuid()); Remove-ArImage "
                            + "\"${app}:saved\" -Confirm:$false -ArchivePath $undo").MustSucceed();
                    break;
                case ["cluster"]:
                    shop.State.AddCluster("games", "us-central1", "arena"); // at an address elsewhere
                    break;
                case ["zones"]:
                    shop.State.SetMissingZones("shop", "us-central1-a");
                    break;
                case ["push-while-asking"]:
                    break;
                default:
                    continue;
            }

            command = command.Replace(part + "; ", "", StringComparison.Ordinal);
        }

        return hold;
    }

    private static void Fault(Shop shop, string method, string what)
    {
        Func<RecordedRequest, bool> when = request => request.Method == method;
        // A pause that nobody sits through is reported at once.
        const string Never = "86400";
        shop.Emulator.Behaviour.Faults.Add(what switch
        {
            "429" => new Fault(FaultKind.TooManyRequests) { When = when, RetryAfter = Never },
            "503" => new Fault(FaultKind.Unavailable) { When = when, RetryAfter = Never },
            _ => new Fault(FaultKind.MalformedJson) { When = when },
        });
    }

    private static Dictionary<string, (ErrorCategory, string)> Read()
    {
        using PowerShellSession session = new();
        Assembly module = ((CmdletInfo)session.Run("Get-Command Get-ArImage").MustSucceed().Output[0].BaseObject)
            .ImplementingType
            .Assembly;
        object all = module
            .GetType("ArtifactRegistry.ErrorCatalog", throwOnError: true)!
            .GetProperty("All")!
            .GetValue(null)!;
        return ((IEnumerable<object>)all).ToDictionary(
            entry => (string)Property(entry, "Id"),
            entry => ((ErrorCategory)Property(entry, "Category"), (string)Property(entry, "Advice")));

        static object Property(object entry, string name) => entry.GetType().GetProperty(name)!.GetValue(entry)!;
    }

    /// <summary>$one has the tag v1, another v2; $free has none; $child is in the index of $multi.</summary>
    private static async Task<Shop> OpenAsync(ScriptedHost? host)
    {
        Shop shop = await Shop.OpenAsync(host: host);
        shop.Session.Set("endpoint", shop.Emulator.Url);
        shop.Session.Set("repo", "us-docker.pkg.dev/shop/apps");
        shop.Session.Set("one", shop.Add("v1"));
        shop.Add("v2");
        shop.Session.Set("free", shop.Add());
        shop.State.AddIndex(shop.Repository, "multi", ["linux/amd64"], new ImageOptions { Tags = ["v1"] });
        shop.Session.Set("multi", "us-docker.pkg.dev/shop/apps/multi");
        shop.Session.Run("$child = (Get-ArImage $multi | Where-Object { -not $_.Tags }).Digest").MustSucceed();
        shop.Emulator.Behaviour.ForbiddenMembers = ["user:*@elsewhere.example"];
        return shop;
    }
}
