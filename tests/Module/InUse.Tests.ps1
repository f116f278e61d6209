# The recipes of docs/clean-up.md for -InUse, run as they stand there; kubectl and gcloud answer what clusters answer.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot ModuleSuite.psm1) -Force
    Import-Module (Get-ModuleUnderTest) -Force
    $repository = 'us-docker.pkg.dev/my-project/apps'
    $page = Get-Content (Join-Path $PSScriptRoot .. .. docs clean-up.md) -Raw

    function Get-Recipe([string] $Command) {
        # Prompts and scheduled scripts have no strict mode unless they ask for it; the suite does.
        'Set-StrictMode -Off; ' + ([regex]::Matches($page, '(?s)```powershell\r?\n(.*?)```').ForEach{ $_.Groups[1].Value } |
            Where-Object { $_ -match $Command } | Select-Object -First 1).Replace('us-docker.pkg.dev/shop/apps', $repository)
    }
}

Describe 'What runs is kept' {
    BeforeEach {
        $emulator = Start-Emulator
        $images = @(Get-ArImage $repository/running)
        $ConfirmPreference = 'None'
        $answer = $null
        $jobs = '[]'
        $failing = 'nothing'
        function kubectl { Complete-Command "$args" $answer }
        function gcloud {
            Complete-Command "$args" $(switch -Wildcard ("$args") {
                'run regions list*' { 'us-central1', 'europe-west1' }
                'run revisions list --region us-central1*' { '[]' }
                'run revisions list --region europe-west1*' { $answer }
                'run jobs list*' { $jobs }
                default { throw "gcloud $args was not expected." }
            })
        }
        # What a command prints, and its exit code.
        function Complete-Command([string] $Command, $Output) {
            $global:LASTEXITCODE = $Command -like "*$failing*" ? 1 : 0
            if (-not $global:LASTEXITCODE) { $Output }
        }
    }

    AfterEach {
        Stop-Emulator $emulator
    }

    It 'keeps everything that pods and templates name' {
        $answer = ConvertTo-Json -Depth 20 @{ items = @(
            @{ kind = 'Pod'; status = @{ containerStatuses = @(@{ imageID = $images[0].Uri }) } }
            @{ kind = 'Pod'; status = @{ phase = 'Pending' }; spec = @{ volumes = @(@{ image = @{ reference = $images[1].Uri } }) } }
            @{ kind = 'Pod'; status = @{ ephemeralContainerStatuses = @(@{ imageID = "docker-pullable://$($images[2].Uri)" }) } }
            @{ kind = 'ControllerRevision'; data = @{ spec = @{ template = @{ spec = @{ initContainers = @(
                @{ image = $images[3].Uri }) } } } } }
            @{ kind = 'CronJob'; spec = @{ jobTemplate = @{ spec = @{ template = @{ spec = @{ containers = @(
                @{ image = $images[4].Uri }) } } } } } }
        ) }

        $result = . ([scriptblock]::Create((Get-Recipe 'kubectl get')))

        ($result | Where-Object Status -EQ Kept).Digest | Sort-Object | Should -Be ($images[0..4].Digest | Sort-Object)
        ($result | Where-Object Status -EQ Removed).Digest | Should -Be $images[5].Digest
    }

    It 'keeps what Cloud Run runs, in every region, with sidecars and jobs' {
        $answer = ConvertTo-Json -Depth 20 @(
            @{ metadata = @{ name = 'web-1' }; status = @{ imageDigest = $images[0].Uri }; spec = @{ containers = @(
                @{ image = 'us-docker.pkg.dev/my-project/apps/running:v1' }, @{ image = $images[1].Uri }) } }
            @{ metadata = @{ name = 'web-2' }; status = @{ imageDigest = $images[5].Uri }; spec = @{ containers = @() } })
        $jobs = ConvertTo-Json -Depth 20 @(
            @{ spec = @{ template = @{ spec = @{ template = @{ spec = @{ containers = @(@{ image = $images[2].Uri }) } } } } } })

        $result = . ([scriptblock]::Create((Get-Recipe 'gcloud run revisions')))

        ($result | Where-Object Status -EQ Kept).Digest | Sort-Object | Should -Be ($images[0, 1, 2, 5].Digest | Sort-Object)
        @($result | Where-Object Status -EQ Removed).Count | Should -Be 2
    }

    It 'deletes nothing when the command in front has failed or found nothing: <_>' -ForEach @(
        'get pods', 'run regions', 'run revisions list --region europe-west1', 'run jobs', 'nothing') {
        $failing = $_
        $answer = '[]'
        foreach ($recipe in 'kubectl get', 'gcloud run revisions') {
            if ($failing -eq 'nothing' -or ($failing -like 'run*') -eq ($recipe -like 'gcloud*')) {
                { . ([scriptblock]::Create((Get-Recipe $recipe))) } | Should -Throw
            }
        }
        @(Get-ArImage $repository/running).Count | Should -Be 6
    }
}
