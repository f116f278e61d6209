BeforeAll {
    Import-Module (Join-Path $PSScriptRoot ModuleSuite.psm1) -Force
    $emulator = Start-Emulator
    $many = 'us-docker.pkg.dev/shop/apps/many'
    $absent = 'us-docker.pkg.dev/shop/apps/absent'
}

AfterAll {
    Stop-Emulator $emulator
}

Describe 'A process of its own' {
    It 'has rows on standard output, and the error of one item on standard error' {
        $result = Invoke-Pwsh "Get-ArImage $absent, $many | ForEach-Object Image | Select-Object -Unique; exit 0"
        $result.Output | Should -Be $many
        $result.Error | Should -Match "'us-docker.pkg.dev/shop/apps/absent' was not found"
        $result.ExitCode | Should -Be 0
    }

    It 'ends with exit code <Code> after <Command>' -ForEach @(
        @{ Code = 0; Command = 'Get-ArConnection' }
        @{ Code = 1; Command = 'Get-ArImage us-docker.pkg.dev/shop/apps/absent' }
        @{ Code = 1; Command = 'Get-ArImage us-docker.pkg.dev/shop/apps/absent -ErrorAction Stop; exit 0' }
        @{ Code = 1; Command = 'Get-ArImage nonsense' }
        @{ Code = 5; Command = 'try { Get-ArImage nonsense } catch { exit 5 }' }
    ) {
        (Invoke-Pwsh $Command).ExitCode | Should -Be $Code
    }

    It 'writes no progress, no colours and no verbose lines into its output' {
        $result = Invoke-Pwsh "Get-ArUntaggedImage $many | Select-Object -First 1 | ForEach-Object Decision"
        $result.Output | Should -BeIn 'Delete', 'Keep'
        $result.Error | Should -BeNullOrEmpty
    }

    It 'has the same table and the same CSV in every culture' {
        $result = Invoke-Pwsh @"
            `$shown = foreach (`$culture in '', 'de-DE', 'tr-TR', 'th-TH', 'ar-SA') {
                [cultureinfo]::CurrentCulture = [cultureinfo]::CurrentUICulture = `$culture
                Get-ArImage $many | Sort-Object Digest | Select-Object -First 3 -OutVariable rows | Out-String -Width 120
                `$rows | Select-Object Digest, SizeBytes, UploadTime | ConvertTo-Csv | Out-String
            }
            `$shown.Count
            @(`$shown | Select-Object -Unique).Count
            `$shown[0]
"@
        $result.Error | Should -BeNullOrEmpty
        ($result.Output -split '\r?\n')[0, 1] | Should -Be '10', '2'
        $result.Output | Should -Match 'sha256:'
    }
}
