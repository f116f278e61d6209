using System.Text.RegularExpressions;
using ArtifactRegistry.Emulator;

namespace ArtifactRegistry.Tests.Faults;

/// <summary>A request without the names in it, as the doc comments of the clients write it.</summary>
internal static partial class Endpoint
{
    public static string Of(RecordedRequest request)
    {
        string path = Uri.UnescapeDataString(Uri.UnescapeDataString(request.Path)).TrimStart('/');
        path = Region().Replace(path, ""); // stands for a host of the region (docs/emulator.md)
        path =
            path.StartsWith("artifacts-uploads/", StringComparison.Ordinal) ? "LOCATION"
            : path.StartsWith("v2/", StringComparison.Ordinal)
            && !path.StartsWith("v2/projects/", StringComparison.Ordinal)
                ? Registry().Replace(path, part => $"/v2/PROJECT/REPOSITORY/IMAGE/{Part(part.Groups[1].Value)}")
                : Names().Replace(path, name => $"{name.Groups["kind"]}/{Letter(name.Groups["kind"].Value)}");
        return $"{request.Method} {path}";
    }

    /// <summary>Whether it asks for a token.</summary>
    public static bool IsSignIn(RecordedRequest request) =>
        request.Path is "/token" or "/v1/token" or "/v1/oauthtoken"
        || Uri.UnescapeDataString(request.Path).EndsWith(":generateAccessToken", StringComparison.Ordinal);

    private static string Part(string part) =>
        part == "blobs/uploads/"
            ? part
            : part.Split('/')[0] + (part.Contains(':', StringComparison.Ordinal) ? "/sha256:…" : "/TAG");

    private static string Letter(string kind) => kind switch
    {
        "packages" => "A",
        "namespaces" or "apps" => "P",
        "aggregated" => "KIND",
        "versions" => "sha256:…",
        "dockerImages" => "IMAGE@sha256:…",
        "serviceAccounts" => "EMAIL",
        _ => char.ToUpperInvariant(kind[0]).ToString(),
    };

    [GeneratedRegex("^[a-z]+-[a-z]+[0-9]+/(?=apis/)")]
    private static partial Regex Region();

    [GeneratedRegex(@"^v2/.*/((?:manifests|referrers|blobs)/[^/]+|blobs/uploads/)$")]
    private static partial Regex Registry();

    [GeneratedRegex(
        @"\b(?<kind>projects|namespaces|apps(?=/[^/]+/services)|aggregated|services|locations|repositories|packages|versions|tags|dockerImages|operations|serviceAccounts)/[^/:]+(:\w{64})?"
    )]
    private static partial Regex Names();
}
