using FsCheck;
using FsCheck.Fluent;

namespace ArtifactRegistry.Core.Tests;

/// <summary>The parts of a name as the specification has them, made without the code under test.</summary>
public sealed record NamedParts(
    string Location, string Project, string Repository, string? Package, string? Tag, string? Digest)
{
    internal static NamedParts Of(ImageName name) =>
        new(name.Location, name.Project, name.Repository, name.Package, name.Tag, name.Digest);

    /// <summary>Every way to write the name: what Parse has to accept, and all that it may accept.</summary>
    public IEnumerable<string> Spellings()
    {
        string suffix = (Package is null ? "" : "/" + Package) + (Tag is null ? "" : ":" + Tag)
            + (Digest is null ? "" : "@" + Digest);
        foreach (string scheme in new[] { "", "https://" })
            foreach (string project in new[] { Project, Project.Replace(':', '/') }.Distinct())
            {
                yield return $"{scheme}{Location}-docker.pkg.dev/{project}/{Repository}{suffix}";
                yield return $"{scheme}docker.{Location}.rep.pkg.dev/{project}/{Repository}{suffix}";
                if (Repository.EndsWith("gcr.io", StringComparison.Ordinal))
                    yield return $"{scheme}{Repository}/{project}{suffix}";
            }

        string resource = $"projects/{Project}/locations/{Location}/repositories/{Repository}";
        string? package = Package?.Replace("/", "%2F", StringComparison.Ordinal);
        if (package is null) yield return resource;
        else if (Tag is null && Digest is null) yield return $"{resource}/packages/{package}";
        else if (Digest is null) yield return $"{resource}/packages/{package}/tags/{Tag}";
        else if (Tag is null)
        {
            yield return $"{resource}/packages/{package}/versions/{Digest}";
            yield return $"{resource}/dockerImages/{package}@{Digest}";
        }
    }
}

/// <summary>Random names: valid ones by the grammar, and valid ones that somebody has tampered with.</summary>
internal static class ImageNameGenerators
{
    private const string Lower = "abcdefghijklmnopqrstuvwxyz";
    private const string Digits = "0123456789";

    private static readonly string[] Fragments =
    [
        "..", ".", "/", "//", "/../", "/..", "../", "/./", "%2e%2e", "%2e%2e%2f", "%2F", "%2f", "%252F", "%5c", "%00",
        "%", "?", "?force=true", "*", "#", "#x", "\\", "\\..\\", " ", "\t", "\r\n", "\n", "\0", "\u001b[0m", "é", "а",
        "／", "\u202e", "\ud83d", "@", "@evil.com", "user:pw@", ":", ":443", ":latest", "@sha256:", "https://",
        "http://", "//evil.com/", "&", "+", ";", "~", "$", "{", "=", "\"", "'", "…", "A", "Z", "-", "_", "__", "a", "0",
        "projects/", "/packages/", "/tags/", "/versions/", "locations/", "gcr.io", "eu.gcr.io/", "-docker.pkg.dev",
        "docker.", ".rep.pkg.dev", "example.com", "example.com:", "example.com/", ":batchDelete", "%3A",
    ];

    internal static Gen<NamedParts> Parts { get; } =
        from place in Gen.Frequency(
            (3, from location in Gen.Frequency((1, Gen.Elements("us", "europe-west1")), (1, Label(63)))
                from repository in Label(63)
                select (location, repository)),
            (1, Gen.Elements(("us", "gcr.io"), ("us", "us.gcr.io"), ("europe", "eu.gcr.io"), ("asia", "asia.gcr.io"))))
        from project in Gen.Frequency(
            (3, Label(63)), (1, Text(Digits, Digits, Digits, 20)),
            (2, from domain in Text(Lower + Digits, Lower + Digits + "-", Lower + Digits, 20).NonEmptyListOf()
                from top in Label(6)
                from id in Label(30)
                select $"{string.Join('.', domain.Take(4))}.{top}:{id}"))
        from package in Gen.Frequency((1, Gen.Constant<string?>(null)), (6, Package.Select(text => (string?)text)))
        from tag in Gen.Frequency((1, Gen.Constant<string?>(null)), (1, Tag.Select(text => (string?)text)))
        from digest in Gen.Frequency((1, Gen.Constant<string?>(null)), (1, AnyDigest.Select(text => (string?)text)))
        select new NamedParts(
            place.Item1, project, place.Item2, package, package is null ? null : tag, package is null ? null : digest);

    internal static Gen<string> ValidText { get; } =
        from parts in Parts
        from spelling in Gen.Elements(parts.Spellings())
        select spelling;

    /// <summary>A valid name into which hostile fragments were put, or from which something was cut.</summary>
    internal static Gen<string> HostileText { get; } =
        from text in ValidText
        from times in Gen.Frequency((3, Gen.Constant(1)), (1, Gen.Choose(2, 3)))
        from hostile in Mutated(text, times)
        select hostile;

    /// <summary>Anything at all: noise, tampered names, and noise in the alphabet of names.</summary>
    internal static Gen<string?> AnyText { get; } = Gen.Frequency(
        (1, ArbMap.Default.GeneratorFor<string?>()),
        (1, Gen.Elements(Fragments).ListOf().Select(pieces => (string?)string.Concat(pieces))),
        (3, HostileText.Select(text => (string?)text)));

    // Evaluated late, since the properties above are initialized in the order of the text.
    private static Gen<string> Package =>
        from segments in Segment.NonEmptyListOf()
        select string.Join('/', segments.Take(5)) is { Length: <= 255 } fits ? fits : segments[0];

    private static Gen<string> Segment =>
        from words in Text(Lower + Digits, Lower + Digits, Lower + Digits, 8).NonEmptyListOf()
        from separators in Gen.Elements(".", "_", "__", "-", "--", "----").ArrayOf(words.Count)
        select string.Concat(words.Take(4).Select((word, i) => i == 0 ? word : separators[i] + word));

    private static Gen<string> Tag => Text(
        Lower + "ABCXYZ_" + Digits, Lower + "ABCXYZ._-" + Digits, Lower + "ABCXYZ._-" + Digits, 128);

    private static Gen<string> AnyDigest =>
        Gen.Elements("0123456789abcdef".ToCharArray()).ArrayOf(64).Select(hex => "sha256:" + new string(hex));

    private static Gen<string> Label(int longest) => Text(Lower, Lower + Digits + "-", Lower + Digits, longest);

    private static Gen<string> Text(string first, string middle, string last, int longest) =>
        from length in Gen.Frequency((9, Gen.Choose(1, Math.Min(longest, 12))), (1, Gen.Choose(1, longest)))
        from start in Gen.Elements(first.ToCharArray())
        from between in Gen.Elements(middle.ToCharArray()).ArrayOf(Math.Max(0, length - 2))
        from end in Gen.Elements(last.ToCharArray())
        select length == 1 ? $"{start}" : $"{start}{new string(between)}{end}";

    private static Gen<string> Mutated(string text, int times) =>
        from position in Gen.Frequency(
            (6, Gen.Choose(0, text.Length)), (1, Gen.Constant(0)), (2, Gen.Constant(text.Length)))
        from cut in Gen.Frequency((4, Gen.Constant(0)), (1, Gen.Choose(0, text.Length - position)))
        from fragment in Gen.Frequency((8, Gen.Elements(Fragments)), (1, Gen.Constant("")))
        let mutant = text.Remove(position, cut).Insert(position, fragment)
        from result in times == 1 ? Gen.Constant(mutant) : Mutated(mutant, times - 1)
        select result;
}
