using System.Text.Json.Nodes;

namespace ArtifactRegistry.Emulator;

/// <summary>What a seeded repository is like; everything has a default.</summary>
public sealed record RepositoryOptions
{
    /// <summary><c>DOCKER</c>, <c>MAVEN</c>, <c>NPM</c> and so on.</summary>
    public string Format { get; init; } = "DOCKER";

    /// <summary><c>STANDARD_REPOSITORY</c>, <c>REMOTE_REPOSITORY</c> or <c>VIRTUAL_REPOSITORY</c>.</summary>
    public string Mode { get; init; } = "STANDARD_REPOSITORY";

    /// <summary>Whether tags can be neither moved nor deleted.</summary>
    public bool ImmutableTags { get; init; }

    /// <summary>Shown in lists.</summary>
    public string? Description { get; init; }

    /// <summary>When it was created; now if absent.</summary>
    public DateTimeOffset? CreateTime { get; init; }

    /// <summary>Further fields of the API's Repository, for example <c>cleanupPolicies</c>.</summary>
    public JsonObject? Settings { get; init; }
}
