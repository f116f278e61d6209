BeforeAll {
    Import-Module (Join-Path $PSScriptRoot ModuleSuite.psm1) -Force
    # The image has six pages.
    $emulator = Start-Emulator '--page-size-cap', '10', '--latency', '100ms'
    Import-Module (Get-ModuleUnderTest) -Force
    $app = 'us-docker.pkg.dev/shop/apps/many'

    # What a listing wrote, in order: "request" for the trace line of a request, "row" for an object.
    function Get-Trace([scriptblock] $Listing) {
        switch (& $Listing 4>&1) {
            { $_ -isnot [System.Management.Automation.VerboseRecord] } { 'row' }
            { "$_" -match '\bGET\b' } { 'request' }
        }
    }
}

AfterAll {
    Stop-Emulator $emulator
}

Describe 'Listings' {
    It 'are complete whatever the size of a page' {
        $trace = Get-Trace { Get-ArImage $app -Verbose }
        @($trace -eq 'row').Count | Should -Be 60
        @($trace -eq 'request').Count | Should -BeGreaterOrEqual 6
    }

    It 'stop at once under Select-Object -First' {
        $trace = Get-Trace { Get-ArImage $app -Verbose | Select-Object -First 1 }
        @($trace -eq 'row').Count | Should -Be 1
        @($trace -eq 'request').Count | Should -BeIn 1, 2
    }

    It 'have the rows of the first page out before the second is asked for' {
        $trace = @(Get-Trace { Get-ArImage $app -Verbose })
        $second = [array]::IndexOf($trace, 'request', [array]::IndexOf($trace, 'row'))
        @($trace[0..$second] -eq 'row').Count | Should -BeIn (1..10)
    }
}
