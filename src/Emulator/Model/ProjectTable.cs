using System.Globalization;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Storage;

namespace ArtifactRegistry.Emulator.Model;

/// <summary>The projects, and the service accounts in them.</summary>
internal sealed class ProjectTable(Journal? journal)
{
    private const long FirstUniqueId = 100_000_000_000_000_000;

    private readonly SortedDictionary<string, ProjectEntry> _projects = new(StringComparer.Ordinal);
    private int _serviceAccounts;

    public IEnumerable<ProjectEntry> All => _projects.Values;

    public bool IsEmpty => _projects.Count == 0;

    public bool Contains(string id) => _projects.ContainsKey(id);

    public ProjectEntry? Find(string idOrNumber) =>
        _projects.GetValueOrDefault(idOrNumber)
            ?? _projects.Values.FirstOrDefault(project => project.Number == idOrNumber);

    public ProjectEntry Add(string id, string number, DateTimeOffset created)
    {
        ProjectEntry project = new(id, number, created, journal);
        _projects.Add(id, project);
        return project;
    }

    public ServiceAccountEntry AddServiceAccount(
        ProjectEntry project,
        string accountId,
        string? displayName,
        string? description
    )
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

    /// <summary>Adds an account as <see cref="ServiceAccountEntry.ToRecord"/> has written it.</summary>
    public void RestoreServiceAccount(ProjectEntry project, JsonObject record)
    {
        string uniqueId = record.Text("uniqueId")!;
        ServiceAccountEntry account = new(project, record.Text("accountId")!, uniqueId)
        {
            DisplayName = record.Text("displayName"),
            Description = record.Text("description"),
        };
        project.ServiceAccounts.Add(account.Email, account);
        _serviceAccounts = Math.Max(
            _serviceAccounts, (int)(long.Parse(uniqueId, CultureInfo.InvariantCulture) - FirstUniqueId));
    }

    /// <summary>Finds a service account of any project.</summary>
    public ServiceAccountEntry? FindServiceAccount(string email) =>
        All.Select(project => FindServiceAccount(project, email)).FirstOrDefault(account => account is not null);

    public static ServiceAccountEntry? FindServiceAccount(ProjectEntry project, string email) =>
        project.ServiceAccounts.GetValueOrDefault(email)
        ?? (
            string.Equals(email, project.ComputeDefault.Email, StringComparison.OrdinalIgnoreCase)
                ? project.ComputeDefault
                : null
        );
}
