using System.Management.Automation;
using ArtifactRegistry.Operations;

namespace ArtifactRegistry.Cmdlets;

/// <summary>Lists the service accounts with which the nodes of GKE clusters pull images, one per node pool.</summary>
[Cmdlet(VerbsCommon.Get, "ArNodeServiceAccount")]
[OutputType(typeof(NodeServiceAccount))]
public sealed class GetArNodeServiceAccountCommand : RegistryCmdlet
{
    /// <summary>The project of the clusters; by default that of Connect-ArRegistry or CLOUDSDK_CORE_PROJECT.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ProjectCompleter))]
    public string? Project { get; set; }

    /// <summary>A region or zone; by default all of them.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(LocationCompleter))]
    public string? Location { get; set; }

    /// <summary>Clusters; by default all of them.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    public string[]? Cluster { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        string project = CheckedProject(Project);
        IReadOnlyList<NodeServiceAccount> accounts = Wait($"projects/{project}", () =>
            FindNodeAccounts.FindAsync(
                Clusters,
                Projects,
                project,
                Location,
                Cluster,
                warning => Note(() => WriteWarning(warning)),
                StopToken
            )
        ) ?? [];
        string[] defaults =
        [
            .. accounts.Where(account => account.IsComputeDefault).Select(account => account.Email).Distinct(),
        ];
        foreach (string email in defaults)
            WriteWarning(
                $"{email} is the default account of Compute Engine, which every machine of project {project} "
                    + "shares unless told otherwise. Google recommends a service account that only nodes use, with the "
                    + "fewest permissions: "
                    + $"New-ArNodeServiceAccount -Project {project} -Name gke-nodes. The account of a pool is fixed "
                    + $"when the pool is created, so the pool has to be recreated."
            );
        WriteObject(accounts, enumerateCollection: true);
        Drain();
    }
}
