using System.Text.Json.Nodes;

namespace ArtifactRegistry.Emulator;

/// <summary>The options of a seeded repository; all have defaults.</summary>
public sealed record RepositoryOptions
{
    /// <summary><c>DOCKER</c>, <c>MAVEN</c>, <c>NPM</c> and so on.</summary>
    public string Format { get; init; } = "DOCKER";

    /// <summary><c>STANDARD_REPOSITORY</c>, <c>REMOTE_REPOSITORY</c> or <c>VIRTUAL_REPOSITORY</c>.</summary>
    public string Mode { get; init; } = "STANDARD_REPOSITORY";

    /// <summary>Gets whether tags can be neither moved nor deleted.</summary>
    public bool ImmutableTags { get; init; }

    /// <summary>The description shown in lists.</summary>
    public string? Description { get; init; }

    /// <summary>The time of creation; now if null.</summary>
    public DateTimeOffset? CreateTime { get; init; }

    /// <summary>Further fields of the API's Repository, for example <c>cleanupPolicies</c>.</summary>
    public JsonObject? Settings { get; init; }
}
