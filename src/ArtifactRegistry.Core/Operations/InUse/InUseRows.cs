using System.Collections.Concurrent;
using ArtifactRegistry.Clients;

namespace ArtifactRegistry.Operations.InUse;

/// <summary>Makes rows of what was seen: one for each digest, or tag, of each container of a workload.</summary>
internal static class InUseRows
{
    /// <summary>Gets the rows, in the order of places, roles and workloads.</summary>
    /// <param name="reading">What was seen.</param>
    /// <param name="repositories">The repositories whose images are wanted; null for all images.</param>
    public static IReadOnlyList<ImageInUse> Of(
        InUseReading reading,
        IReadOnlyCollection<ImageName>? repositories = null
    )
    {
        ArgumentNullException.ThrowIfNull(reading);
        bool isComplete = reading.Failures.Count == 0;
        UnknownSidecarDigests unknown = new(reading);
        return [
            .. reading
                .SeenImages.SelectMany(seen =>
                    RowsOf(
                        seen.Place,
                        seen.Seen,
                        seen.At,
                        repositories,
                        isComplete,
                        unknown.Contains(seen.Place, seen.Seen)
                    )
                )
                .OrderBy(row => row.Source, StringComparer.Ordinal)
                .ThenBy(row => row.Project, StringComparer.Ordinal)
                .ThenBy(row => row.Location, StringComparer.Ordinal)
                .ThenBy(row => row.Cluster, StringComparer.Ordinal)
                .ThenBy(row => row.Namespace, StringComparer.Ordinal)
                .ThenBy(row => row.Name, StringComparer.Ordinal)
                .ThenBy(row =>
                    row.Role == nameof(InUseRole.Running) ? 0
                    : row.Role == nameof(InUseRole.Template) ? 1
                    : 2
                )
                .ThenBy(row => row.Container, StringComparer.Ordinal)
                .ThenBy(row => row.Digest, StringComparer.Ordinal),
        ];
    }

    /// <summary>
    /// Completes rows from the registry: the digest that a tag is on now, and whether an image is missing. What cannot
    /// be asked stays unknown.
    /// </summary>
    /// <returns>The rows, and the number of names that could not be asked for.</returns>
    public static async Task<(IReadOnlyList<ImageInUse> Rows, int Unknown)> CompleteAsync(
        ArtifactRegistryClient registry, IReadOnlyList<ImageInUse> rows, int concurrency, CancellationToken stop)
    {
        ConcurrentDictionary<ImageName, Known> found = new();
        await Parallel.ForEachAsync(
            rows.Select(row => row.ParsedName).OfType<ImageName>().Distinct(),
            new ParallelOptions { MaxDegreeOfParallelism = concurrency, CancellationToken = stop },
            async (name, token) => found[name] = await AskAsync(registry, name, token));
        return (
            [
                .. rows.Select(row =>
                    row.ParsedName is not null && found[row.ParsedName] is { IsKnown: true } known
                        ? row.With(known.Digest, known.Digest is null)
                        : row
                ),
            ],
            found.Values.Count(known => !known.IsKnown)
        );
    }

    private static async Task<Known> AskAsync(ArtifactRegistryClient registry, ImageName name, CancellationToken stop)
    {
        try
        {
            if (name.Digest is not null)
                return new Known(true, await DigestLookup.ExistsAsync(registry, name, stop) ? name.Digest : null);
            TagMessage tag = await registry.GetTagAsync(name, stop);
            return new Known(true, ImageName.TryParse(tag.Version, out ImageName? version) ? version.Digest : null);
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.NotFound)
        {
            return new Known(true, null);
        }
        catch (RegistryException)
        {
            return new Known(false, null);
        }
    }

    private static IEnumerable<ImageInUse> RowsOf(
        InUsePlace place,
        SeenImage seen,
        DateTime at,
        IReadOnlyCollection<ImageName>? repositories,
        bool isComplete,
        bool mayBeAnyDigest
    )
    {
        ImageName? written = Parse(seen.Image), told = Parse(seen.ImageId);
        if (repositories is not null && !IsIn(written) && !IsIn(told)) yield break;
        string? running = seen.ImageId is null ? null : Digest.AllIn(seen.ImageId).FirstOrDefault();
        string? asked = Digest.AllIn(seen.Image).FirstOrDefault();

        // The runtime may name another repository in which it found the same digest. Without any name, the digest may
        // be that of the configuration, which no name by digest leads to.
        if (running is not null)
            yield return Row(
                running,
                seen.ImageId!.Contains('@', StringComparison.Ordinal) ? written?.ToImage().WithDigest(running) ?? told
                    : written is { Digest: null } ? Tagged(written) : null);
        if (asked is not null && asked != running) yield return Row(asked, written?.ToImage().WithDigest(asked));
        if (asked is null && running is null) yield return Row(null, written is null ? null : Tagged(written));

        bool IsIn(ImageName? name) => name is not null && repositories!.Contains(name.ToRepository());

        ImageInUse Row(string? digest, ImageName? name) => new(seen.Image, digest, name)
        {
            IsComplete = isComplete,
            MayBeAnyDigest = mayBeAnyDigest,
            Source = place.Source.ToString(),
            Role = seen.Role.ToString(),
            Project = place.Project,
            Location = place.Location,
            Cluster = place.Cluster,
            Service = seen.Workload.Service,
            Namespace = seen.Workload.Namespace,
            Kind = seen.Workload.Kind,
            Name = seen.Workload.Name,
            Container = seen.Container,
            SeenAt = at,
        };
    }

    // Without a tag, container runtimes pull the tag latest.
    private static ImageName Tagged(ImageName name) => name.Tag is null ? name.WithTag("latest") : name;

    // docker-pullable://us-docker.pkg.dev/p/r/app@sha256:…
    private static ImageName? Parse(string? text)
    {
        if (text is null) return null;
        int scheme = text.IndexOf("://", StringComparison.Ordinal);
        return ImageName.TryParse(scheme < 0 ? text : text[(scheme + 3)..], out ImageName? name) && !name.IsRepository
            ? name
            : null;
    }

    /// <summary>The registry's answer about a name.</summary>
    private readonly record struct Known(bool IsKnown, string? Digest);
}
