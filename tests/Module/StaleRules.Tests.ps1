# A policy in a repository is written by real editors and real redirections, and checked in a job whose exit code counts.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot ModuleSuite.psm1) -Force
    Import-Module (Get-ModuleUnderTest) -Force
    $psd1 = "@{ Rules = @{ Image = 'us-docker.pkg.dev/shop/apps/*'; OlderThan = 30d; Tag = 'pr-*' } }"
    $json = '{ "Rules": { "Image": "us-docker.pkg.dev/shop/apps/*", "OlderThan": "30d", "Tag": "pr-*" } }'
}

Describe 'A file of rules' {
    It 'is read as <_> writes it' -ForEach 'utf8', 'utf8BOM', 'unicode', 'bigendianunicode' {
        Set-Content (Join-Path $TestDrive rules.psd1) $psd1 -Encoding $_
        $json | Out-File (Join-Path $TestDrive rules.json) -Encoding $_
        # Wine finds nothing by rules.*
        $tests = Get-ChildItem (Join-Path $TestDrive rules*) | Test-ArStaleRule
        $tests.IsValid | Should -Be $true, $true
        $tests.OlderThan | Should -Be '30d', '30d'
        $tests.Tag | Should -Be 'pr-*', 'pr-*'
        Remove-Item (Join-Path $TestDrive rules.*)
    }

    It 'is what ConvertTo-Json makes of the same table' {
        $rules = Join-Path $TestDrive made.json
        @{ Rules = @(@{ Image = @('us-docker.pkg.dev/shop/apps/*'); OlderThan = '30d'; KeepNewest = 3 }) } |
            ConvertTo-Json -Depth 5 | Set-Content $rules
        (Test-ArStaleRule $rules).KeepNewest | Should -Be 3
    }

    It 'is tested with files that come from a job' {
        Set-Content (Join-Path $TestDrive job.psd1) $psd1
        $files = Start-Job { Get-ChildItem $args[0] } -ArgumentList (Join-Path $TestDrive job.psd1) | Receive-Job -Wait -AutoRemoveJob
        ($files | Test-ArStaleRule).IsValid | Should -BeTrue
    }

    It 'is not run' {
        $ran = Join-Path $TestDrive ran.txt
        Set-Content (Join-Path $TestDrive run.psd1) "@{ Rules = `$(Set-Content '$ran' 1) }"
        (Test-ArStaleRule (Join-Path $TestDrive run.psd1)).IsValid | Should -Contain $false
        Test-Path $ran | Should -BeFalse
    }
}

Describe 'A job that checks policies' {
    It 'ends with <Code> for <What>' -ForEach @(
        @{ What = 'a good file'; Text = "@{ Rules = @{ Image = 'us-docker.pkg.dev/shop/apps'; OlderThan = '30d' } }"; Code = 0 }
        @{ What = 'a bad one'; Text = '@{ }'; Code = 1 }
        @{ What = 'none'; Text = $null; Code = 1 }
    ) {
        $file = Join-Path $TestDrive "check.psd1"
        if ($Text) { Set-Content $file $Text } else { Remove-Item $file }
        $result = Invoke-Pwsh @"
`$tests = Test-ArStaleRule '$file' -ErrorAction Stop
`$problems = `$tests | Where-Object { -not `$_.IsValid }
`$problems | ForEach-Object ToString
if (`$problems) { exit 1 }
"@
        $result.ExitCode | Should -Be $Code
        if ($What -eq 'a bad one') { $result.Output | Should -BeLike "$file(1): Rules is missing*" }
    }
}
