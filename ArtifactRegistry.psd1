@{
    RootModule           = 'bin/ArtifactRegistry.dll'
    ModuleVersion        = '0.2.0'
    GUID                 = '5d0c7c1e-7f0b-4c55-9b0e-9a3c7a1f6d42'
    Author               = 'ArtifactRegistry contributors'
    CompanyName          = 'ArtifactRegistry contributors'
    Copyright            = 'Apache-2.0'
    Description          = 'Container images in Google Artifact Registry, as GKE uses them: tags, safe clean-up of untagged images, and read access for node pools.'
    PowerShellVersion    = '7.4'
    CompatiblePSEditions = @('Core')
    # So that a second copy of the module finds this one in place of an error.
    RequiredAssemblies   = @('bin/ArtifactRegistry.dll')
    FormatsToProcess     = @('bin/ArtifactRegistry.format.ps1xml', 'bin/ArtifactRegistry.Access.format.ps1xml', 'bin/ArtifactRegistry.InUse.format.ps1xml', 'bin/ArtifactRegistry.Archive.format.ps1xml', 'bin/ArtifactRegistry.StaleRule.format.ps1xml')
    FunctionsToExport    = @()
    VariablesToExport    = @()
    AliasesToExport      = @()
    CmdletsToExport      = @(
        'Add-ArImageTag'
        'Connect-ArRegistry'
        'Copy-ArImage'
        'Disconnect-ArRegistry'
        'Get-ArConnection'
        'Get-ArImage'
        'Get-ArImageInUse'
        'Get-ArImageTag'
        'Get-ArNodeServiceAccount'
        'Get-ArQuarantinedImage'
        'Get-ArReader'
        'Get-ArRegistryCredential'
        'Get-ArRepository'
        'Get-ArStaleImage'
        'Get-ArUntaggedImage'
        'Grant-ArReader'
        'New-ArNodeServiceAccount'
        'Protect-ArImage'
        'Remove-ArImage'
        'Remove-ArImageTag'
        'Remove-ArStaleImage'
        'Remove-ArUntaggedImage'
        'Restore-ArImage'
        'Revoke-ArReader'
        'Test-ArPull'
        'Test-ArReader'
        'Test-ArStaleRule'
        'Unprotect-ArImage'
    )
    PrivateData          = @{
        PSData = @{
            Tags                     = @(
                'PSEdition_Core', 'Windows', 'Linux', 'MacOS'
                'Google', 'GoogleCloud', 'GCP', 'gcloud', 'ArtifactRegistry', 'ContainerRegistry', 'GCR', 'GKE', 'Kubernetes'
                'Docker', 'OCI', 'Container', 'Image', 'Tag', 'Untagged', 'Cleanup', 'IAM'
            )
            # There is no ProjectUri: this repository has no public address yet, and a made-up one would lead to somebody else.
            # Once it is here, Get-Help -Online opens the page of docs/ that the help of a cmdlet names under it.
            LicenseUri               = 'https://www.apache.org/licenses/LICENSE-2.0'
            ReleaseNotes             = 'See CHANGELOG.md in the folder of the module.'
            RequireLicenseAcceptance = $false
        }
    }
}
