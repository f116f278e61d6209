# The recipes of README.md for -InUse, run as they stand there; kubectl and gcloud answer what clusters answer.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot ModuleSuite.psm1) -Force
    Import-Module (Get-ModuleUnderTest) -Force
    $repository = 'us-docker.pkg.dev/my-project/apps'
    $readme = Get-Content (Join-Path $PSScriptRoot .. .. README.md) -Raw

    function Get-Recipe([string] $Command) {
        # Prompts and scheduled scripts have no strict mode unless they ask for it; the suite does.
        'Set-StrictMode -Off; ' + ([regex]::Matches($readme, '(?s)```powershell\r?\n(.*?)```').ForEach{ $_.Groups[1].Value } |
            Where-Object { $_ -match $Command } | Select-Object -First 1).Replace('us-docker.pkg.dev/shop/apps', $repository)
    }
}

Describe 'What runs is kept' {
    BeforeEach {
        $emulator = Start-Emulator
        $images = @(Get-ArImage $repository/running)
        $ConfirmPreference = 'None'
        $answer = $null
        function kubectl { $answer }
        function gcloud { $answer }
    }

    AfterEach {
        Stop-Emulator $emulator
    }

    It 'keeps what pods, replica sets and cron jobs name' {
        $answer = ConvertTo-Json -Depth 20 @{ items = @(
            @{ kind = 'Pod'; status = @{ containerStatuses = @(@{ imageID = $images[0].Uri }) } }
            @{ kind = 'Pod'; status = @{ initContainerStatuses = @(@{ imageID = "docker-pullable://$($images[1].Uri)" }) } }
            @{ kind = 'Pod'; status = @{ phase = 'Pending' } }
            @{ kind = 'ReplicaSet'; spec = @{ template = @{ spec = @{ containers = @(@{ image = $images[2].Uri }) } } } }
            @{ kind = 'CronJob'; spec = @{ jobTemplate = @{ spec = @{ template = @{ spec = @{ containers = @(
                @{ image = $images[3].Uri }) } } } } } }
        ) }

        $result = . ([scriptblock]::Create((Get-Recipe 'kubectl get')))

        ($result | Where-Object Status -EQ Kept).Digest | Sort-Object | Should -Be ($images[0..3].Digest | Sort-Object)
        ($result | Where-Object Status -EQ Removed).Digest | Sort-Object | Should -Be ($images[4, 5].Digest | Sort-Object)
    }

    It 'keeps what revisions of Cloud Run run' {
        $answer = ConvertTo-Json -Depth 20 @(
            @{ metadata = @{ name = 'web-1' }; status = @{ imageDigest = $images[0].Uri } }
            @{ metadata = @{ name = 'web-2' }; status = @{ imageDigest = $images[5].Uri } })

        $result = . ([scriptblock]::Create((Get-Recipe 'gcloud run revisions')))

        ($result | Where-Object Status -EQ Kept).Digest | Sort-Object | Should -Be ($images[0, 5].Digest | Sort-Object)
        @($result | Where-Object Status -EQ Removed).Count | Should -Be 4
    }

    It 'deletes nothing when the command in front has failed' {
        $answer = $null
        { . ([scriptblock]::Create((Get-Recipe 'kubectl get'))) } | Should -Throw
        { . ([scriptblock]::Create((Get-Recipe 'gcloud run revisions'))) } | Should -Throw
        @(Get-ArImage $repository/running).Count | Should -Be 6
    }
}
