BeforeAll {
    Import-Module (Join-Path $PSScriptRoot ModuleSuite.psm1) -Force
    # Six pages, each of which takes its time.
    $emulator = Start-Emulator '--page-size-cap', '10', '--latency', '500ms'
    Import-Module (Get-ModuleUnderTest) -Force
    $app = 'us-docker.pkg.dev/shop/apps/many'

    function Measure-Listing([scriptblock] $Listing) {
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        $all = @(& $Listing 4>&1)
        [pscustomobject]@{
            Time     = $watch.Elapsed
            Requests = @($all | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] -and "$_" -match '\bGET\b' }).Count
            Rows     = @($all | Where-Object { $_ -isnot [System.Management.Automation.VerboseRecord] }).Count
        }
    }
}

AfterAll {
    Stop-Emulator $emulator
}

Describe 'Listings' {
    It 'are complete whatever the size of a page' {
        $all = Measure-Listing { Get-ArImage $app -Verbose }
        $all.Rows | Should -Be 60
        $all.Requests | Should -BeGreaterOrEqual 6
    }

    It 'stop at once under Select-Object -First' {
        $first = Measure-Listing { Get-ArImage $app -Verbose | Select-Object -First 1 }
        $first.Rows | Should -Be 1
        $first.Requests | Should -BeLessOrEqual 2
        $first.Time | Should -BeLessThan ([timespan]::FromSeconds(2))
    }

    It 'have the first row out before the second page is asked for' {
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        $time = Get-ArImage $app | ForEach-Object { $watch.Elapsed } | Select-Object -First 1
        $time | Should -BeLessThan ([timespan]::FromSeconds(1))
    }
}
