using System.Management.Automation;
using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.SignIn;

/// <summary>
/// Secrets that can be recognised are planted in every source, and everything that can be seen is searched.
/// </summary>
public sealed class SecretTests : SignInTest
{
    [Fact]
    public void No_secret_of_any_source_is_anywhere_that_can_be_seen()
    {
        JsonObject user = SignIn.AddUser("ada@example.com");
        JsonObject key = SignIn.AddServiceAccountKey(Deployer);
        const string Proof = "proof-PLANTED-7c1",
            ClientSecret = "client-PLANTED-secret",
            Given = "ya29.given-PLANTED-token";
        user["client_secret"] = ClientSecret;
        SignIn.Trust(Proof, "somebody");
        Write("proof", Proof);
        Write("user.json", user);
        Write("key.json", key);
        Write("cut.json", key.ToJsonString()[..^60]);
        Write(
            "wrong.json",
            user.ToJsonString().Replace("\"authorized_user\"", $"\"{ClientSecret}\"", StringComparison.Ordinal)
        );
        Write(
            "wif.json",
            new JsonObject
            {
                ["type"] = "external_account",
                ["audience"] = "//iam.googleapis.com/x",
                ["subject_token_type"] = "urn:ietf:params:oauth:token-type:jwt",
                ["token_url"] = "https://sts.googleapis.com/v1/token",
                ["credential_source"] = new JsonObject { ["file"] = Path.Combine(Home, "proof") },
            }
        );
        string[] secrets =
        [
            Given,
            Proof,
            user["refresh_token"]!.GetValue<string>(),
            key["private_key"]!.GetValue<string>().Split('\n')[3],
            "ya29.emulated",
            "eyJhbGciOi",
        ];
        const string Everything =
            "Get-ArImage $app -Verbose -Debug; Get-ArImage \"${app}:none\" -Verbose -Debug; Get-ArConnection";
        List<ScriptResult> all = new();
        foreach (string source in new[] { "key.json", "user.json", "wif.json", "cut.json", "wrong.json" })
        {
            all.Add(Run($"Connect-ArRegistry -CredentialFile $here/{source} -Verbose -Debug; {Everything}"));
            all.Add(
                Run(
                    $"Connect-ArRegistry -CredentialFile $here/{source} -ImpersonateServiceAccount {Deployer}; "
                        + $"{Everything}"
                )
            );
            // An answer that is cut off in the middle of the token.
            Behaviour.Faults.Add(
                new Fault(FaultKind.MalformedJson)
                {
                    When = request => request.Path.EndsWith("token", StringComparison.OrdinalIgnoreCase),
                }
            );
            all.Add(Run($"Connect-ArRegistry -CredentialFile $here/{source}; {Everything}"));
            Behaviour.Faults.Clear();
        }
        Write("given", Given);
        all.Add(
            Run(
                $"Connect-ArRegistry -AccessToken ([System.IO.File]::ReadAllText(\"$here/given\")) -Verbose -Debug; "
                    + $"{Everything}"
            )
        );
        SignIn.Revoke("ada@example.com");
        SignIn.Revoke(Deployer);
        all.Add(
            Run(
                $"Connect-ArRegistry -CredentialFile $here/key.json; {Everything}; Connect-ArRegistry -CredentialFile "
                    + $"$here/user.json; {Everything}"
            )
        );
        all.Add(Run("ConvertTo-CliXml @($Error; Get-ArConnection) -Depth 6"));

        string seen = string.Join('\n', all.SelectMany(Seen));
        Assert.True(all.Sum(result => result.Errors.Count) > 20);
        Assert.Contains("NotAuthenticated", seen, StringComparison.Ordinal);
        Assert.Contains("-> 200 in", seen, StringComparison.Ordinal);
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, seen, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Seen(ScriptResult result) =>
        [
            .. result.Verbose,
            .. result.Warnings,
            .. result.Information,
            result.Thrown?.ToString() ?? "",
            .. result.Output.SelectMany(row =>
                row.Properties.Select(property => $"{property.Name}={property.Value}").Append(row.ToString())
            ),
            .. result.Errors.SelectMany(error =>
                new[]
                {
                    error.ToString(),
                    error.FullyQualifiedErrorId,
                    error.ErrorDetails?.Message ?? "",
                    error.ErrorDetails?.RecommendedAction ?? "",
                    error.Exception.ToString(),
                    error.TargetObject?.ToString() ?? "",
                    error.ScriptStackTrace,
                    PSSerializer.Serialize(error.Exception, 4),
                }
            ),
        ];
}
