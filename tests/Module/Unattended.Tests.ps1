# The script for schedulers, docs/unattended/clean-up.ps1, in a process of pwsh with nobody in front of it.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot ModuleSuite.psm1) -Force
    # Installed modules load by themselves; the one under test is put where that is looked for.
    $modules = Join-Path $TestDrive modules
    $null = Copy-ModuleUnderTest (Join-Path $modules ArtifactRegistry)
    $path = $env:PSModulePath
    $env:PSModulePath = $modules + [IO.Path]::PathSeparator + $path

    function Invoke-CleanUp([string[]] $Arguments = @(), [string] $Image = 'us-docker.pkg.dev/shop/apps/sweep') {
        $script = Join-Path $TestDrive "my scripts" clean-up.ps1
        $null = New-Item (Split-Path $script) -ItemType Directory -Force
        Copy-Item (Join-Path $PSScriptRoot .. .. docs unattended clean-up.ps1) $script
        $log = Join-Path $TestDrive "log $(New-Guid).jsonl"
        $all = @('-NoProfile', '-NonInteractive', '-File', $script, '-Image', $Image, '-Log', $log, '-OlderThan', '0s', '-AbortAbove', '100') + $Arguments
        $result = Invoke-Pwsh -Arguments $all -Bare
        $lines = @(if (Test-Path $log) { Get-Content $log | ForEach-Object { ConvertFrom-Json $_ } | Where-Object event -EQ result })
        $result | Add-Member Lines $lines -PassThru
    }
}

AfterAll {
    $env:PSModulePath = $path
}

Describe 'The script for schedulers' {
    BeforeEach { $emulator = $null }

    AfterEach { Stop-Emulator $emulator }

    It 'exits with 0 when it is done' {
        $emulator = Start-Emulator
        $result = Invoke-CleanUp
        $result.Error | Should -Match '\Aclean-up: warning: Without -InUseFrom [^\n]+\s*\z'
        $result.Output | Should -Match '^us-docker\.pkg\.dev/shop/apps/sweep: 3 removed \(.+\), 0 already gone, 0 kept, 0 failed, 0 not reached, \d+ s$'
        $result.ExitCode | Should -Be 0
        $result.Lines.Status | Should -Be Removed, Removed, Removed
        $result.Lines[0].Uri | Should -Match '^us-docker\.pkg\.dev/shop/apps/sweep@sha256:[0-9a-f]{64}$'
        $result.Lines[0].Time | Should -BeOfType datetime
        Get-ServerDigest $emulator sweep | Should -Be (Get-ServerTag $emulator sweep)['latest']
    }

    It 'exits with 1 and deletes nothing when it failed' {
        $emulator = Start-Emulator
        $before = Get-ServerDigest $emulator sweep
        $result = Invoke-CleanUp '-TimeLimit', 'soon'
        $result.Error | Should -Match '(?m)^clean-up: .*soon'
        $result.ExitCode | Should -Be 1
        (Invoke-CleanUp -Image us-docker.pkg.dev/shop/absent).ExitCode | Should -Be 1
        Get-ServerDigest $emulator sweep | Should -Be $before
    }

    It 'exits with 1 when it may delete nothing' {
        $emulator = Start-Emulator '--deny', 'artifactregistry.versions.delete'
        $result = Invoke-CleanUp
        # The first refusal lets no further deletion begin; those that run beside it are refused as well.
        $result.Output | Should -Match ': 0 removed \(0 KB\), 0 already gone, 0 kept, [1-3] failed, [0-2] not reached, '
        $result.Error | Should -Match 'artifactregistry\.versions\.delete|artifactregistry\.repoAdmin'
        $result.ExitCode | Should -Be 1
        $result.Lines.Status | Should -HaveCount 3
        $result.Lines.Status | Should -BeIn Failed, NotReached
        $result.Lines.Status | Should -Contain Failed
    }

    It 'exits with 3 when a limit ended it' {
        $emulator = Start-Emulator
        $result = Invoke-CleanUp '-TimeLimit', '0s'
        $result.Output | Should -Match ': 0 removed \(0 KB\), 0 already gone, 0 kept, 0 failed, 3 not reached, '
        $result.ExitCode | Should -Be 3
    }
}
