using System.Management.Automation;
using ArtifactRegistry.Operations;

namespace ArtifactRegistry.Cmdlets;

/// <summary>
/// Creates a service account for the nodes of GKE clusters, with roles/container.defaultNodeServiceAccount on its
/// project. To create a node pool that uses it, use gcloud; that requires iam.serviceAccounts.actAs on the account
/// (roles/iam.serviceAccountUser).
/// </summary>
[Cmdlet(VerbsCommon.New, "ArNodeServiceAccount", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(NewNodeServiceAccount))]
public sealed class NewArNodeServiceAccountCommand : ChangeCmdlet
{
    /// <summary>The project of the clusters; by default that of Connect-ArRegistry or CLOUDSDK_CORE_PROJECT.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ProjectCompleter))]
    public string? Project { get; set; }

    /// <summary>Specifies the part of the e-mail before the @: 6 to 30 lowercase letters, digits and hyphens.</summary>
    [Parameter(
        Mandatory = true, Position = 0,
        HelpMessage = "The name of the account: 6 to 30 lower-case letters, digits and hyphens.")]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = "";

    /// <summary>Specifies the name that lists of accounts show.</summary>
    [Parameter]
    public string? DisplayName { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        string project = CheckedProject(Project), name = Name;
        string? displayName = DisplayName;
        bool hasFailed = false;
        IReadOnlyList<NewNodeServiceAccount>? accounts = Wait(
            $"projects/{project}/serviceAccounts/{name}",
            () => CreateNodeAccount.CreateAsync(
                Accounts, Projects, project, name, displayName, ConfirmAsync,
                (error, target) =>
                {
                    hasFailed = true;
                    Note(() => WriteError(ErrorRecords.For(error, target)));
                },
                StopToken));
        if (accounts is not [NewNodeServiceAccount account]) return;
        if (!account.Created) WriteWarning($"{account.Email} was there already and is used as it is.");
        // Shown on the screen even if the account is piped to Grant-ArReader, which does not show it.
        WriteInformation(
            new HostInformationMessage
            {
                Message =
                    "A node pool's account is fixed when the pool is created. To make one with this account, which "
                        + $"needs iam.serviceAccounts.actAs on it:{Environment.NewLine}  {account.NodePoolCommand}",
            },
            ["PSHOST"]);
        WriteObject(account);
        Drain();
        if (!account.Created && !hasFailed)
            WriteUnchanged($"the account was there before, with {CreateNodeAccount.NodeRole}");
    }
}
