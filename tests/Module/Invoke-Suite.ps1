#Requires -Version 7.4

<#
.SYNOPSIS
    Runs the Pester suite against the module, and exits 0 only if tests ran and none failed.

.DESCRIPTION
    Needs a build of the solution (./build.ps1 or dotnet build), which brings Pester as well; where only the emulator was
    built, Pester 5 or 6 from elsewhere. The last line says how many tests passed, failed and were skipped.
    Best run in a process of its own, since the module's assemblies stay loaded: pwsh -File tests/Module/Invoke-Suite.ps1

.PARAMETER ModulePath
    The manifest of the module to test, or its folder; by default ARTIFACTREGISTRY_MODULE, or else the checkout.

.PARAMETER Name
    Which files of the suite to run, without .Tests.ps1; by default all.

.PARAMETER ResultPath
    Where to write the results as NUnit XML.
#>
[CmdletBinding()]
param(
    [ValidateNotNullOrEmpty()]
    [string] $ModulePath,

    [string] $Name,

    [ValidateNotNullOrEmpty()]
    [string] $ResultPath
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$env:PSModulePath = (Join-Path $PSScriptRoot modules) + [IO.Path]::PathSeparator + $env:PSModulePath
Import-Module Pester -MinimumVersion 5.5.0 -MaximumVersion 6.99.99
if ($ModulePath) { $env:ARTIFACTREGISTRY_MODULE = (Resolve-Path $ModulePath).ProviderPath }

$settings = New-PesterConfiguration
$settings.Run.Path = $Name ? (Join-Path $PSScriptRoot "$Name.Tests.ps1") : $PSScriptRoot
$settings.Run.PassThru = $true
$settings.Output.Verbosity = 'Detailed'
if ($ResultPath) {
    $settings.TestResult.Enabled = $true
    $settings.TestResult.OutputPath = $ResultPath
}

$run = Invoke-Pester -Configuration $settings
# A suite that could not be read, or whose preparation failed, counts no failed test of its own.
$failed = $run.FailedCount + $run.FailedContainersCount + $run.FailedBlocksCount
Write-Output "Pester: $($run.PassedCount) passed, $failed failed, $($run.SkippedCount) skipped"
exit ($failed -gt 0 -or $run.PassedCount -eq 0 ? 1 : 0)
