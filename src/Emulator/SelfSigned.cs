using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ArtifactRegistry.Emulator;

/// <summary>Creates certificates that are trusted only where they are added explicitly.</summary>
public static class SelfSigned
{
    /// <summary>Creates a self-signed certificate, valid today, for loopback and the given hosts.</summary>
    public static X509Certificate2 For(params string[] hosts)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=Artifact Registry emulator", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        foreach (string host in (string[])["localhost", .. hosts]) names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(7));
        // On Windows, a server can only use a key that has been stored once.
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
