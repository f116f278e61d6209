namespace ArtifactRegistry.Emulator.Seeding;

/// <summary>An image of a <see cref="Seed"/>, or several similar ones.</summary>
public sealed record SeedImage
{
    /// <summary>The image's name, including slashes; a referrer has that of its subject.</summary>
    public string? Package { get; set; }

    /// <summary>The tags; they are moved here if earlier images have them.</summary>
    public IReadOnlyList<string> Tags { get; set; } = [];

    /// <summary>Size in bytes.</summary>
    public long? Size { get; set; }

    /// <summary>The age of the upload; the default is just now.</summary>
    public string Age { get; set; } = "0s";

    /// <summary>The number of similar images, each older than the one before. The newest gets the tags.</summary>
    public int Count { get; set; } = 1;

    /// <summary>The difference in age between one and the next.</summary>
    public string Every { get; set; } = "1d";

    /// <summary>
    /// Makes it an index over a child for each platform: <c>linux/arm64</c>, <c>linux/arm/v7</c>, and
    /// <c>unknown/unknown</c> for the attestation of the platform before it.
    /// </summary>
    public IReadOnlyList<string> Platforms { get; set; } = [];

    /// <summary>The manifest's media type.</summary>
    public string? MediaType { get; set; }

    /// <summary>The OCI artifact type.</summary>
    public string? ArtifactType { get; set; }

    /// <summary>The digest, to use a specific one.</summary>
    public string? Digest { get; set; }

    /// <summary>Images whose subject is this one: signatures, SBOMs, attestations.</summary>
    public IReadOnlyList<SeedImage> Referrers { get; set; } = [];

    /// <summary>
    /// Gets or sets whether an index tagged <c>sha256-…</c> lists the referrers; each referrer pushed a new one.
    /// </summary>
    public bool FallbackTag { get; set; }

    internal void AddTo(RegistryState state, RepositoryName repository, string? package = null, string? subject = null)
    {
        string name = Package ?? package
            ?? throw new FormatException($"An image of {repository} has no \"package\".");
        if (Count < 1 || (Digest is not null && Count > 1))
            throw new FormatException($"The \"count\" of {repository}/{name} is {Count}.");

        TimeSpan age = Duration.Parse(Age);
        TimeSpan every = Duration.Parse(Every);
        // The oldest first, as they would have been pushed.
        for (int i = Count - 1; i >= 0; i--)
            AddOne(state, repository, name, subject, age + i * every, i == 0 ? Tags : []);
    }

    private void AddOne(
        RegistryState state,
        RepositoryName repository,
        string name,
        string? subject,
        TimeSpan age,
        IReadOnlyList<string> tags)
    {
        ImageOptions options = new()
        {
            Tags = tags,
            Size = Size ?? (Platforms.Count == 0 && ArtifactType is null ? 80_000_000 : null),
            UploadTime = state.Now - age,
            MediaType = MediaType,
            ArtifactType = ArtifactType,
            SubjectDigest = subject,
            Digest = Digest,
        };
        string digest = Platforms.Count > 0
            ? state.AddIndex(repository, name, Platforms, options).Digest
            : state.AddImage(repository, name, options);
        foreach (SeedImage referrer in Referrers)
        {
            referrer.AddTo(state, repository, name, digest);
            if (FallbackTag) state.AddFallbackTag(repository, name, digest, state.Now - age);
        }
    }
}
