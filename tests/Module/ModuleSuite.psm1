# What the suites share: the module under test, an emulator in a process of its own, and pwsh in further processes.

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$root = (Get-Item $PSScriptRoot).Parent.Parent.FullName
# Long enough for the busiest machine; in milliseconds.
$patience = 180000

<#
.SYNOPSIS
    The manifest of the module under test: that of ARTIFACTREGISTRY_MODULE (a manifest or its folder), or the checkout's.
#>
function Get-ModuleUnderTest {
    $given = $env:ARTIFACTREGISTRY_MODULE ? (Resolve-Path $env:ARTIFACTREGISTRY_MODULE).ProviderPath : $root
    $manifest = (Test-Path $given -PathType Container) ? (Join-Path $given ArtifactRegistry.psd1) : $given
    $assembly = Join-Path (Split-Path $manifest) bin ArtifactRegistry.dll
    if (-not (Test-Path $assembly)) { throw "There is no '$assembly'. Build it first: ./build.ps1" }
    $manifest
}

<#
.SYNOPSIS
    The folder of a package: the module under test if it is one, else a package made from the checkout.
#>
function Get-PackageUnderTest {
    $folder = Split-Path (Get-ModuleUnderTest)
    if ($folder -ne $root) { return Get-Item $folder }
    & (Join-Path $root build.ps1) Package 6> $null
}

<#
.SYNOPSIS
    Copies what a module consists of to a folder, and gives the manifest there.
#>
function Copy-ModuleUnderTest([string] $Destination) {
    $source = Split-Path (Get-ModuleUnderTest)
    $null = New-Item $Destination -ItemType Directory -Force
    foreach ($part in 'ArtifactRegistry.psd1', 'bin', 'en-US') {
        $path = Join-Path $source $part
        if (Test-Path $path) { Copy-Item $path $Destination -Recurse }
    }
    Join-Path $Destination ArtifactRegistry.psd1
}

<#
.SYNOPSIS
    The Core assembly that a module in this folder runs here: one compiled for this platform, if it has that.
#>
function Get-CoreAssembly([string] $Folder) {
    $platform = "$($IsWindows ? 'win' : $IsMacOS ? 'osx' : 'linux')-$([Runtime.InteropServices.RuntimeInformation]::ProcessArchitecture)".ToLowerInvariant()
    $compiled = Join-Path $Folder bin $platform ArtifactRegistry.Core.dll
    (Test-Path $compiled) ? $compiled : (Join-Path $Folder bin ArtifactRegistry.Core.dll)
}

<#
.SYNOPSIS
    Starts an emulator on a free port, and sets the environment variables that it prints.
.OUTPUTS
    An object for Stop-Emulator, with the Url.
#>
function Start-Emulator([string[]] $Arguments = @()) {
    $program = $env:ARTIFACTREGISTRY_EMULATOR
    if (-not $program) {
        $pattern = Join-Path $root src Emulator bin * net10.0 ($IsWindows ? 'ArtifactRegistry.Emulator.exe' : 'ArtifactRegistry.Emulator')
        $program = Get-Item $pattern -ErrorAction Ignore | Sort-Object LastWriteTime | Select-Object -Last 1 -ExpandProperty FullName
    }
    if (-not $program) { throw 'The emulator has not been built. Build it first: ./build.ps1' }

    $seed = Join-Path $PSScriptRoot seed.json
    $process = Start-Program $program (@('--urls', 'http://127.0.0.1:0', '--seed', $seed) + $Arguments)
    $saved = @{}
    $url = $null
    while ($true) {
        $line = $process.StandardOutput.ReadLineAsync()
        if (-not $line.Wait($patience)) { $process.Kill(); throw 'The emulator said nothing for three minutes.' }
        if ($null -eq $line.Result) { throw "The emulator did not start: $($process.StandardError.ReadToEnd())" }
        if ($line.Result -match 'http://127\.0\.0\.1:\d+/') { $url ??= $Matches[0] }
        # The lines for PowerShell are what a user pastes, so they are run as they stand.
        if ($line.Result -match '^\$env:(\w+) = ') {
            $saved[$Matches[1]] = [Environment]::GetEnvironmentVariable($Matches[1])
            & ([scriptblock]::Create($line.Result))
        }
        if ($line.Result -like 'export *' -and $saved.Count -gt 0) { break }
    }
    [pscustomobject]@{ Url = $url; Process = $process; Saved = $saved }
}

<#
.SYNOPSIS
    Ends an emulator, and puts the environment back.
#>
function Stop-Emulator($Emulator) {
    if (-not $Emulator) { return }
    if (-not $Emulator.Process.HasExited) { $Emulator.Process.Kill() }
    $Emulator.Process.WaitForExit()
    foreach ($name in $Emulator.Saved.Keys) { [Environment]::SetEnvironmentVariable($name, $Emulator.Saved[$name]) }
}

<#
.SYNOPSIS
    The digests that the server holds of an image of us-docker.pkg.dev/shop/apps, asked for without the module.
#>
function Get-ServerDigest($Emulator, [string] $Image) {
    foreach ($version in (Get-ServerPage $Emulator $Image versions)) { $version.name.Split('/')[-1] }
}

<#
.SYNOPSIS
    The tags of such an image, as a table from tag to digest.
#>
function Get-ServerTag($Emulator, [string] $Image) {
    $tags = [ordered]@{}
    foreach ($tag in (Get-ServerPage $Emulator $Image tags | Sort-Object name)) {
        $tags[$tag.name.Split('/')[-1]] = $tag.version.Split('/')[-1]
    }
    $tags
}

function Get-ServerPage($Emulator, [string] $Image, [string] $Collection) {
    $package = [uri]::EscapeDataString($Image)
    $uri = "$($Emulator.Url)v1/projects/shop/locations/us/repositories/apps/packages/$package/$($Collection)?pageSize=1000"
    $page = Invoke-RestMethod $uri
    if ($page.PSObject.Properties['nextPageToken']) { throw "More than a page of $Collection of '$Image'." }
    if ($page.PSObject.Properties[$Collection]) { $page.$Collection }
}

<#
.SYNOPSIS
    Runs script text, after importing the module under test, or a script file in a new pwsh. Its input is redirected and
    empty unless text is given.
.OUTPUTS
    ExitCode, Output and Error.
#>
function Invoke-Pwsh {
    param(
        [string] $Script,
        [string] $File,
        [string] $Module = (Get-ModuleUnderTest),
        [string] $InputText = '',
        [string[]] $Arguments = @('-NoProfile'),
        # The arguments are the whole command line.
        [switch] $Bare,
        [switch] $NoInput
    )
    $import = $Module ? "Import-Module '$($Module.Replace("'", "''"))'; " : ''
    $all = $Bare ? $Arguments : $Arguments + ($File ? @('-File', $File) : @('-Command', ($import + $Script)))
    # This PowerShell once more: its own executable, or the .NET host with pwsh.dll.
    $program = @([Environment]::ProcessPath)
    if ((Split-Path $program[0] -LeafBase) -eq 'dotnet') { $program += Join-Path $PSHOME pwsh.dll }
    $all = $program + $all
    # sh closes the descriptor altogether, as cron and systemd may do.
    if ($NoInput) { $all = @('sh', '-c', 'exec "$@" <&-', 'sh') + $all }
    $process = Start-Program $all[0] $all[1..($all.Count - 1)]
    $output = $process.StandardOutput.ReadToEndAsync()
    $errors = $process.StandardError.ReadToEndAsync()
    try {
        $process.StandardInput.Write($InputText)
        $process.StandardInput.Close()
    }
    catch [System.IO.IOException] {
        # It ended, or closed its input, without reading.
    }
    if (-not $process.WaitForExit($patience)) { $process.Kill($true); throw "pwsh did not end: $Script" }
    [pscustomobject]@{
        ExitCode = $process.ExitCode
        Output   = $output.Result.Trim()
        Error    = $errors.Result.Trim()
    }
}

function Start-Program([string] $Program, [string[]] $Arguments) {
    $start = [System.Diagnostics.ProcessStartInfo]::new($Program)
    foreach ($argument in $Arguments) { $start.ArgumentList.Add($argument) }
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $start.RedirectStandardError = $true
    $start.Environment['NO_COLOR'] = '1'
    # An executable looks for .NET where it is usually installed, and not where this process found it.
    $dotnet = [Environment]::ProcessPath
    if ((Split-Path $dotnet -LeafBase) -eq 'dotnet') { $start.Environment['DOTNET_ROOT'] ??= Split-Path $dotnet }
    [System.Diagnostics.Process]::Start($start)
}

Export-ModuleMember -Function Get-ModuleUnderTest, Get-PackageUnderTest, Copy-ModuleUnderTest, Get-CoreAssembly, Start-Emulator, Stop-Emulator,
    Get-ServerDigest, Get-ServerTag, Invoke-Pwsh
