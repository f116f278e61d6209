using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.InUse;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests;

/// <summary>What one cmdlet emits, the next one takes: as objects, and from a file.</summary>
public sealed class NounTests
{
    private const string Repository = "us-docker.pkg.dev/shop/apps";

    /// <summary>Nouns, a command that emits them, and what takes them.</summary>
    private static readonly (string Noun, string Upstream, string[] Downstream)[] Nouns =
    [
        (
            "Repository",
            "Get-ArRepository -Project shop",
            [
                // A clean-up takes a whole repository by name alone: a row that lost its columns must not widen it.
                "Get-ArRepository",
                "Protect-ArImage -InUse 'us-docker.pkg.dev/shop/apps/web:v1' -WhatIf",
                "Unprotect-ArImage -InUse us-docker.pkg.dev/a/b/c:v1 -AllowUnmatchedInUse -WhatIf",
                "Get-ArImage",
                "Get-ArImageTag",
                "Get-ArReader",
                "Get-ArRegistryCredential",
                "Get-ArImageInUse -Source CloudRun | ForEach-Object ToString",
            ]
        ),
        (
            "ImageInUse",
            "Get-ArImageInUse games -Source CloudRun",
            [
                "Get-ArImage",
                "Get-ArImageTag",
                "Get-ArUntaggedImage",
                "Protect-ArImage -WhatIf",
                "Remove-ArUntaggedImage -WhatIf",
                "Remove-ArImage -WhatIf",
                "Get-ArRegistryCredential",
                "Get-ArImageInUse -Source CloudRun | ForEach-Object ToString",
                "ForEach-Object { Add-ArImageTag $_ -Tag new -WhatIf }",
            ]
        ),
        (
            "DockerImage",
            "Get-ArImage $app",
            [
                "Get-ArImage",
                "Get-ArImageTag",
                "Get-ArUntaggedImage",
                "Remove-ArUntaggedImage -WhatIf",
                "Remove-ArImage -DeleteTags -WhatIf",
                "Test-ArPull -Project games",
                "Get-ArRegistryCredential",
                "ForEach-Object { Add-ArImageTag $_ -Tag new -WhatIf }",
            ]
        ),
        (
            "ImageTag",
            "Get-ArImageTag $app -Tag *",
            [
                "Get-ArImage",
                "Get-ArImageTag",
                "Remove-ArImageTag -WhatIf",
                "Remove-ArImage -DeleteTags -WhatIf",
                "Add-ArImageTag",
                "Test-ArPull -Project games",
                "Get-ArRegistryCredential",
            ]
        ),
        (
            "QuarantinedImage",
            "Remove-ArUntaggedImage $app -Quarantine 14d -Force | Out-Null; Get-ArQuarantinedImage $app",
            [
                "Get-ArImage",
                "Get-ArImageTag",
                "Get-ArQuarantinedImage",
                "Remove-ArImageTag -WhatIf",
                "Remove-ArImage -DeleteTags -WhatIf",
                "Add-ArImageTag -Tag new -WhatIf",
                "Test-ArPull -Project games",
                "Get-ArRegistryCredential",
            ]
        ),
        (
            "StaleImage",
            "Get-ArStaleImage $app -WithoutInUse -OlderThan 0s",
            [
                "Get-ArImage",
                "Get-ArImageTag",
                "Get-ArStaleImage",
                "Get-ArUntaggedImage",
                "Remove-ArStaleImage -WhatIf",
                "Remove-ArUntaggedImage -WhatIf",
                "Remove-ArImage -DeleteTags -WhatIf",
                "Test-ArPull -Project games",
                "Get-ArRegistryCredential",
                "ForEach-Object { Add-ArImageTag $_ -Tag new -WhatIf }",
            ]
        ),
        (
            "UntaggedImage",
            "Get-ArUntaggedImage $app",
            [
                "Get-ArImage",
                "Get-ArImageTag",
                "Get-ArUntaggedImage",
                "Remove-ArUntaggedImage -WhatIf",
                "Remove-ArImage -WhatIf",
                "Test-ArPull -Project games",
                "Get-ArRegistryCredential",
                "ForEach-Object { Add-ArImageTag $_ -Tag new -WhatIf }",
            ]
        ),
        (
            "RemovedImage",
            "Remove-ArUntaggedImage $app -WhatIf",
            [
                "Get-ArImage",
                "Get-ArImageTag",
                "Get-ArUntaggedImage",
                "Remove-ArUntaggedImage -WhatIf",
                "Remove-ArImage -WhatIf",
                "Test-ArPull -Project games",
                "Get-ArRegistryCredential",
                "Restore-ArImage $undo",
            ]
        ),
        (
            "RestoredImage",
            "Restore-ArImage $undo",
            [
                "Get-ArImage",
                "Get-ArImageTag",
                "Remove-ArImage -DeleteTags -WhatIf",
                "Restore-ArImage $undo",
                "Get-ArRegistryCredential",
                "ForEach-Object { Add-ArImageTag $_ -Tag new -WhatIf }",
            ]
        ),
        (
            "CopiedImage",
            "Copy-ArImage $app us-docker.pkg.dev/shop/prod -KeepTag",
            [
                "Get-ArImage",
                "Get-ArImageTag",
                "Get-ArUntaggedImage",
                "Remove-ArImage -DeleteTags -WhatIf",
                "Copy-ArImage -Destination us-docker.pkg.dev/shop/prod/other -WhatIf",
                "Test-ArPull -Project games",
                "Get-ArRegistryCredential",
                "ForEach-Object { Add-ArImageTag $_ -Tag new -WhatIf }",
            ]
        ),
        (
            "Reader",
            $"Get-ArReader {Repository}",
            ["Grant-ArReader", "Revoke-ArReader -WhatIf", "Test-ArReader", $"Get-ArReader {Repository} -Explain"]
        ),
        (
            "ReaderExplanation",
            $"'reader@shop.iam.gserviceaccount.com', 'user:b@b.example' | Get-ArReader {Repository} -Explain",
            [
                $"Grant-ArReader {Repository} -WhatIf",
                $"Test-ArReader {Repository}",
                $"Get-ArReader {Repository} -Explain",
            ]
        ),
        (
            "NodeServiceAccount",
            "Get-ArNodeServiceAccount games",
            [
                $"Grant-ArReader {Repository} -WhatIf",
                $"Revoke-ArReader {Repository} -WhatIf",
                $"Test-ArReader {Repository}",
                "Get-ArImageInUse -Source CloudRun | ForEach-Object ToString",
                $"Get-ArReader {Repository} -Explain",
            ]
        ),
        (
            "NewNodeServiceAccount",
            "New-ArNodeServiceAccount gke-nodes -Project games 3> $null 6> $null",
            [$"Grant-ArReader {Repository} -WhatIf", $"Test-ArReader {Repository}"]
        ),
        (
            "PullTestResult",
            "Test-ArPull \"${app}:v1\" -Project games 6> $null",
            [
                "Grant-ArReader -WhatIf",
                "Test-ArReader",
                $"Get-ArReader {Repository} -Explain",
                "Test-ArPull -Project games",
                "Get-ArImage",
                "Get-ArImageTag",
            ]
        ),
        ("StaleRuleTestResult", $"Test-ArStaleRule '{Checkout.Root}/global.json'", ["Test-ArStaleRule"]),
    ];

    private static readonly Dictionary<string, string> Journeys = new()
    {
        ["CSV"] = Journey.Csv,
        ["Clixml"] = Journey.Clixml,
        ["JSON"] = "ConvertTo-Json -Depth 4 | ConvertFrom-Json",
        ["a job"] =
            "ForEach-Object { $s = [Management.Automation.PSSerializer]; $s::Deserialize($s::Serialize($_, 1)) }",
    };

    public static TheoryData<string> AllNouns => [.. Nouns.Select(noun => noun.Noun)];

    [Theory, MemberData(nameof(AllNouns))]
    public async Task What_one_cmdlet_emits_the_next_one_takes_also_from_a_file(string noun)
    {
        await using Shop shop = await OpenAsync();
        using TemporaryFolder folder = new();
        shop.SaveAnImage(folder.Path);
        shop.State.AddServiceAccount("shop", "reader");
        (_, string upstream, string[] downstream) = Nouns.Single(each => each.Noun == noun);
        shop.Session.Run($"$rows = @({upstream})").MustSucceed();
        Assert.All(shop.Session.Run("$rows").Output, row => Assert.Contains($"ArtifactRegistry.{noun}", row.TypeNames));
        foreach (string command in downstream)
        {
            string[] direct = Text(shop.Run($"$rows | {command} 3> $null 6> $null"), "objects");
            foreach ((string journey, string step) in Journeys)
                Assert.Equal(direct, Text(shop.Run($"$rows | {step} | {command} 3> $null 6> $null"), journey));

            string[] Text(ScriptResult result, string journey)
            {
                Assert.True(
                    result.Thrown is null && result.Errors.Count == 0,
                    $"{noun} as {journey} | {command}: {result.Thrown?.Message} {string.Join(' ', result.Errors)}");
                return [
                    .. result.Output.Select(row =>
                        row.Properties["ExpiresAt"] is not null
                            ? row.Properties["Registry"].Value.ToString()!
                            : string.Join(
                                ' ',
                                row.Properties.Where(each => each.Name is not ("Uploaded" or "Updated"))
                                    .Select(each => $"{each.Name}={each.Value}")
                                    .Prepend(row.ToString())
                            )
                    ),
                ];
            }
        }
    }

    [Fact]
    public async Task The_journal_of_a_clean_up_names_images_again()
    {
        await using Shop shop = await OpenAsync();
        string journal = Path.GetTempFileName();
        try
        {
            shop.Emulator.Behaviour.Faults.Add(
                new Fault(FaultKind.Forbidden) { When = request => request.Is("DELETE", "/versions/") }
            );
            ScriptResult failed = shop.Run(
                $"Remove-ArUntaggedImage $app -OlderThan 0s -Force -JournalPath '{journal}' | Where-Object Status -eq "
                    + $"Failed"
            );
            shop.Emulator.Behaviour.Faults.Clear();

            ScriptResult result = shop.Run(
                    $"Get-Content '{journal}' | ConvertFrom-Json | Where-Object {{ $_.event -eq 'result' -and "
                        + $"$_.status -eq 'Failed' }} | Remove-ArImage -Force"
                )
                .MustSucceed();

            Assert.NotEmpty(failed.Output);
            Assert.Equal(failed.Values("Digest").Order(), result.Values("Digest").Order());
            Assert.All(result.Values("Status"), status => Assert.Equal("Removed", status));
        }
        finally
        {
            File.Delete(journal);
        }
    }

    [Fact]
    public void Every_noun_and_every_cmdlet_that_takes_one_is_tried()
    {
        using PowerShellSession session = new();
        string[] emitted =
        [
            .. session
                .Run(
                    "(Get-Command -Module ArtifactRegistry -CommandType Cmdlet).OutputType.Type.FullName | Sort-Object "
                        + "-Unique"
                )
                .Output.Select(type => type.ToString())
                .Where(type => type.StartsWith("ArtifactRegistry.", StringComparison.Ordinal))
                .Select(type => type["ArtifactRegistry.".Length..]),
        ];
        string[] takers =
        [
            .. session
                .Run(
                    "(Get-Command -Module ArtifactRegistry -CommandType Cmdlet | Where-Object { "
                        + "$_.Parameters.Values.Attributes.ValueFromPipeline -contains $true }).Name"
                )
                .Output.Select(name => name.ToString()),
        ];

        // Of a connection and a credential there is one, and no cmdlet is about them.
        Assert.Equal(
            emitted.Except(["Connection", "RegistryCredential"]).Order(),
            Nouns.Select(noun => noun.Noun).Order()
        );
        string tried = string.Join('\n', Nouns.SelectMany(noun => noun.Downstream)) + "\n";
        // Connect-ArRegistry takes the connection of another runspace of this process, and no row.
        Assert.All(takers.Except(["Connect-ArRegistry"]), name =>
            Assert.Contains(name, tried, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task An_attestation_in_an_index_is_an_Attestation_everywhere()
    {
        await using Shop shop = await Shop.OpenAsync();
        DateTimeOffset old = DateTimeOffset.UtcNow.AddDays(-40);
        AddedIndex index = shop.State.AddIndex(
            shop.Repository,
            "web",
            ["linux/amd64", "unknown/unknown"],
            new ImageOptions { Size = 80_000_000, UploadTime = old }
        );
        string attestation = index.Children[1];
        shop.Session.Set("one", $"{Shop.App}@{attestation}");
        const string Mine = "Where-Object Digest -eq ($one -split '@')[1]";

        foreach (
            string command in new[]
            {
                "Get-ArImage $app",
                "Get-ArImageTag $app",
                "Get-ArUntaggedImage $app",
                "Get-ArUntaggedImage $one",
                "Get-ArImage us-docker.pkg.dev/shop/apps",
                "Get-ArImage 'us-docker.pkg.dev/shop/apps/w*'",
                "Get-ArUntaggedImage us-docker.pkg.dev/shop/apps",
            }
        )
        {
            ScriptResult result = shop.Run($"@({command}) | {Mine}").MustSucceed();

            Assert.Equal($"{command}: Attestation", $"{command}: {string.Join(' ', result.Values("Kind"))}");
        }

        ScriptResult kept = shop.Run($"Remove-ArUntaggedImage $app -KeepNewest 1 -WhatIf | {Mine}").MustSucceed();

        Assert.StartsWith("attestation in ", Assert.Single(kept.Values("Reason")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Listings_name_attestations_on_whatever_page_their_index_comes()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Emulator.Behaviour.PageSizeCap = 2;
        List<string> attestations = [];
        for (int number = 0; number < 10; number++)
            attestations.Add(
                shop
                    .State.AddIndex(
                        shop.Repository,
                        "web",
                        ["linux/amd64", "unknown/unknown"],
                        new ImageOptions { Size = 80_000_000 }
                    )
                    .Children[1]
            );
        string small = shop.Add(new ImageOptions { Size = 1000 });

        foreach (string command in new[] { "Get-ArImage $app", "Get-ArImageTag $app" })
        {
            ScriptResult result = shop.Run(command).MustSucceed();

            Assert.Equal(31, result.Values("Digest").Distinct().Count());
            Assert.Equal(31, result.Output.Count);
            Assert.Equal(
                attestations.Order(),
                result
                    .Output.Where(row => row.Properties["Kind"].Value is "Attestation")
                    .Select(row => (string)row.Properties["Digest"].Value)
                    .Order()
            );
            Assert.Equal(
                "Image",
                Assert
                    .Single(result.Output, row => row.Properties["Digest"].Value is string digest && digest == small)
                    .Properties["Kind"]
                    .Value
            );
        }
    }

    private static async Task<Shop> OpenAsync()
    {
        Shop shop = await Shop.OpenAsync();
        shop.State.AddRepository("us-docker.pkg.dev/shop/prod");
        DateTimeOffset old = DateTimeOffset.UtcNow.AddDays(-40);
        shop.State.AddIndex(
            shop.Repository,
            "web",
            ["linux/amd64", "linux/arm64"],
            new ImageOptions
            {
                Tags = ["v1", "latest"],
                Size = 80_000_000,
                UploadTime = old,
            }
        );
        string untagged = shop.Add(new ImageOptions { UploadTime = old });
        shop.CloudRun("games").Add("us-central1", Run.Job("report", $"{Shop.App}@{untagged}"));
        shop.State.AddRepository("us-docker.pkg.dev/shop/more");
        shop.State.AddProject("games");
        shop.State.AddCluster(
            "games",
            "us-central1",
            "arena",
            new ClusterOptions { NodePools = [new NodePoolOptions("pool"), new NodePoolOptions("other")] }
        );
        shop.State.Grant(shop.Repository, "roles/artifactregistry.reader", "user:a@b.example");
        shop.State.Grant(shop.Repository, "roles/artifactregistry.reader", "group:b@b.example");
        return shop;
    }
}
