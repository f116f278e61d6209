BeforeAll {
    Import-Module (Join-Path $PSScriptRoot ModuleSuite.psm1) -Force
    $emulator = Start-Emulator
    $app = 'us-docker.pkg.dev/shop/apps/team/guarded'
    $digests = Get-ServerDigest $emulator team/guarded

    function Assert-Refused($Result) {
        $Result.Error | Should -Match 'needs a confirmation'
        $Result.Error | Should -Match '-Confirm:\$false'
        $Result.ExitCode | Should -Not -Be 0
        Get-ServerDigest $emulator team/guarded | Should -Be $digests
        (Get-ServerTag $emulator team/guarded).Keys | Should -Be v1
    }
}

AfterAll {
    Stop-Emulator $emulator
}

Describe 'A confirmation that nobody can give: <Command>' -ForEach @(
    @{ Command = 'Remove-ArUntaggedImage us-docker.pkg.dev/shop/apps/team/guarded' }
    @{ Command = 'Get-ArImageTag us-docker.pkg.dev/shop/apps/team/guarded | Where-Object { -not $_.Tags } | Remove-ArUntaggedImage' }
    @{ Command = 'Remove-ArImage us-docker.pkg.dev/shop/apps/team/guarded:v1' }
    @{ Command = 'Remove-ArImage us-docker.pkg.dev/shop/apps/team/guarded -All' }
    @{ Command = 'Remove-ArImageTag us-docker.pkg.dev/shop/apps/team/guarded:v1 -Confirm' }
) {
    It 'is refused under -NonInteractive' {
        Assert-Refused (Invoke-Pwsh $Command -Arguments '-NoProfile', '-NonInteractive')
    }

    It 'is refused when the input is at its end' {
        Assert-Refused (Invoke-Pwsh $Command)
    }

    It 'is refused when there are blank lines on the input' {
        Assert-Refused (Invoke-Pwsh $Command -InputText "`n`n`n`n`n`n")
    }

    It 'is refused when the input is closed' -Skip:$IsWindows {
        Assert-Refused (Invoke-Pwsh $Command -NoInput)
    }

    It 'has an id that scripts can tell' {
        $script = "try { $Command } catch { `$_.FullyQualifiedErrorId.Split(',')[0]; exit 7 }; 'went on'"
        $result = Invoke-Pwsh $script -Arguments '-NoProfile', '-NonInteractive'
        $result.Output | Should -Be ConfirmationRequired
        $result.ExitCode | Should -Be 7
    }
}

Describe 'An unattended clean-up' {
    It 'exits 1 as a script file that stops at errors, when it forgot -Confirm:$false' {
        $file = Join-Path $TestDrive clean-up.ps1
        Set-Content $file @"
            `$ErrorActionPreference = 'Stop'
            Import-Module '$((Get-ModuleUnderTest).Replace("'", "''"))'
            Remove-ArUntaggedImage $app
            'went on'
"@
        $result = Invoke-Pwsh -File $file
        Assert-Refused $result
        $result.Output | Should -BeNullOrEmpty
        $result.ExitCode | Should -Be 1
    }

    It 'exits 0 and deletes what has no tag with -Confirm:$false' {
        $result = Invoke-Pwsh "Remove-ArUntaggedImage $app -Confirm:`$false | ForEach-Object Status" -Arguments '-NoProfile', '-NonInteractive'
        $result.Error | Should -BeNullOrEmpty
        $result.ExitCode | Should -Be 0
        -split $result.Output | Should -Be Removed, Removed, Removed
        Get-ServerDigest $emulator team/guarded | Should -Be (Get-ServerTag $emulator team/guarded)['v1']
    }
}
