using ArtifactRegistry.Clients;

namespace ArtifactRegistry;

/// <summary>A repository of Artifact Registry.</summary>
public sealed class Repository
{
    private Repository(ImageName name) => ParsedName = name;

    /// <summary>The name that images in it begin with, for example <c>us-docker.pkg.dev/my-project/apps</c>.</summary>
    public string Uri => ParsedName.ToString();

    /// <summary>The project's id.</summary>
    public string Project => ParsedName.Project;

    /// <summary>The region or multi-region.</summary>
    public string Location => ParsedName.Location;

    /// <summary>The name within project and location.</summary>
    public string Name => ParsedName.Repository;

    /// <summary>DOCKER for container images; MAVEN, NPM and so on for others.</summary>
    public string Format { get; private init; } = "";

    /// <summary>Standard, Virtual or Remote.</summary>
    public string Mode { get; private init; } = "";

    /// <summary>Size in bytes; the service computes it about once a day.</summary>
    public long SizeBytes { get; private init; }

    /// <summary>Gets whether tags can be neither moved nor removed.</summary>
    public bool ImmutableTags { get; private init; }

    /// <summary>The time at which it was created, in local time.</summary>
    public DateTime? CreateTime { get; private init; }

    /// <summary>The time at which its settings were last changed, in local time.</summary>
    public DateTime? UpdateTime { get; private init; }

    /// <summary>The name, parsed.</summary>
    internal ImageName ParsedName { get; }

    /// <summary>Returns a name that can be used wherever a repository is expected.</summary>
    public override string ToString() => Uri;

    internal static Repository From(RepositoryMessage message)
    {
        if (!ImageName.TryParse(message.Name, out ImageName? name) || !name.IsRepository)
            throw new RegistryException(
                RegistryErrorKind.UnexpectedAnswer,
                $"The service lists a repository under an invalid name: '{message.Name}'.");
        return new Repository(name)
        {
            Format = message.Format ?? "",
            Mode = (message.Mode ?? "") switch
            {
                "STANDARD_REPOSITORY" => "Standard",
                "VIRTUAL_REPOSITORY" => "Virtual",
                "REMOTE_REPOSITORY" => "Remote",
                string other => other,
            },
            SizeBytes = message.SizeBytes ?? 0,
            ImmutableTags = message.DockerConfig?.ImmutableTags ?? false,
            CreateTime = message.CreateTime?.LocalDateTime,
            UpdateTime = message.UpdateTime?.LocalDateTime,
        };
    }
}
