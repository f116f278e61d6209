BeforeAll {
    Import-Module (Join-Path $PSScriptRoot ModuleSuite.psm1) -Force
    $emulator = Start-Emulator
    Import-Module (Get-ModuleUnderTest) -Force
    $apps = 'us-docker.pkg.dev/shop/apps'
}

AfterAll {
    Stop-Emulator $emulator
}

Describe 'The pipelines of the README' {
    It 'deletes what has no tag' {
        $app = "$apps/sweep"
        $removed = Get-ArImageTag $app | Where-Object { -not $_.Tags } | Remove-ArUntaggedImage -Confirm:$false

        $removed.Status | Should -Be Removed, Removed, Removed
        $left = Get-ServerTag $emulator sweep
        Get-ServerDigest $emulator sweep | Should -Be $left['latest']
        $left.Keys | Should -Be latest, v2
    }

    It 'deletes what has no tag and is older than thirty days' {
        $app = "$apps/aged"
        $removed = Get-ArImage $app | Where-Object { -not $_.Tags -and $_.UploadTime -lt [datetime]::Now.AddDays(-30) } |
            Remove-ArUntaggedImage -Confirm:$false

        @($removed).Count | Should -Be 2
        @(Get-ServerDigest $emulator aged).Count | Should -Be 3
        (Get-ServerTag $emulator aged).Keys | Should -Be v1
    }

    It 'gives an image a second tag' {
        $app = "$apps/retag"
        $added = Add-ArImageTag "${app}:latest" -Tag v42

        $added.Tag | Should -Be v42
        $tags = Get-ServerTag $emulator retag
        $tags['v42'] | Should -Be $tags['latest']
        $added.Digest | Should -Be $tags['latest']
    }

    It 'removes tags by pattern, and no image' {
        $app = "$apps/requests"
        $removed = Get-ArImageTag $app | Where-Object Tag -like 'pr-*' | Remove-ArImageTag

        $removed.Tag | Sort-Object | Should -Be pr-1, pr-2
        (Get-ServerTag $emulator requests).Keys | Should -Be v1
        @(Get-ServerDigest $emulator requests).Count | Should -Be 2
    }

    It 'moves a tag and tells where it was' {
        $app = "$apps/move"
        $before = Get-ServerTag $emulator move
        $moved = Add-ArImageTag "$app@$($before['candidate'])" -Tag stable -Force

        "$($moved.PreviousDigest) -> $($moved.Digest)" | Should -Be "$($before['stable']) -> $($before['candidate'])"
        (Get-ServerTag $emulator move)['stable'] | Should -Be $before['candidate']
    }

    It 'refuses to delete a whole image by its bare name, and names the two ways to say what is meant' {
        $app = "$apps/bare"
        $before = Get-ServerDigest $emulator bare

        $refusal = { Remove-ArImage $app -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'NameNotSpecific*' -PassThru
        $refusal.ErrorDetails.RecommendedAction | Should -BeLike '*@sha256:*-All*'
        Get-ServerDigest $emulator bare | Should -Be $before
    }

    It 'knows the names of the old registry' {
        $image = Get-ArImage gcr.io/my-project/app
        $image.Uri | Should -Match '^gcr\.io/my-project/app@sha256:[0-9a-f]{64}$'
        $image.Tags | Should -Be v1
    }

    It 'grants the reader role to a node pool of another project' {
        $reader = Grant-ArReader us-docker.pkg.dev/p/r -Member node-pool@other-project.iam.gserviceaccount.com

        $reader.Changed | Should -BeTrue
        $policy = Invoke-RestMethod "$($emulator.Url)v1/projects/p/locations/us/repositories/r:getIamPolicy"
        $policy.bindings.role | Should -Be roles/artifactregistry.reader
        $policy.bindings.members | Should -Be serviceAccount:node-pool@other-project.iam.gserviceaccount.com
    }
}

Describe 'Objects in pipelines' {
    It 'compares times with Get-Date on either side' {
        $app = "$apps/many"
        $young = @(Get-ArImage $app | Where-Object UploadTime -gt (Get-Date).AddDays(-2))
        $sameYoung = @(Get-ArImage $app | Where-Object { (Get-Date).AddDays(-2) -lt $_.UploadTime })
        $sameYoung.Count | Should -Be $young.Count
        $young.Count | Should -Be 24
        { Get-ArImage $app | ForEach-Object { (Get-Date) - $_.UploadTime } } | Should -Not -Throw
    }

    It 'compares times in another time zone' {
        $saved = $env:TZ
        try {
            $env:TZ = 'Asia/Kolkata'
            $result = Invoke-Pwsh "@(Get-ArImage $apps/many | Where-Object UploadTime -gt (Get-Date).AddDays(-2)).Count"
            $result.Output | Should -Be 24
        }
        finally {
            $env:TZ = $saved
        }
    }

    It 'shows tables' {
        $table = Get-ArImageTag "$apps/many" | Select-Object -First 3 | Out-String -Width 120
        $table | Should -Match 'Digest'
        $table | Should -Match 'sha256:[0-9a-f]+'
        ($table -split '\r?\n' | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 120
    }

    It 'binds rows that have been through a CSV' {
        $app, $file = "$apps/csv", (Join-Path $TestDrive rows.csv)
        Get-ArImageTag $app | Export-Csv $file
        Import-Csv $file | Where-Object Tag -like 'pr-*' | Remove-ArImageTag | ForEach-Object Tag | Should -Be pr-1
        (Get-ServerTag $emulator csv).Keys | Should -Be v1

        $removed = Import-Csv $file | Remove-ArUntaggedImage -Confirm:$false
        ($removed | Where-Object Status -eq Removed).Count | Should -Be 3
        Get-ServerDigest $emulator csv | Should -Be (Get-ServerTag $emulator csv)['v1']
    }

    It 'binds objects that have been through Export-Clixml' {
        $app, $file = "$apps/clixml", (Join-Path $TestDrive rows.xml)
        Get-ArImage $app | Export-Clixml $file
        $removed = Import-Clixml $file | Remove-ArUntaggedImage -Confirm:$false

        ($removed | Where-Object Status -eq Removed).Count | Should -Be 3
        Get-ServerDigest $emulator clixml | Should -Be (Get-ServerTag $emulator clixml)['v1']
    }

    It 'binds objects that a job emitted, and in a job' {
        $app, $manifest = "$apps/job", (Get-ModuleUnderTest)
        $listing = Start-Job { Import-Module $using:manifest; Get-ArImageTag $using:app }
        $rows = $listing | Receive-Job -Wait -AutoRemoveJob
        $rows | Where-Object Tag -eq pr-1 | Remove-ArImageTag | ForEach-Object Tag | Should -Be pr-1

        $removal = Start-Job { Import-Module $using:manifest; $using:rows | Where-Object Tag -eq pr-2 | Remove-ArImageTag }
        ($removal | Receive-Job -Wait -AutoRemoveJob).Tag | Should -Be pr-2
        (Get-ServerTag $emulator job).Keys | Should -Be v1
    }

    It 'keeps as many as the plan did, and not twice as many, when its rows come from a job and go into one' {
        $app, $manifest = "$apps/newest", (Get-ModuleUnderTest)
        $planning = Start-Job { Import-Module $using:manifest; Get-ArUntaggedImage $using:app -KeepNewest 2 }
        $plan = $planning | Receive-Job -Wait -AutoRemoveJob
        $newest = Get-ArImage $app | Sort-Object UploadTime -Descending | Select-Object -First 2 | ForEach-Object Digest | Sort-Object
        $plan | Where-Object Decision -eq Keep | ForEach-Object Digest | Sort-Object | Should -Be $newest

        $removal = Start-Job { Import-Module $using:manifest; $using:plan | Remove-ArUntaggedImage -KeepNewest 2 -Confirm:$false }
        $rows = $removal | Receive-Job -Wait -AutoRemoveJob
        @($rows | Where-Object Status -eq Removed).Count | Should -Be 4
        Get-ServerDigest $emulator newest | Sort-Object | Should -Be $newest
    }

    It 'binds objects in ForEach-Object -Parallel' {
        $app, $manifest = "$apps/parallel", (Get-ModuleUnderTest)
        $removed = Get-ArImageTag $app -Tag pr-* | ForEach-Object -Parallel {
            Import-Module $using:manifest
            $_ | Remove-ArImageTag
        }
        $removed.Tag | Sort-Object | Should -Be pr-1, pr-2, pr-3
        (Get-ServerTag $emulator parallel).Keys | Should -Be v1
    }

    It 'never takes a row of Image and Tag for a whole image' {
        $app, $before = "$apps/rows", (Get-ServerDigest $emulator rows)
        $failures = $null
        Get-ArImageTag $app | Where-Object { -not $_.Tag } | Select-Object Image, Tag |
            Remove-ArImage -DeleteTags -Force -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures.Count | Should -Be 3
        "$($failures[0])" | Should -Match 'neither a digest nor a tag'

        Get-ArImageTag $app | Select-Object Image | Remove-ArImage -All -Force -ErrorAction SilentlyContinue
        Get-ServerDigest $emulator rows | Should -Be $before
    }

    It 'changes nothing under $WhatIfPreference, whatever else is said' {
        $app = "$apps/whatif"
        $digests, $tags = (Get-ServerDigest $emulator whatif), (Get-ServerTag $emulator whatif)
        $result = Invoke-Pwsh @"
            `$WhatIfPreference = `$true
            Get-ArImageTag $app | Where-Object { -not `$_.Tags } | Remove-ArUntaggedImage -Force
            Get-ArImageTag $app -Tag pr-* | Remove-ArImageTag -Force
            Remove-ArImage ${app}:v1 -DeleteTags -Force
            Remove-ArImage $app -All -Force
            Add-ArImageTag ${app}:v1 -Tag v2 -Force
            Grant-ArReader us-docker.pkg.dev/p/r -Member user:someone@example.com
"@
        $result.Error | Should -BeNullOrEmpty
        ($result.Output -split '\r?\n' | Where-Object { $_ -like 'What if:*' }).Count | Should -BeGreaterOrEqual 6
        Get-ServerDigest $emulator whatif | Should -Be $digests
        (Get-ServerTag $emulator whatif).Keys | Should -Be $tags.Keys
        Get-ArReader us-docker.pkg.dev/p/r | Where-Object Member -like '*someone*' | Should -BeNullOrEmpty
    }
}
