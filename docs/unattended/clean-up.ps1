#Requires -Version 7.4

<#
.SYNOPSIS
    Deletes untagged images, or with -RulePath stale tagged ones, that nothing needs, for a scheduler.

.DESCRIPTION
    Asks nothing, and writes what became of each digest to a log as soon as it is known. Standard output gets one line at
    the end, standard error one line for each kind of problem. docs/unattended.md of the module says more.

    Exit codes:
      0    done
      1    failed: nothing could be deleted, or the run ended with an error
      2    done, but some digests could not be deleted or looked at, or the results could not be written
      3    a limit ended the run early; the next run continues
      4    another run is writing to the same log; this one did nothing
      130  interrupted; the next run continues

.PARAMETER Image
    Repositories or images, such as us-docker.pkg.dev/PROJECT/REPO; several are separated by commas. With -RulePath, only
    these of the file's images.

.PARAMETER RulePath
    A file of rules for tagged images, as of Remove-ArStaleImage; see docs/stale-rules.md. Untagged images are left to a run
    without it, which has a log of its own.

.PARAMETER Log
    The file that gets a line of JSON for each digest that was not simply kept. LOG.journal and LOG.lock are beside it.

.PARAMETER LogKept
    Logs the digests that were kept as well.

.PARAMETER SummaryPath
    A file that gets a summary in Markdown, for mail or chat. It is replaced by each run.

.PARAMETER MetricsPath
    A file NAME.prom that gets the results in the text format of Prometheus. It is replaced by each run.

.PARAMETER EventLog
    Writes the result to the Application log of Windows as well, with the exit code as event id. The source
    'ArtifactRegistry' has to exist.

.PARAMETER CredentialFile
    The credentials of a service account. Without it the account is found as always, see docs/signing-in.md.

.PARAMETER ArchivePath
    A folder to which each digest is saved before it is deleted. What cannot be saved is not deleted. Restore-ArImage brings
    it back, see docs/undo.md.

.PARAMETER IncludeLayer
    Saves the layers too, which takes their size in the folder.

.PARAMETER Quarantine
    A time, such as 14d, between the run that marks a digest with a tag and the run that deletes it; see docs/undo.md.

.PARAMETER OlderThan
    Keeps younger digests; 30d by default. With -RulePath it is one more rule beside the file.

.PARAMETER KeepNewest
    Keeps this number of the newest untagged images of each image name. With -RulePath it is one more rule beside the file.

.PARAMETER InUseFrom
    Projects whose GKE clusters and Cloud Run are read, separated by commas. What runs there is kept; if that cannot be read
    completely, nothing is deleted. Projects that the rules name are read as well.

.PARAMETER WithoutInUse
    Says that nobody looks at what runs. Rules that name no project need this or -InUseFrom.

.PARAMETER AllowUnmatchedInUse
    Continues although nothing that runs there is an image of these repositories, or nothing runs there at all; also
    -AllowEmptyInUse, as the module's commands call the second.

.PARAMETER AbortAbove
    Passes over an image of which more would be deleted: a count, or a percentage of its digests.

.PARAMETER TimeLimit
    Begins no deletion after this time.

.EXAMPLE
    pwsh -NoProfile -NonInteractive -File clean-up.ps1 -Image us-docker.pkg.dev/shop/apps -InUseFrom games -Log clean-up.jsonl -WhatIf

    Says what would be deleted. Nothing is deleted, logged or written.
#>
[CmdletBinding(SupportsShouldProcess, PositionalBinding = $false, DefaultParameterSetName = 'Untagged')]   # the b of "a, b" is an error, and no -SummaryPath
param(
    [Parameter(Mandatory, ParameterSetName = 'Untagged')] [Parameter(ParameterSetName = 'Stale')] [string[]] $Image,
    [Parameter(Mandatory, ParameterSetName = 'Stale')] [ValidateNotNullOrEmpty()] [string] $RulePath,
    [Parameter(Mandatory)] [string] $Log,
    [switch] $LogKept,
    [string] $SummaryPath,
    [string] $MetricsPath,
    [switch] $EventLog,
    [ValidateNotNullOrEmpty()] [string] $CredentialFile,
    [ValidateNotNullOrEmpty()] [string] $ArchivePath,
    [switch] $IncludeLayer,
    [ValidateNotNullOrEmpty()] [string] $Quarantine,
    [string] $OlderThan = '30d',
    [int] $KeepNewest = 0,
    [ValidateNotNullOrEmpty()] [string[]] $InUseFrom,       # a variable that is not set must not mean that nothing runs
    [Alias('AllowEmptyInUse')] [switch] $AllowUnmatchedInUse,
    [switch] $WithoutInUse,
    [string] $AbortAbove = '90%',
    [string] $TimeLimit = '2h'
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$output = [Console]::Out
if (-not $WhatIfPreference) { [Console]::SetOut([Console]::Error) }   # last warnings of an interrupted command go to the host
$ProgressPreference = 'SilentlyContinue'
$PSStyle.OutputRendering = 'PlainText'                  # no colours in mails and logs

$statuses = @('Removed', 'AlreadyGone', 'Kept', 'Failed', 'NotReached') + @(if ($Quarantine) { 'Quarantined' })
$begun = [datetime]::UtcNow
$clock = [System.Diagnostics.Stopwatch]::StartNew()
$results = [ordered]@{}                                 # for each repository: a count for each status, and bytes
$problems = [ordered]@{}                                # for each kind: the first message, and how many there were
$logged = [System.Collections.Generic.HashSet[string]]::new()
$lock = $path = $journal = $reason = $run = $null
$unknown = @()                                          # of a run that was killed; this one looks at them
$unwritten = [System.Text.StringBuilder]::new()         # lines of the log that somebody who reads it keeps out
$journalBytes = 0L
$began = $isRefused = $isLogBroken = $isLogHeld = $false
$code = 130                                             # until the end is reached, which Ctrl+C prevents

function Write-ErrorLine([string] $Text) { [Console]::Error.WriteLine("clean-up: $($Text -replace '\s*[\r\n]+\s*', ' ')") }

# What Windows, Linux and macOS say of a file that somebody else uses.
function Test-InUse($Record) { $Record.Exception.GetBaseException().HResult -in 0x80070020, 11, 35 }

# Why a file cannot be written, as far as can be seen before: -WhatIf finds it too.
function Find-PathProblem([string] $Path) {
    $full = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path)
    $folder = [System.IO.Path]::GetDirectoryName($full)
    if ([System.IO.Directory]::Exists($full)) { "it is a folder. Give a file in it, such as '$(Join-Path $Path clean-up.jsonl)'." }
    elseif (-not [System.IO.Directory]::Exists($folder)) { "there is no folder '$folder'. Create it; the account of the run must be able to write to it." }
    else {
        try {
            if ([System.IO.File]::Exists($full)) { [System.IO.File]::Open($full, 'Open', 'Write', 'ReadWrite, Delete').Dispose() }
            # The other files are beside it. This one is gone when it is closed.
            [System.IO.FileStream]::new("$full.$PID", 'CreateNew', 'Write', 'None', 1, [System.IO.FileOptions]::DeleteOnClose).Dispose()
        }
        catch { if (-not (Test-InUse $_)) { "$($_.Exception.GetBaseException().Message.TrimEnd('.')). The account of the run must be able to create and change files in '$folder'." } }
    }
}

# The log is open only while lines are added: many tools cannot read a file that is open for writing. They, or a backup, may
# keep it from being written for a while; what comes meanwhile is added later.
function Save-Log([int] $Seconds) {
    $until = $clock.Elapsed.TotalSeconds + $Seconds
    while ($unwritten.Length -gt 0) {
        try {
            [System.IO.File]::AppendAllText($path, $unwritten.ToString())
            $null = $unwritten.Clear()
            $script:isLogHeld = $false
        }
        catch {
            if (-not (Test-InUse $_)) { $script:isLogBroken = $true; throw }
            if ($clock.Elapsed.TotalSeconds -ge $until) { $script:isLogHeld = $true; return }
            Start-Sleep -Milliseconds 100
        }
    }
}

# Waits once for somebody who reads the log, and not again with each line.
function Write-Log([System.Collections.Specialized.OrderedDictionary] $Fields, [int] $Seconds = $isLogHeld ? 0 : 5) {
    if (-not $lock -or $isLogBroken) { return }
    $Fields.Insert(0, 'time', [datetime]::UtcNow.ToString('o'))
    $null = $unwritten.Append((ConvertTo-Json $Fields -Compress)).Append("`n")
    Save-Log $Seconds
}

function Write-Result($Uri, $Status, $Reason, $SizeBytes, [string[]] $Tags) {
    $fields = [ordered]@{ event = 'result'; uri = $Uri; status = "$Status"; reason = $Reason; sizeBytes = $SizeBytes }
    if ($Tags) { $fields.tags = $Tags }
    Write-Log $fields
}

function Format-Size([long] $Bytes) {
    $unit = $Bytes -ge 1GB ? 'GB' : $Bytes -ge 1MB ? 'MB' : 'KB'
    [string]::Format([cultureinfo]::InvariantCulture, '{0:0.#} {1}', $Bytes / "1$unit", $unit)
}

function Get-Total([string] $Name) {
    $sum = 0L
    foreach ($result in $results.Values) { $sum += $result[$Name] }
    $sum
}

# The counts of what the command line names, a repository or an image of it, or else of the image.
function Get-Counts([string] $Uri) {
    $name = $Image | Where-Object { $Uri.StartsWith("$_/") -or $Uri.StartsWith("$_@") } | Sort-Object Length -Bottom 1
    if (-not $name) { $name = ($Uri -split '@')[0] }
    if (-not $results.Contains($name)) {
        $results[$name] = @{ Bytes = 0L; WouldRemove = 0; WouldMark = 0; Quarantined = 0; Unknown = 0 }
        foreach ($each in $statuses) { $results[$name][$each] = 0 }
    }
    $results[$name]
}

function Add-Row($Uri, $Status, $Reason, $SizeBytes, [string[]] $Tags) {
    $counts = Get-Counts $Uri
    $counts["$Status"]++
    if ("$Status" -in 'Removed', 'WouldRemove') { $counts.Bytes += $SizeBytes }
    if ("$Status" -eq 'Kept' -and -not $LogKept) { return }
    $null = $logged.Add($Uri)
    Write-Result $Uri $Status $Reason $SizeBytes $Tags
}

# A problem, how often it occurred, and the first repositories that have it.
function Format-Count($Problem, [string] $See = '') {
    if ($Problem.Count -eq 1) { return $Problem.Text }
    $others = ($Problem.Others | Select-Object -First 2) -join ' and '
    "$($Problem.Text) ($($Problem.Count) times$($others ? ", also $others" : '')$See)"
}

# A line of standard error and of the summary, which changes no exit code.
function Add-Note([string] $Text) { $problems[$Text] = @{ Text = $Text; Count = 1; IsNote = $true } }

# An error with its advice.
function Format-Problem($Record) {
    if ($Record -is [System.Management.Automation.WarningRecord]) { return "warning: $Record" }
    if (-not $Record.ErrorDetails) { return "$Record" }
    "$Record $($Record.ErrorDetails.RecommendedAction)".Trim()
}

# The same problem with 400 digests is one problem.
function Add-Problem($Record) {
    $isWarning = $Record -is [System.Management.Automation.WarningRecord]
    $target = $isWarning ? '' : "$($Record.TargetObject)"
    $text = Format-Problem $Record
    $kind = ($target ? $text.Replace($target, '…') : $text) -replace '[^\s''"]*sha256:[0-9a-f]{64}', '…'
    if (-not $problems.Contains($kind)) { $problems[$kind] = @{ Text = $text; Count = 0; IsNote = $isWarning; Others = [System.Collections.Generic.List[string]]::new() } }
    elseif ($target -notmatch '@' -and $target) { $problems[$kind].Others.Add($target) }
    $problems[$kind].Count++
    if ($isWarning) { return }
    $id = ($Record.FullyQualifiedErrorId -split ',')[0]
    if ($id -in 'AccessDenied', 'TooManyToDelete') { $script:isRefused = $true }
    # A digest that could not be deleted has its line already.
    if (-not $logged.Contains($target)) { Write-Log ([ordered]@{ event = 'error'; uri = $target; id = $id; reason = $text }) }
}

# What the journal has from a position on: the last result of each digest, and $null while nobody knows one.
function Read-Journal([long] $From) {
    $found = [ordered]@{}
    if (-not [System.IO.File]::Exists($journal)) { return $found }
    $file = [System.IO.File]::Open($journal, 'Open', 'Read', 'ReadWrite, Delete')
    try {
        # If it is shorter by now it was rotated, and is read from its beginning.
        if ($From -le $file.Length) { $file.Position = $From }
        $reader = [System.IO.StreamReader]::new($file)
        while ($null -ne ($line = $reader.ReadLine())) {
            try { $entry = ConvertFrom-Json $line -AsHashtable } catch { continue }             # torn by a kill
            if ($entry['event'] -eq 'delete') { $found[$entry.uri] = $null }
            if ($entry['event'] -eq 'result') { $found[$entry.uri] = $entry['status'] -eq 'Unknown' ? $null : $entry }
        }
    }
    finally { $file.Dispose() }
    $found
}

# Deletions that ended while nobody was listening, and what this run found out about those of a run that was killed.
function Add-Journaled {
    $found = Read-Journal $journalBytes
    foreach ($it in $found.Values | Where-Object { $_ -and -not $logged.Contains($_.uri) }) {
        # What is still there also has a row, which counts.
        if ($it.status -eq 'Kept') { Write-Result $it.uri $it.status $it['reason'] $it['sizeBytes']; $null = $logged.Add($it.uri) }
        else { Add-Row $it.uri $it.status $it['reason'] $it['sizeBytes'] }
    }
    Add-Unknown @($unknown | Where-Object { -not $logged.Contains($_) -and -not $found[$_] }) $run
    if ($code -notin 1, 130) { return }
    $open = @($found.Keys | Where-Object { -not $found[$_] })
    foreach ($uri in $open) {
        (Get-Counts $uri).Unknown++
        Write-Result $uri Unknown 'This run ended before the service answered' $null
    }
    Add-Unknown $open 'This run'
}

# Names the digests of which nobody knows yet whether they were deleted.
function Add-Unknown([string[]] $Uris, [string] $Run) {
    if (-not $Uris) { return }
    $more = $Uris.Count -gt 3 ? " and $($Uris.Count - 3) more (see $Log)" : ''
    Add-Note "$Run ended before the service said whether it has deleted $(($Uris | Select-Object -First 3) -join ', ')$more; the next run finds out."
}

# The start of a run that has no end in the log, since it was killed, and the digests that it could still log.
function Find-KilledRun([string] $Path) {
    $start = $null
    $known = [System.Collections.Generic.HashSet[string]]::new()
    if (-not [System.IO.File]::Exists($Path)) { return }
    foreach ($line in [System.IO.File]::ReadLines($Path)) {
        try { $entry = ConvertFrom-Json $line -AsHashtable } catch { continue }
        if ($entry['event'] -eq 'start') { $start = $entry; $known.Clear() }
        if ($entry['event'] -eq 'result') { $null = $known.Add($entry.uri) }
        if ($entry['event'] -eq 'end') { $start = $null }
    }
    if ($start) { @{ Start = $start; Known = $known } }
}

# Replaced at once, so that nobody reads half a file.
function Set-File([string] $Path, [string[]] $Lines) {
    $full = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path)
    [System.IO.File]::WriteAllText("$full.tmp", ($Lines -join "`n") + "`n")
    [System.IO.File]::Move("$full.tmp", $full, $true)
}

# Without ForEach-Object and a name, which does nothing under -WhatIf.
function Get-FirstError { foreach ($problem in $problems.Values) { if (-not $problem.IsNote) { return $problem.Text } } }

function Format-Summary([string] $Line) {
    '# Clean-up of images', '', "$Line. Exit code $code.", ''
    "Begun at $($begun.ToString('u')) on $([Environment]::MachineName); log: $($PSCmdlet.GetUnresolvedProviderPathFromPSPath($Log))"
    $more = @(if ($Quarantine) { 'Quarantined' }) + @(if (Get-Total Unknown) { 'Unknown' })
    if ($results.Count) {
        ''
        "| repository | removed | freed | already gone | kept | failed | not reached |$(-join $more.ForEach({ " $($_.ToLowerInvariant()) |" }))"
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |$(' ---: |' * $more.Count)"
    }
    foreach ($name in $results.Keys) {
        $it = $results[$name]
        "| $name | $($it.Removed) | $(Format-Size $it.Bytes) | $($it.AlreadyGone) | $($it.Kept) | $($it.Failed) | $($it.NotReached) |$(-join $more.ForEach({ " $($it[$_]) |" }))"
    }
    if ($problems.Count -or $reason) { '' }
    if ($reason) { "- $reason" }
    foreach ($problem in $problems.Values) { "- $(Format-Count $problem)" }
}

function Format-Metrics([string] $Before) {
    function Format-Gauge([string] $Name, [string] $Help, [string[]] $Samples) {
        "# HELP artifactregistry_cleanup_$Name $Help", "# TYPE artifactregistry_cleanup_$Name gauge"
        foreach ($sample in $Samples) { "artifactregistry_cleanup_$Name$sample" }
    }
    $now = [DateTimeOffset]::UtcNow.ToUnixTimeSeconds()
    $success = $code -eq 0 ? $now : [regex]::Match($Before, '(?m)^artifactregistry_cleanup_last_success_timestamp_seconds (\d+)').Groups[1].Value
    Format-Gauge digests 'Digests of the last run, by result.' @(foreach ($name in $results.Keys) {
        foreach ($status in $statuses + @(if (Get-Total Unknown) { 'Unknown' })) { "{repository=`"$name`",status=`"$status`"} $($results[$name][$status])" }
    })
    Format-Gauge removed_bytes 'Size of the digests that the last run removed.' @(
        foreach ($name in $results.Keys) { "{repository=`"$name`"} $($results[$name].Bytes)" })
    Format-Gauge duration_seconds 'Duration of the last run.' " $([math]::Ceiling($clock.Elapsed.TotalSeconds))"
    Format-Gauge exit_code 'Exit code of the last run.' " $code"
    Format-Gauge last_run_timestamp_seconds 'End of the last run.' " $now"
    if ($success) { Format-Gauge last_success_timestamp_seconds 'End of the last run with exit code 0.' " $success" }
}

function Add-Unreported($Record) {
    $text = "The results could not be reported: $($Record.Exception.GetBaseException().Message)"
    if ($problems.Contains($text)) { return }
    Write-ErrorLine $text
    $problems[$text] = @{ Text = $text; Count = 1; IsNote = $false }
    if ($code -eq 0) { $script:code = 2 }
}

function Save-Report([string] $Line) {
    $isSaved = $true
    try { if ($SummaryPath) { Set-File $SummaryPath (Format-Summary $Line) } }
    catch { Add-Unreported $_; $isSaved = $false }
    try {
        if ($MetricsPath -and $code -ne 4) {
            $full = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($MetricsPath)
            Set-File $full (Format-Metrics ([System.IO.File]::Exists($full) ? [System.IO.File]::ReadAllText($full) : ''))
        }
    }
    catch { Add-Unreported $_; $isSaved = $false }
    $isSaved
}

try {
    $Image = @($Image -split ',' -replace '^\s+|\s+$' -ne '')                                     # -File passes one text
    $rules = @{ AbortAbove = $AbortAbove; TimeLimit = $TimeLimit }
    if ($Image) { $rules.Image = $Image }
    if ($RulePath) { $rules.RulePath = $RulePath }
    # The rules have their own age.
    foreach ($name in 'OlderThan', 'KeepNewest') {
        if (-not $RulePath -or $PSBoundParameters.ContainsKey($name)) { $rules[$name] = Get-Variable $name -ValueOnly }
    }
    if ($PSBoundParameters.ContainsKey('InUseFrom')) { $rules.InUseFrom = @($InUseFrom -split ',' -replace '^\s+|\s+$' -ne '') }
    if ($AllowUnmatchedInUse -and ($RulePath -or $InUseFrom)) { $rules.AllowUnmatchedInUse = $rules.AllowEmptyInUse = $true }
    if ($RulePath -and $WithoutInUse) { $rules.WithoutInUse = $true }
    if ($PSBoundParameters.ContainsKey('ArchivePath')) { $rules.ArchivePath = $ArchivePath }
    if ($IncludeLayer) { $rules.IncludeLayer = $true }
    if ($Quarantine) { $rules.Quarantine = $Quarantine }
    $problem = Find-PathProblem $Log
    if ($problem) { throw "The log '$Log' cannot be written, so nothing was deleted: $problem" }
    if (-not $WhatIfPreference) {
        $path = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Log)
        $rules.JournalPath = $journal = "$path.journal"
        try {
            $lock = [System.IO.File]::Open("$path.lock", 'OpenOrCreate', 'ReadWrite', 'None')
            $killed = Find-KilledRun $path
            if ($killed) {
                $found = Read-Journal $killed.Start.journalBytes
                foreach ($it in $found.Values | Where-Object { $_ -and $killed.Known.Add($_.uri) }) {
                    Write-Result $it.uri $it.status $it['reason'] $it['sizeBytes']
                }
                $run = "The run of $($killed.Start.time.ToString('u'))"
                Add-Note "$run was killed; this one continues."
                $unknown = @($found.Keys | Where-Object { -not $found[$_] })
                foreach ($uri in $unknown) { Write-Result $uri Unknown "$run ended before the service answered" $null }
            }
            if ([System.IO.File]::Exists($journal)) { $journalBytes = [System.IO.FileInfo]::new($journal).Length }
            Write-Log ([ordered]@{ event = 'start'; image = $Image; rulePath = $RulePath ? $RulePath : $null; journalBytes = $journalBytes }) -Seconds 10
            if ($unwritten.Length) { throw 'another program has it open.' }
        }
        catch {
            $isSecond = -not $lock -and (Test-InUse $_)
            if ($lock) { $lock.Dispose() }
            $lock = $null
            if ($isSecond) {
                $code = 4
                throw "Another run is writing to '$Log', so this one did nothing."
            }
            throw "The log '$Log' cannot be written, so nothing was deleted: $($_.Exception.GetBaseException().Message)"
        }
    }

    if ($PSBoundParameters.ContainsKey('Image') -and -not $Image) { throw '-Image names no image.' }
    if ($InUseFrom -and $WithoutInUse) { throw 'Give -InUseFrom or -WithoutInUse, not both.' }
    if ($EventLog -and -not $IsWindows) { throw '-EventLog needs Windows.' }
    $module = Join-Path $PSScriptRoot .. .. ArtifactRegistry.psd1                               # in the module's own folder
    if ([System.IO.File]::Exists($module)) { Import-Module $module }
    elseif (-not (Get-Command Remove-ArUntaggedImage -ErrorAction Ignore)) {
        throw 'The module ArtifactRegistry was not found. Install it for all users.'
    }
    if ($CredentialFile) { $null = Connect-ArRegistry -CredentialFile $CredentialFile }
    $began = $true
    if (-not $RulePath -and -not $InUseFrom -and -not $WithoutInUse) {
        $text = 'Without -InUseFrom nobody looked at what runs: an untagged image that runs is deleted once it is old enough.'
        Add-Problem ([System.Management.Automation.WarningRecord]::new($text))
    }
    & ($RulePath ? 'Remove-ArStaleImage' : 'Remove-ArUntaggedImage') @rules -Confirm:$false -ErrorAction Continue -WarningAction Continue 2>&1 3>&1 |
        ForEach-Object {
            if ($_.PSObject.Properties['Status']) { Add-Row $_.Uri $_.Status $_.Reason $_.SizeBytes $_.Tags } else { Add-Problem $_ }
        }
    $gone = 0
    foreach ($done in 'Removed', 'AlreadyGone', 'Quarantined', 'WouldRemove', 'WouldMark') { $gone += Get-Total $done }
    # Done in part is 2; if all that was tried failed, or was refused, nothing was done.
    $code = if (Get-FirstError) { $gone -or ($results.Count -gt 0 -and -not $isRefused -and -not (Get-Total Failed)) ? 2 : 1 }
        elseif (Get-Total NotReached) { 3 }
        else { 0 }
}
catch {
    if ($code -ne 4) { $code = 1 }
    # After what was reported before, which may be its cause.
    $problems['end'] = @{ Text = Format-Problem $_; Count = 1; IsNote = $false }
}
finally {
    if ($code -eq 130) { $reason = 'It was interrupted; the next run continues.' }
    if ($reason) { Write-ErrorLine $reason }
    if ($lock) { Add-Journaled }
    foreach ($problem in $problems.Values) {
        Write-ErrorLine (Format-Count $problem "; see $Log")
    }

    $changes = $WhatIfPreference `
        ? "$(Get-Total WouldRemove) would be removed ($(Format-Size (Get-Total Bytes)))" `
        : "$(Get-Total Removed) removed ($(Format-Size (Get-Total Bytes))), $(Get-Total AlreadyGone) already gone"
    if ($Quarantine) { $changes += $WhatIfPreference ? ", $(Get-Total WouldMark) would be quarantined" : ", $(Get-Total Quarantined) quarantined" }
    $what = $Image ? $Image -join ', ' : "images of $RulePath"
    $line = "${what}: $changes, $(Get-Total Kept) kept, $(Get-Total Failed) failed, " +
        "$(Get-Total NotReached) not reached, $([math]::Ceiling($clock.Elapsed.TotalSeconds)) s"
    if ($code -eq 1 -and -not $results.Count) {
        $line = "${what}: " + ($WhatIfPreference ? 'the preview failed, so it is not known what would be removed' : 'failed, nothing was removed')
    }
    if ($began) { $output.WriteLine($line) }
    if ($WhatIfPreference) {
        foreach ($file in @($SummaryPath; $MetricsPath) -ne '') {
            $problem = Find-PathProblem $file
            if (-not $problem) { continue }
            Write-ErrorLine "The results could not be reported in '$file': $problem"
            if ($code -eq 0) { $code = 2 }
        }
    }
    else {
        # Once more if one cannot be written, since the other one then has another exit code.
        if (-not (Save-Report $line)) { $null = Save-Report $line }
        try {
            if ($EventLog) {
                $kind = $code -eq 0 ? 'Information' : $code -in 2, 3 ? 'Warning' : 'Error'
                $text = @($line; $reason; $problems.Values.Text) -join "`n"
                [System.Diagnostics.EventLog]::WriteEntry('ArtifactRegistry', $text, $kind, $code)
            }
        }
        catch { Add-Unreported $_ }
        # Last, since it has the exit code.
        try {
            $why = $reason ? $reason : (Get-FirstError)
            Write-Log ([ordered]@{ event = 'end'; exitCode = $code; summary = $line; reason = $why }) -Seconds 30
            if ($unwritten.Length) { Write-ErrorLine "The log '$Log' lacks its last lines, since another program has it open." }
        }
        catch {
            Write-ErrorLine "The log '$Log' lacks its last lines: $($_.Exception.GetBaseException().Message)"
            if ($code -eq 0) { $code = 2 }
        }
    }
    if ($lock) { $lock.Dispose() }
    if ($code -eq 130) { [Environment]::Exit($code) }                                           # after Ctrl+C "exit" does not count
}
exit $code
