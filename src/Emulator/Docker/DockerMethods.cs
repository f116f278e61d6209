using ArtifactRegistry.Emulator.Http;
using ArtifactRegistry.Emulator.Workloads;

namespace ArtifactRegistry.Emulator.Docker;

/// <summary>
/// Finds the method of the OCI distribution specification, v1.1, for a request.
/// See https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#endpoints.
/// </summary>
internal static class DockerMethods
{
    /// <summary>Returns whether a target belongs to the registry's protocol, and not to an API.</summary>
    public static bool Owns(string target) =>
        target is "/v2" || (target.StartsWith("/v2/", StringComparison.Ordinal) && !RunV2Methods.Owns(target))
            || target.StartsWith("/v2?", StringComparison.Ordinal)
            || target.StartsWith(UploadMethods.SessionPrefix, StringComparison.Ordinal)
            || target.StartsWith(DownloadMethods.Prefix, StringComparison.Ordinal);

    public static async Task<Answer> HandleAsync(DockerCall call, IReadOnlyList<string> path)
    {
        Answer answer;
        try
        {
            answer = await RouteAsync(call, [.. path]);
        }
        catch (DockerError e)
        {
            answer = e.ToAnswer();
        }
        catch (ApiError e)
        {
            answer = DockerError.For(e, call.Behaviour).ToAnswer();
        }
        answer.Headers["Docker-Distribution-Api-Version"] = "registry/2.0";
        return answer with { IsExact = true };
    }

    private static async Task<Answer> RouteAsync(DockerCall call, string[] path)
    {
        // Google's upload addresses are secrets themselves, so clients send no credentials with them.
        if (path is ["artifacts-uploads", .., string session]) return await UploadMethods.ContinueAsync(call, session);
        if (path is ["artifacts-downloads", ..]) return DownloadMethods.Get(call);
        if (path is ["v2", "token"]) return DockerIdentity.Token(call);

        DockerIdentity.Check(call, path);
        return (call.Method, path) switch
        {
            ("GET", ["v2"] or ["v2", ""]) => Answer.Json([]),
            ("POST", ["v2", .. string[] name, "blobs", "uploads", ""]) => await UploadMethods.BeginAsync(
                call,
                Name(call, name)
            ),
            ("POST", ["v2", .. string[] name, "blobs", "uploads"]) => await UploadMethods.BeginAsync(
                call,
                Name(call, name)
            ),
            ("GET", ["v2", .. string[] name, "blobs", string digest]) => BlobMethods.Get(
                call,
                Name(call, name),
                digest
            ),
            ("DELETE", ["v2", .. string[] name, "blobs", string digest]) => BlobMethods.Delete(
                call,
                Name(call, name),
                digest
            ),
            ("GET", ["v2", .. string[] name, "manifests", string reference]) => ManifestMethods.Get(
                call,
                Name(call, name),
                reference
            ),
            ("PUT", ["v2", .. string[] name, "manifests", string reference]) => await ManifestMethods.PutAsync(
                call,
                Name(call, name),
                reference
            ),
            ("DELETE", ["v2", .. string[] name, "manifests", string reference]) => ManifestMethods.Delete(
                call,
                Name(call, name),
                reference
            ),
            ("GET", ["v2", .. string[] name, "tags", "list"]) => DiscoveryMethods.Tags(call, Name(call, name)),
            ("GET", ["v2", .. string[] name, "referrers", string digest]) =>
                DiscoveryMethods.Referrers(call, Name(call, name), digest),
            _ => throw DockerError.Unsupported(404, "The registry has no such method."),
        };
    }

    private static DockerName Name(DockerCall call, string[] path) =>
        DockerName.Parse(string.Join('/', path), call.Host);
}
