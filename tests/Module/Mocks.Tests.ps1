# A team that tests its own scripts mocks our cmdlets: a mock keeps the types of the parameters and loses their attributes.

BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot ModuleSuite.psm1) -Force
    Import-Module (Get-ModuleUnderTest) -Force
    $cmdlets = (Get-Command -Module ArtifactRegistry -CommandType Cmdlet).Name
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot ModuleSuite.psm1) -Force
    Import-Module (Get-ModuleUnderTest) -Force
    $repository = 'us-docker.pkg.dev/shop/apps'
    $digest = 'sha256:' + 'a' * 64
    $account = 'nodes@shop.iam.gserviceaccount.com'
    $image = [pscustomobject]@{ Uri = "$repository/web@$digest" }
    $grant = [pscustomobject]@{ Member = "serviceAccount:$account"; Resource = $repository; Role = 'roles/artifactregistry.reader' }

    # Something of each kind that a parameter takes: text and a row, as from a CSV.
    function Get-SampleValue([System.Management.Automation.ParameterMetadata] $Parameter) {
        switch ($Parameter.ParameterType.Name.TrimEnd('[', ']')) {
            'ImageName' { if ($Parameter.Name -eq 'Repository') { $repository } else { "$repository/web:v1"; $image } }
            'ImagePattern' { "$repository/w*"; $image }
            'SourceImage' { "$repository/w*"; $image; 'docker.io/library/alpine:3.20' }
            'MarkTarget' { "$repository/w*"; $image; [pscustomobject]@{ Image = "$repository/web"; MayBeAnyDigest = 'False' } }
            'CleanUpTarget' { "$repository/w*"; $image }
            'MemberReference' { $account; $grant }
            'InUseSource' { 'CloudRun' }
            'StaleImageOrder' { 'Version' }
            'Connection' { Get-ArConnection }
            default { throw "There is no sample of $($Parameter.ParameterType)." }
        }
    }
}

Describe 'A mock of <_>' -ForEach $cmdlets {
    It 'takes text and rows' {
        $name = $_
        Mock $name { 'mocked' }
        $own = (Get-Command $name -CommandType Cmdlet).Parameters.Values | Where-Object { $_.ParameterType.FullName -like 'ArtifactRegistry.*' }
        foreach ($parameter in $own) {
            foreach ($value in Get-SampleValue $parameter) {
                $set = @{ $parameter.Name = $value }
                foreach ($other in $own | Where-Object Name -NE $parameter.Name) { $set[$other.Name] = @(Get-SampleValue $other)[0] }
                if ($name -eq 'Add-ArImageTag') { $set.Tag = 'v2' }
                if ($name -eq 'Restore-ArImage') { $set.ArchivePath = 'undo' }
                if ($name -eq 'Get-ArReader' -and $set.ContainsKey('Member')) { $set.Explain = $true }
                & $name @set | Should -Be mocked -Because "-$($parameter.Name) '$value'"
            }
        }
    }

    It 'takes what is piped' {
        $name = $_
        Mock $name { 'mocked' }
        $piped = (Get-Command $name -CommandType Cmdlet).Parameters.Values | Where-Object {
            $_.ParameterType.FullName -like 'ArtifactRegistry.*' -and $_.ParameterSets.Values.ValueFromPipeline -contains $true } | Select-Object -First 1
        if (-not $piped) { return }
        $set = @{}
        if ($piped.Name -eq 'Member') { $set.Repository = $repository }
        if ($name -eq 'Add-ArImageTag') { $set.Tag = 'v2' }
        if ($name -eq 'Copy-ArImage') { $set.Destination = $repository }
        Get-SampleValue $piped | & $name @set | Select-Object -Last 1 | Should -Be mocked
    }
}

Describe 'A proxy function' {
    It 'takes what the cmdlet takes' {
        $metadata = [System.Management.Automation.CommandMetadata]::new((Get-Command Grant-ArReader -CommandType Cmdlet))
        Set-Item function:Grant-Proxy ([scriptblock]::Create([System.Management.Automation.ProxyCommand]::Create($metadata)))
        $proxy = (Get-Command Grant-Proxy).Parameters['Member'].ParameterType
        $proxy.FullName | Should -Be 'ArtifactRegistry.MemberReference[]'
        $member = [System.Management.Automation.LanguagePrimitives]::ConvertTo($grant, $proxy)
        "$member" | Should -Be $grant.Member
    }
}
