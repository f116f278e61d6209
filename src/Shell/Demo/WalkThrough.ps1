# Shows each step of Demo.ps1 as a person would type it, runs it, and shows what it gives. Blank lines separate the steps,
# and "#!" marks one that must be refused. This is the script of a session, in whose scope the steps leave their variables.

[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSAvoidUsingWriteHost', '', Justification = 'It is a show for the screen.')]
param()

$atTerminal = -not ([Console]::IsInputRedirected -or [Console]::IsOutputRedirected)
$show = { $input | Out-Default }
if (-not $atTerminal) {
    $PSStyle.OutputRendering = 'PlainText'
    $ProgressPreference = 'SilentlyContinue'
    # Without a terminal there is no width to keep to but this one. Errors are longer, and are broken between words.
    $show = { Write-Host (($input | Out-String -Width 120) -replace '(?m)[ \r]+$' -replace '(?m)^(?=.{121})(.{1,120}) ', "`$1`n  ").Trim("`n") }
}

$steps = (Get-Content (Join-Path $PSScriptRoot Demo.ps1) -Raw).ReplaceLineEndings("`n").Trim() -split '\n{2,}'
foreach ($step in $steps) {
    $comment, $command = ($step -split '\n').Where({ $_ -notlike '#*' }, 'Split')[1, 0]
    Write-Host ($comment -replace '^#!', '#' -join "`n") -ForegroundColor DarkGreen
    if ($command) {
        Write-Host "PS> $($command -join "`n>> ")"
        $errors = $Error.Count
        try { . ([scriptblock]::Create($command -join "`n")) 2>&1 | & $show }
        catch { $_ | & $show }
        # $? tells of the last statement only; an error anywhere in the step counts.
        if (($Error.Count -gt $errors) -ne $step.StartsWith('#!')) {
            Write-Host "The demo ends here: this step $($step.StartsWith('#!') ? 'should have been refused' : 'failed')."
            exit 1
        }
    }
    Write-Host
}

if ($atTerminal) {
    Write-Host @'
# Your turn. $app, $api and $plan are still set. The tour has cleaned up $app, but not $api; type for example
#   $plan | Remove-ArUntaggedImage               which asks once, and then removes what the plan says
#   Get-ArImageTag $api                          what is left of it
#   Test-ArPull "${app}:v42" -Project games      whether the clusters of another project can pull, and what helps
#   Get-Command -Module ArtifactRegistry         all commands; Get-Help NAME -Examples shows how they are used
# exit leaves, and all that you changed is gone.
'@ -ForegroundColor DarkGreen
}
