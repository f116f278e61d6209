BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot ModuleSuite.psm1) -Force
    $cmdlets = (Import-PowerShellDataFile (Get-ModuleUnderTest)).CmdletsToExport
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot ModuleSuite.psm1) -Force
    Import-Module (Get-ModuleUnderTest) -Force

    function Get-Completion([string] $Line) {
        (TabExpansion2 $Line -cursorColumn $Line.Length).CompletionMatches.CompletionText
    }
}

Describe 'At the prompt' {
    It 'completes the names of cmdlets' {
        Get-Completion 'Get-ArImage' | Should -Contain Get-ArImageTag
    }

    It 'completes parameters' {
        $parameters = Get-Completion 'Remove-ArImage -'
        foreach ($name in '-Image', '-DeleteTags', '-All', '-Force', '-WhatIf', '-Confirm', '-ThrottleLimit') {
            $parameters | Should -Contain $name
        }
        Get-Completion 'Add-ArImageTag x -Exp' | Should -Be '-ExpectedDigest'
    }

    It 'completes the properties of what is piped' {
        Get-Completion 'Get-ArImageTag x | Where-Object Upl' | Should -Contain UploadTime
        Get-Completion 'Get-ArImage x | Select-Object SizeB' | Should -Be SizeBytes
    }

    It 'shows the syntax of <_> with all its parameters' -ForEach $cmdlets {
        # Lines break anywhere, so the text is looked at without white space.
        $help = (Get-Help $_ | Out-String) -replace '\s'
        $help | Should -Match "SYNTAX$_.*\[<CommonParameters>\]"
        $common = [System.Management.Automation.Cmdlet]::CommonParameters + [System.Management.Automation.Cmdlet]::OptionalCommonParameters
        foreach ($name in (Get-Command $_).Parameters.Keys | Where-Object { $_ -notin $common }) {
            $help | Should -Match "-$name\W"
        }
    }
}
