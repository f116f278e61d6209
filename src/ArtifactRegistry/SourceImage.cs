using System.Management.Automation;
using System.Net;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>The source of Copy-ArImage: images in Artifact Registry, or one in another registry.</summary>
public sealed class SourceImage
{
    private SourceImage(ImagePattern? pattern, ExternalImageName? external)
    {
        Pattern = pattern;
        External = external;
    }

    /// <summary>The images in Artifact Registry; null for another registry.</summary>
    internal ImagePattern? Pattern { get; }

    /// <summary>The image in another registry; null for Artifact Registry.</summary>
    internal ExternalImageName? External { get; }

    /// <summary>Returns the name in a form that can be parsed again.</summary>
    public override string ToString() => Pattern?.ToString() ?? External!.ToString();

    internal static SourceImage Of(ImagePattern pattern) => new(pattern, null);

    internal static SourceImage Of(ExternalImageName external) => new(null, external);
}

/// <summary>
/// Converts the arguments of -Image of Copy-ArImage: names and patterns in Artifact Registry, and names with the host
/// of another registry.
/// </summary>
public sealed class SourceImageArgumentAttribute : ImageArgumentBaseAttribute
{
    private protected override object FromText(string text)
    {
        if (ExternalImageName.HasExternalHost(text)) return SourceImage.Of(ExternalImageName.Parse(text));
        return HasNoHost(text)
            ? throw new ImageNameException(
                text, "it has no host", "Expected for example docker.io/library/alpine:3.20, with the host of its "
                    + "registry, or us-docker.pkg.dev/my-project/my-repo/web:v1.")
            : SourceImage.Of(ImagePattern.Parse(text));
    }

    private protected override object FromName(ImageName name) => SourceImage.Of(ImagePattern.Exactly(name));

    private protected override object Collect(List<object> names) => names.Cast<SourceImage>().ToArray();

    // docker reads alpine:3.20 and owner/app as names on Docker Hub.
    private static bool HasNoHost(string text)
    {
        string first = text.Split('/')[0];
        return first.Length > 0 && char.IsAsciiLetterOrDigit(first[0]) && first != "projects" && !Digest.IsValid(text)
            && !first.Split(':')[0].Contains('.', StringComparison.Ordinal)
            && !first.Contains('@', StringComparison.Ordinal)
            && !text.Contains("://", StringComparison.Ordinal);
    }
}

/// <summary>
/// Converts the argument of a parameter for a user name and password. A user name alone is not accepted: nothing is
/// asked for in the middle of a command.
/// </summary>
public sealed class CredentialArgumentAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        // The message must not repeat the input, which may be the secret in another form.
        if (value is not (PSCredential or null))
            throw new ArgumentTransformationMetadataException(
                "Expected a PSCredential: a user name and a password, as from Get-Credential.");
        // Both are sent with a colon between them.
        return value is not PSCredential { UserName: string user } || !user.Contains(':', StringComparison.Ordinal)
            ? value
            : throw new ArgumentTransformationMetadataException("A user name with a colon cannot be sent.");
    }

    // Not GetNetworkCredential, which takes DOMAIN\user apart.
    internal static NetworkCredential? Reveal(PSCredential? credential)
    {
        if (credential is null || credential == PSCredential.Empty) return null;
        NetworkCredential revealed = new(credential.UserName, credential.Password);
        Secrets.Add(revealed);
        return revealed;
    }
}
