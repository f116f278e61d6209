namespace ArtifactRegistry.Emulator;

/// <summary>The environment variables that make gcloud and this module use an emulator and nothing else.</summary>
public static class ClientEnvironment
{
    /// <summary>Gets the variables for an emulator at an address.</summary>
    public static IReadOnlyDictionary<string, string> For(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        const string Override = "CLOUDSDK_API_ENDPOINT_OVERRIDES_";
        return new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [Override + "APPENGINE"] = url.AbsoluteUri,
            [Override + "ARTIFACTREGISTRY"] = url.AbsoluteUri,
            [Override + "CLOUDASSET"] = url.AbsoluteUri,
            [Override + "CLOUDDEPLOY"] = url.AbsoluteUri,
            [Override + "CLOUDRESOURCEMANAGER"] = url.AbsoluteUri,
            [Override + "COMPUTE"] = url.AbsoluteUri + "compute/v1/",
            [Override + "CONTAINER"] = url.AbsoluteUri,
            [Override + "IAM"] = url.AbsoluteUri,
            [Override + "RUN"] = url.AbsoluteUri,
            // Otherwise gcloud's images describe would send a request to the real service to check what is enabled.
            [Override + "SERVICEUSAGE"] = url.AbsoluteUri,
            ["CLOUDSDK_AUTH_DISABLE_CREDENTIALS"] = "true",
            ["CLOUDSDK_CORE_DISABLE_PROMPTS"] = "1",
        };
    }
}
