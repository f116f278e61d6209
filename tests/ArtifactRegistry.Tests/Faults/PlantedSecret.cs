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
        """{"type":"service_account","private_key_id":"PLANTEDid","private_key":"""
        + "\"-----BEGIN PRIVATE KEY-----\\nMIIEvPLANTEDkey0Ba7xQz\\n-----END PRIVATE KEY-----\\n\","
        + """
          "client_email":"a@p.iam.gserviceaccount.com"}
          """;

    private static readonly string Base64 = Convert.ToBase64String(Encoding.UTF8.GetBytes(KeyFile));

    public static IReadOnlyList<PlantedSecret> All { get; } =
    [
        new("access token", "ya29.a0AfPLANTEDtoken_0123456789", "PLANTEDtoken"),
        new("refresh token", "1//0gPLANTEDrefresh-0123456789", "PLANTEDrefresh"),
        new("signed token", "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJQTEFOVEVEIn0.PLANTEDsignature", "PLANTEDsignature"),
        new("key file", KeyFile, "PLANTEDkey"),
        new(
            "private key",
            "-----BEGIN PRIVATE KEY-----\nMIIEvPLANTEDkey0Ba7xQz\n-----END PRIVATE KEY-----\n",
            "PLANTEDkey"
        ),
        new("key file in base64", Base64, Base64[80..140]),
        new(
            "user's credentials",
            """{"type":"authorized_user","client_secret":"sPLANTEDclient","refresh_token":"PLANTEDshort"}""",
            "PLANTED"
        ),
        new("address with a password", "https://jo:PLANTEDpassword@evil.example/path", "PLANTEDpassword"),
        new("header", "Authorization: Bearer PLANTEDbearer.0123456789", "PLANTEDbearer"),
    ];

    /// <summary>Credential files whose secrets are short and have no shape that could be recognised.</summary>
    /// <param name="address">Where the proof of an identity is asked for.</param>
    public static IReadOnlyList<(string Name, string Content, PlantedSecret[] Secrets)> Files(Uri address)
    {
        PlantedSecret secret = new("short client secret", "PL4.NT", "PL4.NT"),
            refresh = new("short refresh token", "Pl4=t", "Pl4=t");
        PlantedSecret header = new("short header", "pL4n", "pL4n");
        string user =
            $$"""{"type":"authorized_user","client_id":"c","client_secret":"{{secret.Value}}","refresh_token":"{{refresh.Value}}"}""";
        return [
            ("user.json", user, [secret, refresh]),
            (
                "workforce.json",
                user.Replace("authorized_user", "external_account_authorized_user", StringComparison.Ordinal)
                    .Replace(
                        "\"client_id\"",
                        "\"token_url\":\"https://sts.googleapis.com/v1/oauthtoken\",\"client_id\"",
                        StringComparison.Ordinal
                    ),
                [secret, refresh]
            ),
            (
                "impersonated.json",
                $$"""
                {"type":"impersonated_service_account","source_credentials":{{user}},
                 "service_account_impersonation_url":"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/a@shop.iam.gserviceaccount.com:generateAccessToken"}
                """, [secret, refresh]),
            ("job.json", $$$"""
                {"type":"external_account","audience":"//iam.googleapis.com/p",
                  "subject_token_type":"urn:ietf:params:oauth:token-type:jwt",
                 "token_url":"https://sts.googleapis.com/v1/token","client_id":"c","client_secret":"{{{secret.Value}}}",
                 "credential_source":{"url":"{{{address}}}proof",
                   "headers":{"Authorization":"Bearer {{{header.Value}}}"}  }  }
                """, [secret, header]),
        ];
    }

    /// <summary>Everything that a script wrote, and every detail of its errors.</summary>
    public static string Seen(ScriptResult result) =>
        string.Join(
            '\n',
            [
                .. result.Verbose,
                .. result.Warnings,
                .. result.Information,
                .. result.Debug,
                result.Thrown?.ToString() ?? "",
                .. result.Progress.Select(record =>
                    $"{record.Activity} {record.StatusDescription} {record.CurrentOperation}"
                ),
                .. result.Output.Select(row =>
                    row.ToString() + string.Concat(row.Properties.Select(each => $" {each.Name}={each.Value}"))
                ),
                .. result
                    .Errors.Concat(result.Thrown is IContainsErrorRecord thrown ? [thrown.ErrorRecord] : [])
                    .Select(error =>
                        $"{error} {error.CategoryInfo} {error.ErrorDetails?.Message} "
                            + $"{error.ErrorDetails?.RecommendedAction} "
                            + $"{Everything.In(error.Exception)} {Everything.In(error.TargetObject)}"
                    ),
            ]
        );

    /// <summary>Asserts that no part of the secrets is in a text.</summary>
    public static void MustNotBeIn(string seen, string where, IReadOnlyList<PlantedSecret> secrets)
    {
        Assert.NotEmpty(seen);
        foreach (PlantedSecret secret in secrets)
        {
            int at = seen.IndexOf(secret.Needle, StringComparison.Ordinal);
            Assert.True(
                at < 0,
                at < 0
                    ? ""
                    : $"The {secret.Kind} is shown ({where}): "
                        + $"…{seen[Math.Max(0, at - 200)..Math.Min(seen.Length, at + 60)]}…"
            );
        }
    }
}
