# clean-up.ps1
param(
    [Parameter(Mandatory)] [string] $Image,     # us-docker.pkg.dev/PROJECT/REPO, or one image of it
    [Parameter(Mandatory)] [string] $Log,       # gets a line of JSON for each digest
    [string] $CredentialFile,                   # of a service account; without it as everywhere, see "Signing in"
    [string] $OlderThan = '30d',
    [string] $AbortAbove = '90%',               # delete nothing at all if it were more
    [string] $TimeLimit = '2h'
)
$ErrorActionPreference = 'Stop'                 # otherwise pwsh -File exits with 0 after an error
$code = 130                                     # unless it comes to its end, which Ctrl+C prevents
try {
    if ($CredentialFile) { $null = Connect-ArRegistry -CredentialFile $CredentialFile }
    $rules = @{ OlderThan = $OlderThan; AbortAbove = $AbortAbove; TimeLimit = $TimeLimit; JournalPath = "$Log.journal" }
    $count = @{}
    Remove-ArUntaggedImage $Image @rules -Confirm:$false -ErrorAction Continue -ErrorVariable problems |
        ForEach-Object -Begin {
            # Open all the time, so that no backup or virus scanner comes in between; others may read along.
            $lines = [System.IO.StreamWriter]::new($PSCmdlet.GetUnresolvedProviderPathFromPSPath($Log), $true)
            $lines.AutoFlush = $true
        } -Process {
            $count["$($_.Status)"]++
            $lines.WriteLine(
                ($_ | Select-Object @{ Name = 'Time'; Expression = { Get-Date -Format o } }, Uri, Status, Reason, SizeBytes |
                    ConvertTo-Json -Compress -EnumsAsStrings))
        }
    if ($count.Count -or -not $problems) {
        "$($count.Removed + 0) removed, $($count.Kept + 0) kept, $($count.Failed + 0) failed, $($count.NotReached + 0) not reached"
    }
    $code = if ($problems) { if ($count.Count) { 2 } else { 1 } } elseif ($count.NotReached) { 3 } else { 0 }
}
catch {
    [Console]::Error.WriteLine("clean-up: $_ $($_.ErrorDetails.RecommendedAction)")
    $code = 1
}
finally {
    if ($lines) { $lines.Dispose() }
    if ($code -eq 130) { [Environment]::Exit($code) }            # after Ctrl+C "exit" does not count
}
exit $code
