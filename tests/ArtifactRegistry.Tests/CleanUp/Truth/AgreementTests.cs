using System.Globalization;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.CleanUp.Truth;

/// <summary>
/// The plan, -WhatIf and the run say the same of each digest, and so do rows that went through the pipe, a CSV, JSON,
/// Clixml and a job, in the real PowerShell.
/// </summary>
public sealed class AgreementTests
{
    private const int Registries = 30;

    private const string Script = """
        $ErrorActionPreference = 'Stop'
        function Told($rows) { $all = @{}; foreach ($row in $rows) { $all[$row.Digest] = "$($row.Status)" }; $all }
        $out = foreach ($image in $images) {
            $name = $image.Name; $rules = @{}
            $again = @{ IncludeReferrerTag = $image.IncludeReferrerTag; WhatIf = $true } # which no row of a file can say
            if ($image.InUse) { $rules.InUse = $image.InUse }
            if ($image.KeepNewest) { $rules.KeepNewest = $image.KeepNewest }
            $rules.IncludeReferrerTag = $image.IncludeReferrerTag
            $plan = @(Get-ArUntaggedImage $name @rules)
            $jobbed = @(Start-ThreadJob { param($module, $plan, $again) Import-Module $module; $plan | Remove-ArUntaggedImage @again 6> $null } -ArgumentList $module, $plan, $again | Receive-Job -Wait -AutoRemoveJob)
            [pscustomobject]@{
                Name    = $name
                Plan    = Told ($plan | ForEach-Object { [pscustomobject]@{ Digest = $_.Digest; Status = if ($_.Decision -eq 'Delete') { 'WouldRemove' } else { 'Kept' } } })
                WhatIf  = Told (Remove-ArUntaggedImage $name @rules -WhatIf)
                Pipe    = Told ($plan | Remove-ArUntaggedImage -WhatIf)
                Csv     = Told ($plan | ConvertTo-Csv | ConvertFrom-Csv | Remove-ArUntaggedImage @again)
                Json    = Told ($plan | ConvertTo-Json -Depth 5 -AsArray | ConvertFrom-Json | Remove-ArUntaggedImage @again)
                Clixml  = Told ([Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($plan)) | Remove-ArUntaggedImage @again)
                Job     = Told $jobbed
                Run     = Told (Remove-ArUntaggedImage $name @rules -Confirm:$false -RequestsPerSecond 10000)
            }
        }
        $out | ConvertTo-Json -Depth 5 -AsArray -Compress
        """;

    [Fact]
    public async Task Plan_preview_pipe_file_job_and_run_agree_row_by_row_and_with_the_truth()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        await using EmulatorServer emulator = await EmulatorServer.StartAsync(
            new EmulatorOptions
            {
                Behaviour = new Behaviour { OperationTime = TimeSpan.Zero },
                RecordRequests = false,
            },
            stop
        );
        RandomImage[] images =
        [
            .. Enumerable
                .Range(1, Registries)
                .Select(seed => new RandomImage(
                    emulator.State,
                    emulator.State.AddRepository("shop", "us", string.Create(CultureInfo.InvariantCulture, $"a{seed}")),
                    seed
                )),
        ];
        HashSet<string>[] live = [.. images.Select(image => image.Left())];

        ProcessResult result = await RealPowerShell.RunAsync(
            emulator,
            $"$module = '{Checkout.Manifest}'; $images = '{Describe(images)}' | ConvertFrom-Json; {Script}",
            null,
            "-NonInteractive"
        );

        Assert.True(result.ExitCode == 0, result.Error);
        string json = result.Output.Split('\n').Last(line => line.StartsWith("[{", StringComparison.Ordinal));
        JsonArray told = JsonNode.Parse(json)!.AsArray();
        for (int i = 0; i < images.Length; i++) Check(images[i], live[i], told[i]!.AsObject(), emulator.State);
    }

    private static void Check(RandomImage image, HashSet<string> live, JsonObject told, RegistryState state)
    {
        string context = $"{told["Name"]}\n{image}\n{told.ToJsonString()}";
        string[] left = [.. state.Digests(image.Repository, RandomImage.Package)];
        string[] delete = Of("Plan", "WouldRemove");
        Assert.True(
            left.Order(StringComparer.Ordinal).SequenceEqual(live.Order(StringComparer.Ordinal)),
            $"{context}\nleft {string.Join(' ', left.Select(RandomImage.Short))}, not "
                + $"{string.Join(' ', live.Select(RandomImage.Short))}"
        );
        Assert.True(
            delete.SequenceEqual(image.Digests.Except(live).Order(StringComparer.Ordinal)),
            $"the plan: {context}"
        );
        foreach (string way in (string[])["WhatIf", "Pipe", "Csv", "Json", "Clixml", "Job"])
            Assert.True(Of(way, "WouldRemove").SequenceEqual(delete), $"{way}: {context}");
        Assert.True(Of("Run", "Removed").SequenceEqual(delete), $"the run: {context}");

        string[] Of(string way, string status) =>
            [
                .. told[way]!
                    .AsObject()
                    .Where(row => (string?)row.Value == status)
                    .Select(row => row.Key)
                    .Order(StringComparer.Ordinal),
            ];
    }

    private static string Describe(IEnumerable<RandomImage> images) =>
        new JsonArray([
            .. images.Select(image => new JsonObject
            {
                ["Name"] = $"{image.Repository}/{RandomImage.Package}",
                ["InUse"] =
                    image.InUse.Count == 0
                        ? null
                        : new JsonArray([.. image.InUse.Select(use => JsonValue.Create(use))]),
                ["KeepNewest"] = image.KeepNewest == 0 ? null : image.KeepNewest,
                ["IncludeReferrerTag"] = image.IncludeReferrerTag,
            }),
        ]).ToJsonString();
}
