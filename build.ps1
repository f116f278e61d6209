#Requires -Version 7.4

<#
.SYNOPSIS
    Builds, tests, packages or shows the ArtifactRegistry module.

.DESCRIPTION
    A thin front over dotnet, for people with PowerShell. It may be run from any directory, on Windows, Linux and macOS,
    and needs the .NET SDK that global.json names. It ends with an error, and under pwsh -File with exit code 1, at the
    first step that fails.

    Build    Builds all projects, and stages the module in bin/; then Import-Module ./ArtifactRegistry.psd1 works.
    Test     Runs dotnet test, then the Pester suite of tests/Module against the checkout.
    Package  Makes out/ArtifactRegistry/VERSION/, the folder that Publish-PSResource -Path takes, from a clean build.
    Publish  Makes the package and tries it: publishes it to a feed in out/feed, installs it from there into a folder, and
             imports it by name in a new PowerShell. Nothing of this machine's settings or modules is changed.
    Notes    Shows the section of CHANGELOG.md for the version, after checking that -Tag, manifest and changelog agree.
    Demo     Shows the main job on the local emulator, then leaves a prompt to try things at.

.PARAMETER Task
    What to do: Build (the default), Test, Package, Publish, Notes or Demo.

.PARAMETER Configuration
    Debug or Release. By default a package is built for Release and everything else for Debug.

.PARAMETER Tag
    For Notes: the tag of the release, v and the version.

.EXAMPLE
    ./build.ps1; Import-Module ./ArtifactRegistry.psd1

    Builds the module and loads it into this session.

.EXAMPLE
    ./build.ps1 Test

    Runs all tests.

.EXAMPLE
    $module = ./build.ps1 Package; Publish-PSResource -Path $module.FullName -Repository Company

    Makes the package, whose folder is the output, and publishes it to a repository of one's own.

.OUTPUTS
    Package and Publish emit the folder of the package, and Notes the text; the other tasks emit nothing but what dotnet
    prints.
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Package', 'Publish', 'Notes', 'Demo')]
    [string] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration,

    [string] $Tag
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
# Exit codes are looked at here, whatever the session's preference is.
$PSNativeCommandUseErrorActionPreference = $false

function Stop-Build([string] $Message, [string] $Id) {
    $cause = [System.InvalidOperationException]::new($Message)
    $script:PSCmdlet.ThrowTerminatingError([System.Management.Automation.ErrorRecord]::new($cause, $Id, 'InvalidResult', $Task))
}

function Invoke-Step([string] $Program, [string[]] $Arguments) {
    Write-Verbose "$Program $Arguments"
    & $Program @Arguments
    if ($LASTEXITCODE -ne 0) { Stop-Build "'$Program $Arguments' failed with exit code $LASTEXITCODE." 'StepFailed' }
}

function Invoke-Build {
    Write-Information 'Building. The first time, packages are restored, which takes a minute.' -InformationAction Continue
    Invoke-Step dotnet 'build', '--nologo', '--configuration', $Configuration
    Write-Information -InformationAction Continue @"

Built. Load the module with: Import-Module $(Join-Path $PSScriptRoot ArtifactRegistry.psd1)
A session that has loaded it before keeps the old build: start a new pwsh.
To try it without a project: ./build.ps1 Demo
"@
}

function Invoke-Test {
    Invoke-Step dotnet 'test', '--configuration', $Configuration

    # In a process of its own: the module's assemblies stay loaded until the process ends, and on Windows locked as well.
    Invoke-Step dotnet (Get-Shell), '-NoProfile', '-NonInteractive', '-File', (Join-Path tests Module Invoke-Suite.ps1)
}

# The PowerShell that the restore has brought, whatever version runs this.
function Get-Shell {
    $folder = Invoke-Step dotnet 'msbuild', 'src/Shell', '-getProperty:PowerShellFolder'
    Join-Path $folder ($IsWindows ? 'win' : 'unix') pwsh.dll
}

function New-Package {
    $version = (Import-PowerShellDataFile ArtifactRegistry.psd1).ModuleVersion
    $build = Join-Path $PSScriptRoot out build
    $module = Join-Path $PSScriptRoot out ArtifactRegistry
    $package = Join-Path $module $version
    foreach ($folder in $build, $module) {
        if (Test-Path $folder) { Remove-Item $folder -Recurse -Force }
    }

    # Everything is built anew in a folder of its own, so nothing stale is packaged and bin/ may be in use.
    $project = Join-Path src ArtifactRegistry ArtifactRegistry.csproj
    $stage = Join-Path $build stage
    Invoke-Step dotnet @(
        'build', $project, '--nologo', '--configuration', $Configuration, '--artifacts-path', $build
        "-p:StagedModule=$stage/", "-p:StagedHelp=$stage/en-US/", '-p:ContinuousIntegrationBuild=true', '-p:RestoreLockedMode=true'
    ) | Out-Host

    Invoke-Step dotnet 'build', (Join-Path src Precompiled), '--nologo', '-restore', '-target:Precompile', "-p:Module=$stage/" | Out-Host

    $null = New-Item $package -ItemType Directory
    $notices = Join-Path src ArtifactRegistry THIRD-PARTY-NOTICES.txt
    Copy-Item ArtifactRegistry.psd1, README.md, CHANGELOG.md, LICENSE, $notices $package
    Copy-Item docs $package -Recurse

    foreach ($file in Get-ChildItem $stage -Recurse -File) {
        $place = [System.IO.Path]::GetRelativePath($stage, $file.FullName)
        # Symbols and the XML of doc comments are for who works on the module; the help of cmdlets is XML too.
        if ($file.Extension -eq '.pdb' -or ($file.Extension -eq '.xml' -and $file.Name -notlike '*-Help.xml')) { continue }
        # Help is looked for beside the manifest.
        $target = $place -like 'en-US*' ? (Join-Path $package $place) : (Join-Path $package bin $place)
        $null = New-Item (Split-Path $target) -ItemType Directory -Force
        Copy-Item $file.FullName $target
    }

    $null = Test-ModuleManifest (Join-Path $package ArtifactRegistry.psd1)
    Get-Item $package
}

# A feed is a folder here, and the module is installed beside it, so that this machine's modules and settings stay as they are.
function Publish-Trial {
    $package = New-Package
    $feed = Join-Path $PSScriptRoot out feed
    $installed = Join-Path $PSScriptRoot out installed
    foreach ($folder in $feed, $installed) {
        if (Test-Path $folder) { Remove-Item $folder -Recurse -Force }
        $null = New-Item $folder -ItemType Directory
    }

    $name = "ArtifactRegistry-trial-$PID"
    Register-PSResourceRepository -Name $name -Uri $feed -Trusted
    try {
        Publish-PSResource -Path $package.FullName -Repository $name
        Save-PSResource ArtifactRegistry -Repository $name -Path $installed -TrustRepository
    }
    finally {
        Unregister-PSResourceRepository -Name $name
    }

    # By name, in a new process; its version and folder show that no other copy was found.
    $probe = @'
$module = Import-Module ArtifactRegistry -PassThru -ErrorAction Stop
if (-not (Get-Help Remove-ArUntaggedImage).Synopsis) { throw 'The help is missing.' }
"$($module.Version) $($module.ModuleBase)"
'@
    Invoke-Step dotnet 'restore', 'src/Shell' | Out-Host
    $path = $env:PSModulePath
    $env:PSModulePath = $installed
    try { $found = Invoke-Step dotnet (Get-Shell), '-NoProfile', '-NonInteractive', '-Command', $probe }
    finally { $env:PSModulePath = $path }
    $expected = "$($package.Name) $(Join-Path $installed ArtifactRegistry $package.Name)"
    if ("$found" -ne $expected) { Stop-Build "Expected '$expected' to be imported, and it was '$found'." 'WrongModule' }
    Write-Information "Published to $feed, installed from there, and imported: $found" -InformationAction Continue
    $package
}

function Get-Note {
    $version = "$((Import-PowerShellDataFile ArtifactRegistry.psd1).ModuleVersion)"
    if ($Tag -and $Tag -ne "v$version") { Stop-Build "The tag '$Tag' is not 'v$version', the version of the manifest." 'WrongTag' }
    $section = [regex]::Match((Get-Content CHANGELOG.md -Raw), "(?ms)^## \[?$([regex]::Escape($version))\b.*?\r?\n(.+?)(?=^## |\z)")
    if (-not $section.Success) { Stop-Build "CHANGELOG.md has no section for $version." 'NoNotes' }
    $section.Groups[1].Value.Trim()
}

if (-not $Configuration) { $Configuration = $Task -in 'Package', 'Publish' ? 'Release' : 'Debug' }
if (-not (Get-Command dotnet -CommandType Application -ErrorAction Ignore)) {
    Stop-Build 'dotnet was not found. Install the .NET SDK that global.json names, and see that it is on the PATH.' 'NoDotnet'
}

# dotnet reads global.json from the current directory upwards.
Push-Location $PSScriptRoot
try {
    switch ($Task) {
        'Build' { Invoke-Build }
        'Test' { Invoke-Test }
        'Package' { New-Package }
        'Publish' { Publish-Trial }
        'Notes' { Get-Note }
        # The demo needs the terminal, so nothing is piped.
        'Demo' { Invoke-Step dotnet 'run', '--project', 'src/Shell', '--configuration', $Configuration, '--', '-Demo' }
    }
}
finally {
    Pop-Location
}
