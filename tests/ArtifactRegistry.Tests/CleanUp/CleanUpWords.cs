using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;

namespace ArtifactRegistry.Tests.CleanUp;

/// <summary>What the tests of the clean-up put into a repository, and how they speak of it.</summary>
internal static class CleanUpWords
{
    /// <summary>Untagged and alone, of this age.</summary>
    public static string AddAged(this Shop shop, TimeSpan age, string package = "web") => shop.State.AddImage(
        shop.Repository, package, new ImageOptions { Size = 80_000_000, UploadTime = DateTimeOffset.UtcNow - age });

    /// <summary>An index over two platforms and an attestation.</summary>
    public static AddedIndex AddIndex(this Shop shop, TimeSpan age, params string[] tags) => shop.State.AddIndex(
        shop.Repository, "web", ["linux/amd64", "linux/arm64", "unknown/unknown"],
        new ImageOptions { Tags = tags, UploadTime = DateTimeOffset.UtcNow - age, Size = 40_000_000 });

    /// <summary>An old index over digests that are there.</summary>
    public static string AddIndexOver(this Shop shop, params string[] children) => shop.Add(new ImageOptions
    {
        UploadTime = DateTimeOffset.UtcNow.AddDays(-100),
        Children = [.. children.Select(child => new ChildManifest(child))],
    });

    /// <summary>An old signature.</summary>
    public static string AddSignature(this Shop shop, string subject) => shop.Add(new ImageOptions
    {
        UploadTime = DateTimeOffset.UtcNow.AddDays(-100),
        Size = 2_000,
        ArtifactType = "application/vnd.cncf.notary.signature",
        SubjectDigest = subject,
    });

    /// <summary>Somebody pushes an untagged digest again, which makes it young.</summary>
    public static void PushAgain(
        this RegistryState state,
        RepositoryName repository,
        string digest,
        DateTimeOffset? uploadTime = null
    )
    {
        if (state.HasDigest(repository, "web", digest)) state.DeleteVersion(repository, "web", digest);
        state.AddImage(repository, "web", new ImageOptions { Digest = digest, UploadTime = uploadTime });
    }

    /// <summary>The digests that are there, in order.</summary>
    public static IReadOnlyList<string> Left(this Shop shop, string package = "web") =>
        [.. shop.State.Digests(shop.Repository, package).Order(StringComparer.Ordinal)];

    /// <summary>The digests whose deletion was asked for since the last script began, each once, in order.</summary>
    public static IReadOnlyList<string> DeletesAsked(this Shop shop) =>
    [
        .. shop.Emulator.Requests.Snapshot(request => request.Method == "DELETE")
            .Select(request => request.Path.Split('/')[^1]).Distinct().Order(StringComparer.Ordinal),
    ];

    /// <summary>In the order of ordinal text, as the other lists here.</summary>
    public static IReadOnlyList<string> Sorted(params IEnumerable<string> digests) =>
        [.. digests.Order(StringComparer.Ordinal)];

    /// <summary>A valid digest that nothing has.</summary>
    public static string Nothing(int number = 1) => $"sha256:{number:x64}";
}
