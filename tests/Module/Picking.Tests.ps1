# A grid gives back some of the objects that went in. There is none here, so they are picked by Select-Object.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot ModuleSuite.psm1) -Force
    $emulator = Start-Emulator
    Import-Module (Get-ModuleUnderTest) -Force
    $app = 'us-docker.pkg.dev/shop/apps/pick'
}

AfterAll {
    Stop-Emulator $emulator
}

Describe 'Picked objects' {
    It 'mean the digests that were picked, and no other' {
        $plan = Get-ArUntaggedImage $app -OlderThan 0s
        $picked = $plan | Select-Object -Skip 1 -First 2
        $done = $picked | Remove-ArUntaggedImage -Confirm:$false
        $done.Status | Should -Be Removed, Removed
        $done.Digest | Sort-Object | Should -Be ($picked.Digest | Sort-Object)
        Get-ServerDigest $emulator pick | Should -Not -BeIn $picked.Digest
        @(Get-ServerDigest $emulator pick).Count | Should -Be 4
    }

    It 'mean the same after a job' {
        $job = Start-Job { param($module, $app) Import-Module $module; Get-ArUntaggedImage $app -OlderThan 0s } -ArgumentList (Get-ModuleUnderTest), $app
        $picked = $job | Receive-Job -Wait -AutoRemoveJob | Select-Object -First 1
        $picked | Should -Not -BeOfType ArtifactRegistry.DockerImage
        ($picked | Remove-ArUntaggedImage -OlderThan 0s -Confirm:$false).Digest | Should -Be $picked.Digest
        @(Get-ServerDigest $emulator pick).Count | Should -Be 3
    }

    It 'mean the same after Export-Clixml, tags as well as digests' {
        Get-ArImageTag $app -Tag * | Export-Clixml (Join-Path $TestDrive tags.xml)
        $picked = Import-Clixml (Join-Path $TestDrive tags.xml) | Where-Object Tag -EQ 'pr-2'
        ($picked | Remove-ArImageTag).Tag | Should -Be 'pr-2'
        (Get-ServerTag $emulator pick).Keys | Should -Be 'pr-1', 'v1'
    }
}
