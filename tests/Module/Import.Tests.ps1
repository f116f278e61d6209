BeforeAll {
    Import-Module (Join-Path $PSScriptRoot ModuleSuite.psm1) -Force
}

Describe 'Importing the module' {
    It 'exports the cmdlets of the manifest and nothing else' {
        $manifest = Get-ModuleUnderTest
        Import-Module $manifest -Force
        $module = Get-Module ArtifactRegistry

        $module.ModuleBase | Should -Be (Split-Path $manifest)
        $expected = (Import-PowerShellDataFile $manifest).CmdletsToExport | Sort-Object
        $module.ExportedCmdlets.Keys | Sort-Object | Should -Be $expected
        $module.ExportedCommands.Count | Should -Be $expected.Count
        $module.ExportedVariables.Count | Should -Be 0
    }

    It 'is complete with every cmdlet that the assembly has' {
        $assembly = Join-Path (Split-Path (Get-ModuleUnderTest)) bin ArtifactRegistry.dll
        $result = Invoke-Pwsh "(Get-Module ArtifactRegistry).ExportedCmdlets.Keys -join ' '" -Module $assembly
        $names = (Import-PowerShellDataFile (Get-ModuleUnderTest)).CmdletsToExport
        $result.Output -split ' ' | Sort-Object | Should -Be ($names | Sort-Object)
    }

    It 'says nothing, not even of verbs' {
        $result = Invoke-Pwsh "Get-Module ArtifactRegistry | ForEach-Object Name"
        $result.Output | Should -Be ArtifactRegistry
        $result.Error | Should -BeNullOrEmpty
        $result.ExitCode | Should -Be 0
    }

    It 'works from a folder with spaces and an apostrophe in its path' {
        $copy = Copy-ModuleUnderTest (Join-Path $TestDrive "some user's modules" ArtifactRegistry)
        $result = Invoke-Pwsh '(Get-ArConnection).GetType().Assembly.Location; [ArtifactRegistry.ImageName].Assembly.Location' -Module $copy
        $result.Error | Should -BeNullOrEmpty
        $result.Output -split '\r?\n' | Should -Be @(
            Join-Path (Split-Path $copy) bin ArtifactRegistry.dll
            Get-CoreAssembly (Split-Path $copy))
        $result.ExitCode | Should -Be 0
    }

    It 'works from a read-only folder, and writes nothing there' {
        $folder = Join-Path $TestDrive read-only ArtifactRegistry
        $copy = Copy-ModuleUnderTest $folder
        $before = Get-ChildItem $folder -Recurse -File
        foreach ($file in $before) { $file.IsReadOnly = $true }
        if (-not $IsWindows) { chmod -R a-w $folder }
        try {
            $result = Invoke-Pwsh '(Get-ArConnection).GetType().Assembly.Location' -Module $copy
            $result.Error | Should -BeNullOrEmpty
            $result.Output | Should -Be (Join-Path $folder bin ArtifactRegistry.dll)
            (Get-ChildItem $folder -Recurse -File).FullName | Should -Be $before.FullName
        }
        finally {
            if (-not $IsWindows) { chmod -R u+w $folder }
            foreach ($file in Get-ChildItem $folder -Recurse -File) { $file.IsReadOnly = $false }
        }
    }

    It 'is found by name where it is installed' {
        $modules = Join-Path $TestDrive installed
        $version = (Import-PowerShellDataFile (Get-ModuleUnderTest)).ModuleVersion
        $null = Copy-ModuleUnderTest (Join-Path $modules ArtifactRegistry $version)
        $result = Invoke-Pwsh (
            "`$env:PSModulePath = '$modules' + [IO.Path]::PathSeparator + `$env:PSModulePath; " +
            '$null = Get-ArConnection; (Get-Module ArtifactRegistry).ModuleBase') -Module ''
        $result.Error | Should -BeNullOrEmpty
        $result.Output | Should -Be (Join-Path $modules ArtifactRegistry $version)
    }

    It 'can be removed and imported again' {
        $manifest = (Get-ModuleUnderTest).Replace("'", "''")
        $result = Invoke-Pwsh @"
            `$before = (Get-Command -Module ArtifactRegistry).Count
            Remove-Module ArtifactRegistry
            `$between = @(Get-Module ArtifactRegistry).Count
            Import-Module '$manifest'
            `$null = Get-ArConnection
            Import-Module '$manifest' -Force
            `$null = Get-ArConnection
            `$before - (Get-Command -Module ArtifactRegistry).Count
            `$between
"@
        $result.Error | Should -BeNullOrEmpty
        -split $result.Output | Should -Be '0', '0'
    }
}

Describe 'Two copies of the module' {
    BeforeAll {
        $first = Copy-ModuleUnderTest (Join-Path $TestDrive one ArtifactRegistry)
        $second = Copy-ModuleUnderTest (Join-Path $TestDrive two ArtifactRegistry)
        $next = Copy-ModuleUnderTest (Join-Path $TestDrive next ArtifactRegistry)
        $version = (Import-PowerShellDataFile $next).ModuleVersion
        (Get-Content $next -Raw).Replace("'$version'", "'$version.1'") | Set-Content $next
        $look = "'{0} {1}' -f (Get-ArConnection).State, @((Get-TypeData ArtifactRegistry.ImageTag).Members.Keys -eq 'Updated').Count"
    }

    It 'work in one session, and one line says which of them runs' {
        foreach ($other in $second, $next) {
            $result = Invoke-Pwsh -Module $first "Import-Module '$other' 3>&1; $look; 1..2 | ForEach-Object { Get-ArRegistryCredential us-docker.pkg.dev -ErrorAction Ignore 3>&1 } | ForEach-Object { `"`$_`" }"
            $result.Error | Should -BeNullOrEmpty
            $lines = @($result.Output -split '\r?\n')
            $lines[0] | Should -Be 'NotTried 1'
            $lines -like "*This process has loaded ArtifactRegistry $version* from $(Join-Path (Split-Path $first) bin) and runs that, not * in $(Split-Path $other). Start a new pwsh*" |
                Should -HaveCount 1
        }
    }

    It 'work in parallel runspaces and jobs' {
        $result = Invoke-Pwsh -Module $first @"
            1..2 | ForEach-Object -Parallel { Import-Module '$second'; $look }
            Start-ThreadJob { Import-Module '$second'; $look } | Receive-Job -Wait
            Start-Job { Import-Module '$second'; $look } | Receive-Job -Wait
"@
        $result.Error | Should -BeNullOrEmpty
        $result.Output -split '\r?\n' | Should -Be (@('NotTried 1') * 4)
    }
}

Describe 'The package' {
    BeforeAll {
        $package = Get-PackageUnderTest
        $files = Get-ChildItem $package -Recurse -File | ForEach-Object { [IO.Path]::GetRelativePath($package.FullName, $_.FullName).Replace('\', '/') }
        $manifest = Import-PowerShellDataFile (Join-Path $package.FullName ArtifactRegistry.psd1)
    }

    It 'has what it needs' {
        foreach ($file in 'ArtifactRegistry.psd1', 'README.md', 'CHANGELOG.md', 'docs/clean-up.md', 'docs/unattended/clean-up.ps1', 'LICENSE', 'THIRD-PARTY-NOTICES.txt', 'bin/ArtifactRegistry.dll',
            'bin/ArtifactRegistry.Core.dll', 'bin/ArtifactRegistry.format.ps1xml', 'bin/ArtifactRegistry.Access.format.ps1xml', 'en-US/ArtifactRegistry.dll-Help.xml',
            'en-US/about_ArtifactRegistry.help.txt') {
            $files | Should -Contain $file
        }
    }

    It 'has nothing that only developers need, and nothing that PowerShell brings itself' {
        $files | Where-Object { $_ -match '\.(pdb|cs|deps\.json)$' } | Should -BeNullOrEmpty
        $files | Where-Object { $_ -like '*.xml' -and $_ -notlike '*-Help.xml' } | Should -BeNullOrEmpty
        $files | Where-Object { $_ -match '/(System|Microsoft)\.(Management\.Automation|PowerShell)\b' } | Should -BeNullOrEmpty
    }

    # A package that was made elsewhere, and is only tested here, cannot be made again here.
    It 'is the same, byte for byte, when it is made again' -Skip:($null -ne $env:ARTIFACTREGISTRY_MODULE) {
        function Get-Hashes { Get-ChildItem $package -Recurse -File | Get-FileHash | ForEach-Object { "$($_.Hash) $($_.Path)" } }
        $before = Get-Hashes
        $again = Get-PackageUnderTest
        $again.FullName | Should -Be $package.FullName
        Get-Hashes | Should -Be $before
    }

    # A type of Core that PowerShell loads with the cmdlets would bring the portable one before the other can be chosen.
    It 'runs what was compiled for this platform' {
        $core = Get-CoreAssembly $package.FullName
        $result = Invoke-Pwsh '[ArtifactRegistry.ImageName].Assembly.Location' -Module (Join-Path $package.FullName ArtifactRegistry.psd1)
        $result.Error | Should -BeNullOrEmpty
        $result.Output | Should -Be $core
        if ([Environment]::Is64BitProcess -and ($IsLinux -or $IsWindows) -and "$([Runtime.InteropServices.RuntimeInformation]::ProcessArchitecture)" -eq 'X64') {
            $core | Should -BeLike '*-x64*'
        }
    }

    It 'runs the portable assembly where the other is refused' {
        $copy = Join-Path $TestDrive refused
        Copy-Item $package.FullName $copy -Recurse
        Get-ChildItem (Join-Path $copy bin *-x64 ArtifactRegistry.Core.dll) | Set-Content -Value 'not an assembly'
        $result = Invoke-Pwsh '[ArtifactRegistry.ImageName].Assembly.Location' -Module (Join-Path $copy ArtifactRegistry.psd1)
        $result.Error | Should -BeNullOrEmpty
        $result.Output | Should -Be (Join-Path $copy bin ArtifactRegistry.Core.dll)
    }

    It 'has help for every cmdlet, and the about page' {
        $result = Invoke-Pwsh -Module (Join-Path $package.FullName ArtifactRegistry.psd1) @'
            foreach ($cmdlet in Get-Command -Module ArtifactRegistry) { "$($cmdlet.Name) $(@((Get-Help $cmdlet.Name).examples.example).Count -ge 3)" }
            (Get-Help about_ArtifactRegistry) -match 'ERROR IDS'
'@
        $result.Error | Should -BeNullOrEmpty
        $result.Output -split '\r?\n' | Should -Be (@($manifest.CmdletsToExport | Sort-Object | ForEach-Object { "$_ True" }) + 'True')
    }

    It 'names the licence of every library that is not its own' {
        $notices = Get-Content (Join-Path $package.FullName THIRD-PARTY-NOTICES.txt) -Raw
        $foreign = $files | Where-Object { $_ -like '*.dll' } | Split-Path -Leaf | Where-Object { $_ -notlike 'ArtifactRegistry*' }
        $foreign | Should -Not -BeNullOrEmpty
        foreach ($library in $foreign) { $notices | Should -Match ([regex]::Escape($library)) }
    }

    It 'has the metadata that a gallery asks for' {
        Test-ModuleManifest (Join-Path $package.FullName ArtifactRegistry.psd1) | Should -Not -BeNullOrEmpty
        $package.Name | Should -Be $manifest.ModuleVersion
        $manifest.Author, $manifest.Description, $manifest.GUID | Should -Not -BeNullOrEmpty
        $data = $manifest.PrivateData.PSData
        foreach ($tag in 'PSEdition_Core', 'Windows', 'Linux', 'MacOS') { $data.Tags | Should -Contain $tag }
        $data.Tags | Where-Object { $_ -match '\s' } | Should -BeNullOrEmpty
        $data.LicenseUri, $data.ReleaseNotes | Should -Not -BeNullOrEmpty
    }

    It 'has the version of the manifest in its assemblies' {
        foreach ($name in 'ArtifactRegistry.dll', 'ArtifactRegistry.Core.dll') {
            $version = [Diagnostics.FileVersionInfo]::GetVersionInfo((Join-Path $package.FullName bin $name))
            "$($version.FileMajorPart).$($version.FileMinorPart).$($version.FileBuildPart)" | Should -Be $manifest.ModuleVersion
        }
    }
}
