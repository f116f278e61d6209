using System.Globalization;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Api;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Model;

namespace ArtifactRegistry.Emulator;

public sealed partial class RegistryState
{
    private const long FirstUniqueId = 100_000_000_000_000_000;

    private int _serviceAccounts;

    /// <summary>Adds a service account, and its project if that is new.</summary>
    /// <returns>Its e-mail.</returns>
    public string AddServiceAccount(string project, string accountId, string? displayName = null)
    {
        ArgumentNullException.ThrowIfNull(accountId);
        if (accountId.Length is < 6 or > 30 || !ServiceAccountMethods.AccountId().IsMatch(accountId))
        {
            throw new ArgumentException(
                $"'{accountId}' is no account id. Expected 6 to 30 lower-case letters, digits and hyphens.");
        }
        lock (Gate)
        {
            ProjectEntry entry = AddProject(project).ExistingProject(project);
            if (entry.ServiceAccounts.Values.Any(account => account.AccountId == accountId))
                throw new InvalidOperationException($"Project '{project}' has a service account '{accountId}' already.");
            return Add(entry, accountId, displayName, null).Email;
        }
    }

    /// <summary>Gets the e-mails of a project's service accounts.</summary>
    public IReadOnlyList<string> ServiceAccounts(string project)
    {
        lock (Gate) return [.. ExistingProject(project).ServiceAccounts.Keys];
    }

    /// <summary>Disables a service account.</summary>
    public RegistryState DisableServiceAccount(string email)
    {
        lock (Gate)
        {
            ServiceAccountEntry account = FindServiceAccount(email) ?? throw new ArgumentException($"There is no service account '{email}'.");
            account.Disabled = true;
        }
        return this;
    }

    /// <summary>Adds a GKE cluster, and its project if that is new.</summary>
    public RegistryState AddCluster(string project, string location, string name, ClusterOptions? options = null)
    {
        options ??= new ClusterOptions();
        JsonObject cluster = new()
        {
            ["name"] = name,
            ["location"] = location,
            ["zone"] = location,
            ["status"] = "RUNNING",
            ["endpoint"] = "192.0.2.10",
            ["currentMasterVersion"] = "1.33.2-gke.1240000",
            ["currentNodeVersion"] = "1.33.2-gke.1240000",
            ["currentNodeCount"] = options.NodePools.Count,
            ["nodePools"] = new JsonArray([.. options.NodePools.Select(pool => new JsonObject
            {
                ["name"] = pool.Name,
                ["status"] = "RUNNING",
                ["version"] = "1.33.2-gke.1240000",
                ["config"] = Identity(pool),
            })]),
        };
        if (options.Autopilot) cluster["autopilot"] = new JsonObject { ["enabled"] = true };
        if (options.AutoProvisioning is not null)
        {
            cluster["autoscaling"] = new JsonObject
            {
                ["enableNodeAutoprovisioning"] = true,
                ["autoprovisioningNodePoolDefaults"] = Identity(options.AutoProvisioning),
            };
        }
        return AddCluster(project, cluster);
    }

    /// <summary>Adds a GKE cluster as the API shows it; it needs a name and a location.</summary>
    public RegistryState AddCluster(string project, JsonObject cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        if (string.IsNullOrEmpty(cluster.Text("name")) || string.IsNullOrEmpty(cluster.Text("location")))
            throw new ArgumentException("A cluster needs a name and a location.");
        lock (Gate)
        {
            ProjectEntry entry = AddProject(project).ExistingProject(project);
            entry.Clusters.Add(cluster.DeepClone().AsObject());
            entry.Record();
        }
        return this;
    }

    /// <summary>Makes the list of clusters report that it could not reach these zones.</summary>
    public void SetMissingZones(string project, params string[] zones)
    {
        lock (Gate)
        {
            ProjectEntry entry = ExistingProject(project);
            entry.MissingZones = zones;
            entry.Record();
        }
    }

    internal ServiceAccountEntry Add(ProjectEntry project, string accountId, string? displayName, string? description)
    {
        string uniqueId = (FirstUniqueId + ++_serviceAccounts).ToString(CultureInfo.InvariantCulture);
        ServiceAccountEntry account = new(project, accountId, uniqueId)
        {
            DisplayName = displayName,
            Description = description,
        };
        project.ServiceAccounts.Add(account.Email, account);
        project.Record();
        return account;
    }

    internal ServiceAccountEntry? FindServiceAccount(string email)
        => _projects.Values.Select(project => FindServiceAccount(project, email)).FirstOrDefault(account => account is not null);

    internal static ServiceAccountEntry? FindServiceAccount(ProjectEntry project, string email)
        => project.ServiceAccounts.GetValueOrDefault(email)
            ?? (string.Equals(email, project.ComputeDefault.Email, StringComparison.OrdinalIgnoreCase) ? project.ComputeDefault : null);

    private static JsonObject Identity(NodePoolOptions pool) => new JsonObject { ["serviceAccount"] = pool.ServiceAccount, ["machineType"] = pool.MachineType }
        .AddUnlessEmpty("oauthScopes", new JsonArray([.. pool.Scopes.Select(scope => JsonValue.Create(scope))]));
}
