#Requires -RunAsAdministrator

<#
.SYNOPSIS
    Registers the clean-up with Task Scheduler, for a group managed service account.

.DESCRIPTION
    Expects clean-up.ps1 and account.json in the folder. Run it once, in PowerShell as administrator. The result of the
    task's last run is the exit code of the script.

.PARAMETER Account
    The account that runs the task, such as CORP\registry$. It may change what is in the folder, and nobody else but
    administrators can read it.

.PARAMETER Folder
    The folder of the script, the key and the log.
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)] [string] $Account,
    [string] $Folder = 'C:\Registry'
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
if (-not $PSCmdlet.ShouldProcess("Task Scheduler: 'Clean up images' as $Account", 'Register')) { return }

# Every user can read, and mostly change, what lies in a new folder of C:\. The identifiers are those of Administrators and
# SYSTEM, whose names differ with the language of Windows.
icacls $Folder /inheritance:r /grant '*S-1-5-32-544:(OI)(CI)F' '*S-1-5-18:(OI)(CI)F' "${Account}:(OI)(CI)M"
if ($LASTEXITCODE -ne 0) { throw "The permissions of '$Folder' could not be set (icacls: $LASTEXITCODE)." }
# Windows marks files from the internet, and does not run them under the policy RemoteSigned.
Unblock-File (Join-Path $Folder clean-up.ps1)
if (-not [System.Diagnostics.EventLog]::SourceExists('ArtifactRegistry')) {
    [System.Diagnostics.EventLog]::CreateEventSource('ArtifactRegistry', 'Application')
}

$arguments = "-NoProfile -NonInteractive -File `"$Folder\clean-up.ps1`" -Image us-docker.pkg.dev/shop/apps " +
    "-Log `"$Folder\clean-up.jsonl`" -InUseFrom games -EventLog -CredentialFile `"$Folder\account.json`""
$task = @{
    TaskName  = 'Clean up images'
    Action    = New-ScheduledTaskAction -Execute "$env:ProgramFiles\PowerShell\7\pwsh.exe" -Argument $arguments
    Trigger   = New-ScheduledTaskTrigger -Daily -At 03:15
    Settings  = New-ScheduledTaskSettingsSet -ExecutionTimeLimit 03:00:00 -MultipleInstances IgnoreNew
    Principal = New-ScheduledTaskPrincipal -UserId $Account -LogonType Password
}
Register-ScheduledTask @task
