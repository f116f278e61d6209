using System.Management.Automation;
using System.Text;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Faults;

/// <summary>A secret that can be recognised, as people paste one where something else belongs.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Value">The whole text.</param>
/// <param name="Needle">The part of it that must be nowhere.</param>
internal sealed record PlantedSecret(string Kind, string Value, string Needle)
{
    private const string KeyFile =
        """{"type":"service_account","private_key_id":"PLANTEDid","private_key":"-----BEGIN PRIVATE KEY-----\nMIIEvPLANTEDkey0Ba7xQz\n-----END PRIVATE KEY-----\n","client_email":"a@p.iam.gserviceaccount.com"}""";

    private static readonly string Base64 = Convert.ToBase64String(Encoding.UTF8.GetBytes(KeyFile));

    public static IReadOnlyList<PlantedSecret> All { get; } =
    [
        new("access token", "ya29.a0AfPLANTEDtoken_0123456789", "PLANTEDtoken"),
        new("refresh token", "1//0gPLANTEDrefresh-0123456789", "PLANTEDrefresh"),
        new("signed token", "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJQTEFOVEVEIn0.PLANTEDsignature", "PLANTEDsignature"),
        new("key file", KeyFile, "PLANTEDkey"),
        new("private key", "-----BEGIN PRIVATE KEY-----\nMIIEvPLANTEDkey0Ba7xQz\n-----END PRIVATE KEY-----\n", "PLANTEDkey"),
        new("key file in base64", Base64, Base64[80..140]),
        new("user's credentials", """{"type":"authorized_user","client_secret":"sPLANTEDclient","refresh_token":"PLANTEDshort"}""", "PLANTED"),
        new("address with a password", "https://jo:PLANTEDpassword@evil.example/path", "PLANTEDpassword"),
        new("header", "Authorization: Bearer PLANTEDbearer.0123456789", "PLANTEDbearer"),
    ];

    /// <summary>Everything that a script wrote, and every detail of its errors.</summary>
    public static string Seen(ScriptResult result) => string.Join('\n',
    [
        .. result.Verbose, .. result.Warnings, .. result.Information, .. result.Debug, result.Thrown?.ToString() ?? "",
        .. result.Progress.Select(record => $"{record.Activity} {record.StatusDescription} {record.CurrentOperation}"),
        .. result.Output.Select(row => row.ToString() + string.Concat(row.Properties.Select(each => $" {each.Name}={each.Value}"))),
        .. result.Errors.Concat(result.Thrown is IContainsErrorRecord thrown ? [thrown.ErrorRecord] : []).Select(error => string.Join('\n',
        [
            error.ToString(), error.CategoryInfo.ToString(), error.ErrorDetails?.Message, error.ErrorDetails?.RecommendedAction,
            error.TargetObject?.ToString(), error.Exception.ToString(), PSSerializer.Serialize(error.Exception, 4),
            PSSerializer.Serialize(error.TargetObject, 2),
        ])),
    ]);

    /// <summary>Asserts that no part of the secret is in a text.</summary>
    public void MustNotBeIn(string seen, string where)
    {
        int at = seen.IndexOf(Needle, StringComparison.Ordinal);
        Assert.True(at < 0, at < 0 ? "" : $"The {Kind} is shown ({where}): …{seen[Math.Max(0, at - 200)..Math.Min(seen.Length, at + 60)]}…");
    }
}
