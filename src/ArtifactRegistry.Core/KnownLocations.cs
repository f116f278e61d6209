namespace ArtifactRegistry;

/// <summary>The locations of Artifact Registry that are built into this module.</summary>
/// <remarks>
/// For completion without a network and for hints about typos. Other locations are not rejected, because Google
/// adds regions. See https://cloud.google.com/artifact-registry/docs/repositories/repo-locations.
/// </remarks>
internal static class KnownLocations
{
    /// <summary>The known locations: multi-regions first, then regions by continent.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "us",
        "europe",
        "asia",
        "northamerica-northeast1",
        "northamerica-northeast2",
        "northamerica-south1",
        "us-central1",
        "us-east1",
        "us-east4",
        "us-east5",
        "us-south1",
        "us-west1",
        "us-west2",
        "us-west3",
        "us-west4",
        "southamerica-east1",
        "southamerica-west1",
        "europe-central2",
        "europe-north1",
        "europe-north2",
        "europe-southwest1",
        "europe-west1",
        "europe-west2",
        "europe-west3",
        "europe-west4",
        "europe-west6",
        "europe-west8",
        "europe-west9",
        "europe-west10",
        "europe-west12",
        "me-central1",
        "me-central2",
        "me-west1",
        "africa-south1",
        "asia-east1",
        "asia-east2",
        "asia-northeast1",
        "asia-northeast2",
        "asia-northeast3",
        "asia-south1",
        "asia-south2",
        "asia-southeast1",
        "asia-southeast2",
        "asia-southeast3",
        "australia-southeast1",
        "australia-southeast2",
    ];

    /// <summary>Returns whether a text is a known region, or a zone in one, such as us-east1-b.</summary>
    public static bool IsRegionOrZone(string text) =>
        All.Contains(text) || (text.Length > 2 && text[^2] == '-' && All.Contains(text[..^2]));
}
