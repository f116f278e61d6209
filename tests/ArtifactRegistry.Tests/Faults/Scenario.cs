using System.Globalization;

namespace ArtifactRegistry.Tests.Faults;

/// <summary>
/// One command. Its script writes text: for a cmdlet that lists, a line a row; for one that changes something, what it
/// claims of a fact, as "NAME|VALUE NOW|VALUE BEFORE": empty for what is not there, "?" where a row claims nothing.
/// </summary>
/// <param name="Script">What is run.</param>
/// <param name="Scopes">What an error may name besides the things that were to be changed.</param>
internal sealed record Scenario(string Script, params string[] Scopes)
{
    private const string Removed = """
        ForEach-Object {
            $now = if ($_.Status -in 'Removed', 'AlreadyGone') { '' } else { '?' }
            $before = switch ($_.Status) { Removed { 'there' } AlreadyGone { '' } default { '?' } }
            "digest $($_.Uri)|$now|$before|$($_.Status): $($_.Reason)"
        }
        """;

    private const string Marked = """
        ForEach-Object {
            $key = "tag $($_.Image):quarantine-NOW-14d-$($_.Digest.Substring(7, 12))"
            if ($_.Status -eq 'Quarantined') { "$key|$($_.Digest)|" }
            else { "$key|?|?|$($_.Digest)|$($_.Status): $($_.Reason)" }
        }
        """;

    private const string Tagged = "ForEach-Object { \"tag $($_.Image):$($_.Tag)|$($_.Digest)|$($_.PreviousDigest)\" }";

    private const string Granted =
        "ForEach-Object { \"member $($_.Resource) $($_.Role) $($_.Member)|1|$(if ($_.Changed) { '' } else { '1' })\" }";

    // What Get-ArImageInUse and -InUseFrom may name that could not be read.
    private static readonly string[] Workloads =
    [
        "projects/games", "projects/games/services", "projects/games/jobs", "projects/games/locations",
        "projects/games/locations/us-central1", "projects/games/locations/europe-west1",
        "projects/games/locations/us-central1/clusters/prod", "projects/games/locations/-/deliveryPipelines/-/releases",
        "projects/games/aggregated/instances", "projects/games/aggregated/instanceTemplates", "projects/games/assets",
        "projects/games/services/default", "organizations/123", "folders/7",
    ];

    /// <summary>How the session signs in.</summary>
    public string Credential { get; init; } = $"-AccessToken '{Support.PowerShellSession.Token}'";

    /// <summary>What an error may be about although nothing was to be changed there.</summary>
    public IReadOnlyList<string> Bystanders { get; init; } = [];

    /// <summary>
    /// True for what the Tab key offers, of which nothing is missed that could not be listed in time.
    /// </summary>
    public bool IsOffer { get; init; }

    /// <summary>True for a clean-up, which does not believe a single listing.</summary>
    public bool IsCleanUp => Script.Contains("UntaggedImage", StringComparison.Ordinal)
        || Script.Contains("StaleImage", StringComparison.Ordinal);

    /// <summary>True for what reads clusters and Cloud Run.</summary>
    public bool ReadsWorkloads => Script.Replace("-WithoutInUse", "", StringComparison.Ordinal)
        .Contains("InUse", StringComparison.Ordinal);

    private static string EachImage { get; } = string.Create(
        CultureInfo.InvariantCulture, $"0..{World.Images - 1} | ForEach-Object {{ \"{World.Apps}/web$($_):v1\" }}");

    /// <summary>Every cmdlet that sends requests, in each of its ways.</summary>
    public static IReadOnlyDictionary<string, Scenario> All { get; } =
        new Dictionary<string, Scenario>
        {
            ["Get-ArRepository"] = new("Get-ArRepository shop | ForEach-Object { $_.Uri }", "projects/shop"),
            ["Get-ArImage"] = new(
                $"Get-ArImage {World.Apps} | ForEach-Object {{ \"$($_.Uri) $($_.Tags)\" }}",
                World.Apps
            ),
            ["Get-ArImage, one image"] = new(
                $"Get-ArImage {World.Apps}/mixed | ForEach-Object {{ $_.Uri }}",
                $"{World.Apps}/mixed"
            ),
            ["Get-ArImageTag"] = new(
                $"Get-ArImageTag {World.Apps} | ForEach-Object {{ \"$($_.Image) $($_.Tag) $($_.Digest)\" }}",
                World.Apps
            ),
            ["Get-ArImageTag, more tags than an answer has"] = new(
                $"Get-ArImageTag {World.Other} | ForEach-Object {{ $_.Uri }}",
                World.Other
            ),
            ["Get-ArUntaggedImage"] = new(
                $"Get-ArUntaggedImage {World.Apps} | ForEach-Object {{ \"$($_.Uri) $($_.Decision)\" }}",
                World.Apps,
                $"{World.Apps}/mixed",
                World.Apps + "/web"
            ),
            ["Get-ArQuarantinedImage"] = new(
                $"Get-ArQuarantinedImage {World.Other} | ForEach-Object {{ $_.Uri }}", World.Other),
            ["Get-ArStaleImage"] = new(
                $"Get-ArStaleImage {World.Apps} -WithoutInUse -OlderThan 0s | "
                    + "ForEach-Object { \"$($_.Uri) $($_.Decision)\" }",
                World.Apps,
                $"{World.Apps}/mixed",
                World.Apps + "/web"
            ),
            ["Get-ArReader"] = new(
                $"Get-ArReader {World.Apps} -Inherited | ForEach-Object {{ \"$($_.Resource) $($_.Role) $($_.Member)\" "
                    + $"}}",
                World.Apps
            ),
            ["Get-ArReader -Explain"] = new(
                $"'user:old@x.example' | Get-ArReader {World.Apps} -Explain | ForEach-Object {{ \"$($_.CanPull) "
                    + $"$($_.Reason)\" }}",
                World.Apps
            ),
            ["Test-ArReader"] = new(
                $"'user:old@x.example', 'user:none@x.example' | Test-ArReader {World.Apps} | ForEach-Object {{ \"$_\" "
                    + $"}}",
                World.Apps
            ),
            ["Test-ArPull"] = new(
                $"Test-ArPull {World.Apps}/web0:v1 -Project games | ForEach-Object {{ \"$($_.NodePool) $($_.CanPull ?? "
                    + $"'unknown')\" }}",
                "projects/games",
                World.Apps
            ),
            ["Get-ArNodeServiceAccount"] = new(
                "Get-ArNodeServiceAccount games | ForEach-Object { \"$($_.NodePool) $($_.Member)\" }",
                "projects/games"
            ),

            ["Get-ArImageInUse"] = new(
            "Get-ArImageInUse organizations/123 -Source Kubernetes, CloudRun, AppEngine, ComputeEngine, CloudDeploy, "
                + "Asset | "
            // Not the digest: where the registry does not tell what a tag stands for, the row has none (IsResolved).
            + "ForEach-Object { \"$($_.Source) $($_.Role) $($_.Location) $($_.Kind) $($_.Name) $($_.Image)\" }",
            Workloads),

            ["Protect-ArImage"] = new(
                $"Protect-ArImage {World.Apps}/web0, {World.Apps}/web1 -InUse {World.Apps}/web0:v1, "
                    + $"{World.Apps}/web1:v1 "
                    + $"| {Tagged}",
                $"{World.Apps}/web0",
                $"{World.Apps}/web1"),
            ["Unprotect-ArImage"] = new(
                $"Unprotect-ArImage {World.Apps}/web0, {World.Apps}/web1 -InUse {World.Apps}/web0:v1 -Confirm:$false | "
                    + "ForEach-Object { \"tag $($_.Image):$($_.Tag)||$($_.Digest)\" }",
                $"{World.Apps}/web0",
                $"{World.Apps}/web1")
            {
                // If the image that runs cannot be read, nothing of -InUse matches.
                Bystanders = [$"{World.Apps}/web0", $"{World.Apps}/web0:v1"],
            },
            ["Add-ArImageTag, new"] = new($"{EachImage} | Add-ArImageTag -Tag v3 | {Tagged}"),
            ["Add-ArImageTag, moved"] = new($"{EachImage} | Add-ArImageTag -Tag latest -Force | {Tagged}"),
            ["Copy-ArImage"] = new(
                $"Copy-ArImage {World.Apps}/web0:v1 {World.Prod} -KeepTag | ForEach-Object {{ "
                    + "\"digest $($_.Uri)|there|\"; foreach ($tag in $_.Tags) { "
                    + "\"tag $($_.Destination):$tag|$($_.Digest)|\" } }",
                $"{World.Apps}/web0:v1",
                $"{World.Prod}/web0:v1"
            ),
            ["Copy-ArImage, from another registry"] = new(
                $"Copy-ArImage \"$elsewhere/us/shop/apps/web1:v1\" {World.Prod}/mirror -KeepTag -SourceCredential "
                    + $"([pscredential]::new('_token', (ConvertTo-SecureString '{Support.PowerShellSession.Token}' "
                    + "-AsPlainText -Force))) | ForEach-Object { "
                    + "\"digest $($_.Uri)|there|\"; foreach ($tag in $_.Tags) { "
                    + "\"tag $($_.Destination):$tag|$($_.Digest)|\" } }",
                "us/shop/apps/web1:v1",
                $"{World.Prod}/mirror:v1"
            ),
            ["Remove-ArImageTag"] = new(
                $"{EachImage} | Remove-ArImageTag | ForEach-Object {{ \"tag $($_.Image):$($_.Tag)||$($_.Digest)\" }}"
            )
            {
                // The tags of each image are listed, to ask before the last of them goes.
                Bystanders = [.. Enumerable.Range(0, World.Images).Select(i => $"{World.Apps}/web{i}")],
            },
            ["Remove-ArImage, by tag"] = new($"{EachImage} | Remove-ArImage -Confirm:$false | {Removed}"),
            ["Remove-ArImage -DeleteTags"] = new(
                $"{EachImage.Replace(":v1", ":v2", StringComparison.Ordinal)} | Remove-ArImage -DeleteTags "
                    + $"-Confirm:$false | {Removed}"
            ),
            ["Remove-ArImage -All"] = new(
                $"Remove-ArImage {World.Apps}/web3 -All -Confirm:$false | {Removed}",
                $"{World.Apps}/web3"
            ),
            ["Remove-ArUntaggedImage"] = new(
                $"Remove-ArUntaggedImage {World.Apps} -Confirm:$false | {Removed}",
                World.Apps,
                $"{World.Apps}/mixed"
            )
            {
                Bystanders =
                [
                    $"{World.Apps}/emptied",
                    .. Enumerable.Range(0, World.Images).Select(i => $"{World.Apps}/web{i}"),
                ],
            },
            ["Remove-ArUntaggedImage -ArchivePath"] = new(
                $"Remove-ArUntaggedImage {World.Apps}/mixed -ArchivePath $folder/saved -Confirm:$false | {Removed}",
                $"{World.Apps}/mixed"
            ),
            ["Remove-ArUntaggedImage -Quarantine"] = new(
                $"Remove-ArUntaggedImage {World.Apps}/mixed -Quarantine 14d -Confirm:$false | {Marked}",
                $"{World.Apps}/mixed"
            ),
            ["Restore-ArImage"] = new(
                "Restore-ArImage $folder/undo | ForEach-Object { \"digest $($_.Uri)|"
                    + "$(if ($_.Status -eq 'Failed') { '?' } else { 'there' })|"
                    + "$(switch ($_.Status) { Restored { '' } Failed { '?' } default { 'there' } })|"
                    + "$($_.Status): $($_.Reason)\" }",
                $"{World.Apps}/lost"
            ),
            ["Remove-ArUntaggedImage, piped"] = new(
                $"Get-ArUntaggedImage {World.Apps}/mixed | Remove-ArUntaggedImage -Confirm:$false | {Removed}",
                $"{World.Apps}/mixed"
            ),
            ["Remove-ArStaleImage"] = new(
                $"Remove-ArStaleImage {World.Apps}/mixed -WithoutInUse -OlderThan 0s -Tag * -Confirm:$false | "
                    + $"{Removed}",
                $"{World.Apps}/mixed"
            ),
            ["Grant-ArReader"] = new(
                $"'user:old@x.example', 'user:new1@x.example', 'user:new2@x.example' | Grant-ArReader {World.Apps} | "
                    + $"{Granted}",
                World.Apps
            ),
            ["Grant-ArReader -Project"] = new(
                $"'user:new@x.example' | Grant-ArReader -Project shop | {Granted}",
                "projects/shop"
            ),
            ["Revoke-ArReader"] = new(
                $"'user:old@x.example' | Revoke-ArReader {World.Apps} -Confirm:$false | "
                    + "ForEach-Object { \"member $($_.Resource) $($_.Role) $($_.Member)||$(if ($_.Changed) { '1' })\" "
                    + "}",
                World.Apps
            ),
            ["New-ArNodeServiceAccount"] = new(
                "New-ArNodeServiceAccount gke-nodes -Project games 6> $null 3> $null | ForEach-Object { \"account "
                    + "$($_.Email)|there|$(if (!$_.Created) { 'there' })\" }",
                "projects/games",
                "gke-nodes"
            ),

            ["key of a service account"] = SignedInWith("-CredentialFile $folder/key.json"),
            ["user"] = SignedInWith("-CredentialFile $folder/user.json"),
            ["workload identity federation"] = SignedInWith("-CredentialFile $folder/pool.json"),
            ["workforce identity federation"] = SignedInWith("-CredentialFile $folder/staff.json"),
            ["impersonation"] = SignedInWith(
            "-CredentialFile $folder/user.json -ImpersonateServiceAccount deployer@shop.iam.gserviceaccount.com "
            + "-Delegate between@shop.iam.gserviceaccount.com"),

            ["Tab, project"] = Offered("Get-ArRepository "),
            ["Tab, account"] = Offered($"Grant-ArReader {World.Apps} bu"),
            ["Tab, tag"] = Offered($"Get-ArImage {World.Apps}/web0:"),
        };

    private static Scenario SignedInWith(string credential) =>
        new($"Get-ArRepository shop us | ForEach-Object {{ $_.Uri }}", "projects/shop") { Credential = credential };

    private static Scenario Offered(string line) =>
        new(
            $"[System.Management.Automation.CommandCompletion]::CompleteInput('{line}', {line.Length}, "
                + $"$null).CompletionMatches | ForEach-Object {{ $_.ListItemText }}"
        )
        {
            IsOffer = true,
        };
}
