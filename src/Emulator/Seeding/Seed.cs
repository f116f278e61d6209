using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace ArtifactRegistry.Emulator.Seeding;

/// <summary>The initial state of an emulator, as a JSON file.</summary>
/// <remarks>
/// Field names are those of the properties in camel case; an unknown field is an error, so that typos are
/// noticed. Comments and trailing commas are allowed. Ages are written like <c>30d</c>, <c>12h</c>, <c>5m</c>.
/// <code>
/// {
///   "projects": [ { "id": "shop", "number": "123456789012" } ],
///   "repositories": [
///     {
///       "name": "us-docker.pkg.dev/shop/apps",
///       "images": [
///         { "package": "web", "tags": [ "v1", "latest" ], "size": 80000000, "age": "3h" },
///         { "package": "web", "count": 20, "age": "10d", "every": "1d" },
///         {
///           "package": "api", "tags": [ "v3" ], "platforms": [ "linux/amd64", "linux/arm64" ],
///           "referrers": [ { "artifactType": "application/spdx+json", "size": 4000 } ]
///         }
///       ]
///     }
///   ]
/// }
/// </code>
/// </remarks>
public sealed record Seed
{
    /// <summary>Projects; those that repositories name need not be listed.</summary>
    public IReadOnlyList<SeedProject> Projects { get; set; } = [];

    /// <summary>Repositories with their images.</summary>
    public IReadOnlyList<SeedRepository> Repositories { get; set; } = [];

    /// <summary>Parses the text of a seed file.</summary>
    /// <exception cref="FormatException">The text is not a valid seed; the message says where.</exception>
    public static Seed Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            return JsonSerializer.Deserialize(json, SeedJson.Default.Seed)
                ?? throw new FormatException("The seed is null; expected an object with \"repositories\".");
        }
        catch (JsonException e)
        {
            throw new FormatException(
                $"The seed is not understood at {e.Path ?? "$"}, line {e.LineNumber + 1}: {e.Message}",
                e);
        }
    }

    /// <summary>Adds the seed to a state.</summary>
    /// <exception cref="FormatException">Something in it is contradictory; the message says what.</exception>
    public void AddTo(RegistryState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        foreach (SeedProject project in Projects) project.AddTo(state);
        foreach (SeedRepository repository in Repositories) repository.AddTo(state);
    }

    /// <summary>Adds what runs, which a folder does not keep.</summary>
    /// <exception cref="FormatException">Something in it is contradictory; the message says what.</exception>
    public void AddWorkloadsTo(RegistryState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        foreach (SeedProject project in Projects) SeedWorkloads.Add(project, state);
    }
}

/// <summary>A project of a <see cref="Seed"/>.</summary>
public sealed record SeedProject
{
    /// <summary>The project id.</summary>
    public required string Id { get; init; }

    /// <summary>The project number; generated if null.</summary>
    public string? Number { get; set; }

    /// <summary>The IAM policy, as the API shows it.</summary>
    public JsonObject? Policy { get; set; }

    /// <summary>Service accounts.</summary>
    public IReadOnlyList<SeedServiceAccount> ServiceAccounts { get; set; } = [];

    /// <summary>GKE clusters as the API shows them: <c>name</c>, <c>location</c>, <c>nodePools</c> and so on.</summary>
    public IReadOnlyList<JsonObject> Clusters { get; set; } = [];

    /// <summary>
    /// The endpoints and Kubernetes objects of clusters; a cluster that is not in <see cref="Clusters"/> is added.
    /// </summary>
    public IReadOnlyList<SeedKubernetes> Kubernetes { get; set; } = [];

    /// <summary>What runs on Cloud Run, by region.</summary>
    public IReadOnlyList<SeedScope> CloudRun { get; set; } = [];

    /// <summary>The versions of App Engine, by service.</summary>
    public IReadOnlyList<SeedScope> AppEngine { get; set; } = [];

    /// <summary>Virtual machines, by scope: <c>zones/us-central1-a</c>.</summary>
    public IReadOnlyList<SeedScope> Instances { get; set; } = [];

    /// <summary>Instance templates, by scope: <c>global</c> or <c>regions/us-central1</c>.</summary>
    public IReadOnlyList<SeedScope> InstanceTemplates { get; set; } = [];

    /// <summary>The releases of Cloud Deploy, by <c>LOCATION/PIPELINE</c>.</summary>
    public IReadOnlyList<SeedScope> CloudDeploy { get; set; } = [];

    /// <summary>The regions of Cloud Run that do not respond.</summary>
    public IReadOnlyList<string> Unreachable { get; set; } = [];

    /// <summary>The zones that the list of clusters could not reach.</summary>
    public IReadOnlyList<string> MissingZones { get; set; } = [];

    /// <summary>
    /// The folders and the organization that the project is in: <c>folders/7</c>, <c>organizations/123</c>.
    /// </summary>
    public IReadOnlyList<string> Ancestors { get; set; } = [];

    internal void AddTo(RegistryState state)
    {
        state.AddProject(Id, Number);
        try
        {
            foreach (SeedServiceAccount account in ServiceAccounts)
                state.AddServiceAccount(Id, account.AccountId, account.DisplayName);
            foreach (JsonObject cluster in Clusters) state.AddCluster(Id, cluster);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            throw new FormatException(e.Message, e);
        }
        if (Policy is not null) state.SetProjectPolicy(Id, Policy);
        if (MissingZones.Count > 0) state.SetMissingZones(Id, [.. MissingZones]);
    }
}

/// <summary>A service account of a <see cref="SeedProject"/>.</summary>
public sealed record SeedServiceAccount
{
    /// <summary>The part of its e-mail before the @.</summary>
    public required string AccountId { get; init; }

    /// <summary>Shown in lists.</summary>
    public string? DisplayName { get; set; }
}

/// <summary>A repository of a <see cref="Seed"/>.</summary>
public sealed record SeedRepository
{
    /// <summary>For example <c>us-docker.pkg.dev/shop/apps</c> or <c>gcr.io/my-project</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Shown in lists.</summary>
    public string? Description { get; set; }

    /// <summary><c>DOCKER</c> if absent.</summary>
    public string Format { get; set; } = "DOCKER";

    /// <summary><c>STANDARD_REPOSITORY</c> if absent.</summary>
    public string Mode { get; set; } = "STANDARD_REPOSITORY";

    /// <summary>Gets or sets whether tags can be neither moved nor deleted.</summary>
    public bool ImmutableTags { get; set; }

    /// <summary>Further fields of the API's Repository, for example <c>cleanupPolicies</c>.</summary>
    public JsonObject? Settings { get; set; }

    /// <summary>The IAM policy, as the API shows it.</summary>
    public JsonObject? Policy { get; set; }

    /// <summary>The images in the repository.</summary>
    public IReadOnlyList<SeedImage> Images { get; set; } = [];

    internal void AddTo(RegistryState state)
    {
        RepositoryName name = RepositoryName.Parse(Name);
        try
        {
            state.AddRepository(name, new RepositoryOptions
            {
                Description = Description,
                Format = Format,
                Mode = Mode,
                ImmutableTags = ImmutableTags,
                Settings = Settings,
            });
        }
        catch (InvalidOperationException e)
        {
            throw new FormatException(e.Message, e);
        }
        if (Policy is not null) state.SetPolicy(name, Policy);
        foreach (SeedImage image in Images) image.AddTo(state, name);
    }
}

/// <summary>Settings of the seed's JSON.</summary>
/// <remarks>
/// Generated code gives an absent property its default only if it has a setter; hence no init in the seed.
/// </remarks>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = JsonCommentHandling.Skip,
    RespectNullableAnnotations = true,
    UseStringEnumConverter = true,
    AllowTrailingCommas = true)]
[JsonSerializable(typeof(Seed))]
internal sealed partial class SeedJson : JsonSerializerContext;
