using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations;

/// <summary>
/// Tells attestations in an index from images. A listing describes both alike; only the index says that the platform of
/// one is unknown, as BuildKit writes it.
/// https://github.com/moby/buildkit/blob/master/docs/attestations/attestation-storage.md
/// </summary>
internal static class AttestationNames
{
    // An attestation is a few kilobytes, one with a list of packages some megabytes.
    private const long MaxSize = 16 * 1024 * 1024;

    /// <summary>
    /// Names the kind of attestations. What may be one, a small untagged manifest without a time of build, follows the
    /// index that lists it, or comes last of its image; everything else passes at once.
    /// </summary>
    public static async IAsyncEnumerable<DockerImage> WithAttestationsAsync(
        this IAsyncEnumerable<DockerImage> images, [EnumeratorCancellation] CancellationToken stop)
    {
        HashSet<ImageName> named = new();
        Dictionary<ImageName, DockerImage> waiting = new();
        string? current = null;
        ExceptionDispatchInfo? error = null;
        await using IAsyncEnumerator<DockerImage> each = images.GetAsyncEnumerator(stop);
        while (true)
        {
            try
            {
                if (!await each.MoveNextAsync()) break;
            }
            catch (RegistryException e)
            {
                error = ExceptionDispatchInfo.Capture(e); // what was listed before it is listed
                break;
            }

            DockerImage image = each.Current;
            if (image.Package != current)
            {
                foreach (DockerImage held in waiting.Values) yield return held;
                waiting.Clear();
                named.Clear();
                current = image.Package;
            }

            foreach (ImageManifestMessage child in image.Children)
            {
                if (child.Digest is null || !Digest.IsValid(child.Digest)) continue;
                ImageName name = image.Name.WithDigest(child.Digest);
                bool isAttestation = child is { Os: "unknown", Architecture: "unknown" };
                if (isAttestation)
                    named.Add(name);
                if (waiting.Remove(name, out DockerImage? listed))
                    yield return isAttestation ? listed.As(ImageKind.Attestation) : listed;
            }

            if (!MayBeAttestation(image)) yield return image;
            else if (named.Contains(image.Name)) yield return image.As(ImageKind.Attestation);
            else waiting.TryAdd(image.Name, image);
        }

        foreach (DockerImage held in waiting.Values) yield return held;
        error?.Throw();
    }

    private static bool MayBeAttestation(DockerImage image) =>
        image is { ImageKind: ImageKind.Image, Tags.Count: 0, SizeBytes: < MaxSize }
        && !(image.BuildTime > DateTime.UnixEpoch.ToLocalTime());
}
