BeforeAll {
    Import-Module (Join-Path $PSScriptRoot ModuleSuite.psm1) -Force
    $emulator = Start-Emulator -Arguments '--require-token', 'ya29.PLANTED-token'
    # The emulator's lines say that no credentials are wanted; here they are.
    $disabled = $env:CLOUDSDK_AUTH_DISABLE_CREDENTIALS
    $env:CLOUDSDK_AUTH_DISABLE_CREDENTIALS = $null
    $app = 'us-docker.pkg.dev/shop/apps/web'
}

AfterAll {
    $env:CLOUDSDK_AUTH_DISABLE_CREDENTIALS = $disabled
    Stop-Emulator $emulator
}

Describe 'Signing in' {
    It 'leaves no secret in a transcript, in $Error or in anything that is formatted' {
        $transcript = Join-Path $TestDrive transcript.txt
        $planted = Join-Path $TestDrive planted.json
        Set-Content $planted ('{"type":"authorized_user","client_id":"id","client_secret":"PLANTED-secret",' +
            '"refresh_token":"1//PLANTED-refresh"}')
        # As a script file: the text of -Command would itself be in the transcript.
        $script = Join-Path $TestDrive run.ps1
        Set-Content $script @"
            `$PSStyle.OutputRendering = 'PlainText'
            Import-Module '$(Get-ModuleUnderTest)'
            `$token = Get-Content '$(Join-Path $TestDrive token.txt)'
            `$null = Start-Transcript '$transcript'
            Connect-ArRegistry -AccessToken `$token -Verbose -Debug | Format-List * -Force
            Get-ArImage $app -Verbose -Debug | Out-Host
            Connect-ArRegistry -AccessToken `$token.Replace('token', 'other') | Out-Host
            Get-ArImage $app -Verbose
            Connect-ArRegistry -CredentialFile '$planted' | Format-List * -Force | Out-Host
            Get-ArImage $app -Verbose
            `$Error | Format-List * -Force | Out-Host
            Get-Error -Newest 5 | Out-Host
            Get-ArConnection | ConvertTo-Json | Out-Host
            `$null = Stop-Transcript
"@
        Set-Content (Join-Path $TestDrive token.txt) 'ya29.PLANTED-token'
        $result = Invoke-Pwsh -File $script -Module ''
        $all = (Get-Content $transcript -Raw) + $result.Output + $result.Error

        $all | Should -Match 'NotAuthenticated'
        $all | Should -Match '-> 200 in'
        $all | Should -Not -Match 'PLANTED-'
    }

    It 'explains a credential in the place of its path, and shows it nowhere' {
        $transcript = Join-Path $TestDrive key-transcript.txt
        $script = Join-Path $TestDrive key.ps1
        Set-Content $script @"
            `$PSStyle.OutputRendering = 'PlainText'
            Import-Module '$(Get-ModuleUnderTest)'
            `$key = Get-Content '$(Join-Path $TestDrive key.txt)'
            `$null = Start-Transcript '$transcript'
            foreach (`$name in 'GOOGLE_APPLICATION_CREDENTIALS', 'CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE', 'CLOUDSDK_AUTH_ACCESS_TOKEN_FILE') {
                [Environment]::SetEnvironmentVariable(`$name, `$key)
                Get-ArImage $app -Verbose
                try { Get-ArConnection } catch { `$_ | Out-Host }
                [Environment]::SetEnvironmentVariable(`$name, `$null)
            }
            try { Connect-ArRegistry -CredentialFile `$key } catch { `$_ | Out-Host }
            `$Error | Format-List * -Force | Out-Host
            Get-Error -Newest 9 | Out-Host
            `$null = Stop-Transcript
"@
        Set-Content (Join-Path $TestDrive key.txt) '{"type":"service_account","private_key":"-----BEGIN PRIVATE KEY-----\nPLANTED-key","client_email":"x@PLANTED-project.iam.gserviceaccount.com"}'
        $result = Invoke-Pwsh -File $script -Module ''
        $all = (Get-Content $transcript -Raw) + $result.Output + $result.Error

        foreach ($place in 'GOOGLE_APPLICATION_CREDENTIALS', 'CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE', 'CLOUDSDK_AUTH_ACCESS_TOKEN_FILE', '-CredentialFile') {
            ($all -replace '\s+', ' ') | Should -Match "$place must hold the path of a file"
        }
        $all | Should -Not -Match 'PLANTED-'
    }

    It 'loads nothing of Google''s before a token is needed, and then into a context of its own' {
        $loaded = '[AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -like "Google.Apis*" }'
        $result = Invoke-Pwsh @"
            `$key = '$(Join-Path $TestDrive key.json)'
            Set-Content `$key ('{"type":"authorized_user","client_id":"i","client_secret":"s","refresh_token":"r"}')
            `$null = Connect-ArRegistry -CredentialFile `$key
            "before: `$(@($loaded).Count)"
            try { Get-ArImage $app -ErrorAction Stop } catch { `$_.FullyQualifiedErrorId }
            "after: `$($loaded | ForEach-Object { [System.Runtime.Loader.AssemblyLoadContext]::GetLoadContext(`$_).Name } | Sort-Object -Unique)"
"@
        $result.Error | Should -BeNullOrEmpty
        $lines = $result.Output -split '\r?\n'
        $lines[0] | Should -Be 'before: 0'
        $lines[1] | Should -BeLike 'NotAuthenticated*'
        $lines[2] | Should -Be 'after: ArtifactRegistry.GoogleAuth'
    }

    It 'ends with one error, and soon, where there are no credentials at all' {
        $result = Invoke-Pwsh -Script @"
            `$env:CLOUDSDK_CONFIG = '$TestDrive/none'; `$env:PATH = ''; `$ErrorActionPreference = 'Stop'
            Get-ArImage $app
"@ -Arguments '-NoProfile', '-NonInteractive'
        $result.ExitCode | Should -Be 1
        $result.Error | Should -Match 'No credentials were found'
        $result.Error | Should -Not -Match '   at '
    }
}
