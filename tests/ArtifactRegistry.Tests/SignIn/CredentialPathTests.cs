using System.Text;
using System.Text.Json.Nodes;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.SignIn;

/// <summary>What people put where the path of a credential file, or a token, belongs.</summary>
public sealed class CredentialPathTests : SignInTest
{
    private const string Everything =
        "Get-ArImage $app -Verbose; Get-ArConnection; $Error | Out-String; ConvertTo-CliXml @($Error) -Depth 4";

    public static TheoryData<string, string> Secrets
    {
        get
        {
            TheoryData<string, string> rows = new();
            foreach (
                string variable in new[]
                {
                    "GOOGLE_APPLICATION_CREDENTIALS",
                    "CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE",
                    "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE",
                    "-CredentialFile",
                }
            )
                foreach (
                    string kind in new[]
                    {
                    "json",
                    "indented",
                    "base64",
                    "wrapped",
                    "pem",
                    "token",
                    "bearer",
                    "refresh",
                    "jwt",
                    "client",
                    "der",
                    "quoted",
                    }
                )
                    rows.Add(variable, kind);
            return rows;
        }
    }

    [Theory, MemberData(nameof(Secrets))]
    public void A_credential_in_the_place_of_its_path_is_explained_and_not_shown(string place, string kind)
    {
        JsonObject key = SignIn.AddServiceAccountKey(Deployer);
        string pem = key["private_key"]!.GetValue<string>(), json = key.ToJsonString();
        string secret = kind switch
        {
            "json" => json,
            "indented" => key.ToJsonString(new() { WriteIndented = true }),
            "base64" => Convert.ToBase64String(Encoding.UTF8.GetBytes(json)),
            "wrapped" => Convert.ToBase64String(Encoding.UTF8.GetBytes(json), Base64FormattingOptions.InsertLineBreaks),
            "pem" => pem,
            "token" => "ya29.PLANTED-token-0123456789",
            "bearer" => "Bearer ya29.PLANTED-token-0123456789",
            "refresh" => "1//0gPLANTED-refresh-0123456789",
            "jwt" => "eyJhbGciOiJSUzI1NiJ9.eyJQTEFOVEVEIjoxfQ.c2lnbmF0dXJl",
            "client" => "GOCSPX-PLANTED0123456789abcdef",
            "der" => string.Concat(pem.Split('\n')[1..^2]),
            _ => $"'{json}'",
        };
        if (place[0] != '-') Set(place, secret);
        Shop.Emulator.Requests.Clear();

        ScriptResult result =
            place[0] == '-'
                ? Run(
                    $"$secret = [System.Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('{Convert.ToBase64String(Encoding.UTF8.GetBytes(secret))}')); Connect-ArRegistry -CredentialFile $secret"
                )
                : Run("Get-ArImage $app");
        ScriptResult more = Run(Everything);

        Assert.Equal("NotAuthenticated", result.ErrorId);
        Assert.Contains($"{place} must hold the path of a file.", result.ErrorText, StringComparison.Ordinal);
        Assert.Contains("which is not shown", result.ErrorText, StringComparison.Ordinal);
        string seen = string.Join('\n', new[] { result, more }.SelectMany(Seen));
        Assert.Contains("must hold the path", seen, StringComparison.Ordinal);
        foreach (string part in Parts(secret)) Assert.DoesNotContain(part, seen, StringComparison.Ordinal);
        if (place[0] != '-') Assert.Empty(Shop.Emulator.Requests.Snapshot());
    }

    [Theory]
    [InlineData("\"{0}\"")]
    [InlineData("'{0}'")]
    [InlineData("  {0} ")]
    [InlineData("\uFEFF{0}")]
    public void Quotes_and_blanks_around_a_path_are_left_out(string form) =>
        MustSignInBy(string.Format(null, form, Write("my key.json", SignIn.AddServiceAccountKey(Deployer))));

    [Theory]
    [InlineData("~/key.json")]
    [InlineData("$AR_TEST_FOLDER/key.json")]
    [InlineData("${AR_TEST_FOLDER}/key.json")]
    [InlineData("$env:AR_TEST_FOLDER/key.json")]
    [InlineData("%AR_TEST_FOLDER%/key.json")]
    [InlineData("\"$HOME/key.json\"")]
    public void Home_and_variables_in_a_path_are_replaced(string path)
    {
        Set("HOME", Home);
        Set("AR_TEST_FOLDER", Home);
        Write("key.json", SignIn.AddServiceAccountKey(Deployer));

        MustSignInBy(path);
    }

    [Fact]
    public void A_file_that_is_named_like_a_variable_is_found_by_its_name()
    {
        Set("AR_TEST_NAME", "other");
        MustSignInBy(Write("$AR_TEST_NAME.json", SignIn.AddServiceAccountKey(Deployer)));
    }

    [Fact]
    public void A_path_that_leads_nowhere_is_shown()
    {
        // Not below a temporary folder, whose random name may look like a secret together with that of the key.
        string path = Path.Combine(Path.GetPathRoot(Home)!, "nowhere", "my-project-0a1b2c3d4e5f.json");
        Set("GOOGLE_APPLICATION_CREDENTIALS", path);

        ScriptResult result = Run("Get-ArImage $app");

        Assert.Contains(
            "my-project-0a1b2c3d4e5f.json that GOOGLE_APPLICATION_CREDENTIALS names: there is no such file.",
            result.ErrorText,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_key_whose_line_breaks_were_escaped_twice_is_used()
    {
        JsonObject key = SignIn.AddServiceAccountKey(Deployer);
        key["private_key"] = key["private_key"]!.GetValue<string>().Replace("\n", "\\n", StringComparison.Ordinal);

        MustSignInBy(Write("key.json", key));
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-8")]
    public void A_file_may_have_a_byte_order_mark(string encoding)
    {
        string path = Path.Combine(Home, "key.json");
        File.WriteAllText(path, SignIn.AddServiceAccountKey(Deployer).ToJsonString(), Encoding.GetEncoding(encoding));

        MustSignInBy(path);
    }

    [Theory]
    [InlineData("base64", "it holds base64; decode it first")]
    [InlineData("pem", "it holds a private key alone")]
    [InlineData("token", "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE")]
    public void A_file_that_holds_a_credential_in_another_form_is_explained(string kind, string expected)
    {
        JsonObject key = SignIn.AddServiceAccountKey(Deployer);
        string path = Write("key.json", kind switch
        {
            "base64" => Convert.ToBase64String(Encoding.UTF8.GetBytes(key.ToJsonString())),
            "pem" => key["private_key"]!.GetValue<string>(),
            _ => "ya29.PLANTED",
        });

        Assert.Contains(
            expected,
            Run($"Connect-ArRegistry -CredentialFile '{path}'").ErrorText,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_whole_key_that_this_system_cannot_use_is_told_apart_from_a_broken_one_in_the_systems_words()
    {
        using System.Security.Cryptography.ECDsa curve = System.Security.Cryptography.ECDsa.Create();
        JsonObject key = SignIn.AddServiceAccountKey(Deployer);
        string pem = key["private_key"]!.GetValue<string>();
        key["private_key"] = curve.ExportPkcs8PrivateKeyPem();
        ScriptResult other = Run($"Connect-ArRegistry -CredentialFile '{Write("other.json", key)}'");
        key["private_key"] = pem.Replace(pem.Split('\n')[4] + "\n", "", StringComparison.Ordinal);
        ScriptResult cut = Run($"Connect-ArRegistry -CredentialFile '{Write("cut.json", key)}'");

        Assert.Contains(
            "its private_key is complete, but this system cannot use it: ",
            other.ErrorText,
            StringComparison.Ordinal
        );
        Assert.Contains("the file may be cut off or edited", cut.ErrorText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Bearer {0}")]
    [InlineData("bearer  {0}")]
    [InlineData("{0}\n")]
    public void A_token_is_taken_with_Bearer_in_front(string form)
    {
        Behaviour.AcceptedTokens = ["ya29.good-token"];
        string token = string.Format(null, form, "ya29.good-token");
        Write("token", token);

        Run(
                "$null = Connect-ArRegistry -AccessToken ([System.IO.File]::ReadAllText(\"$here/token\")); Get-ArImage "
                    + "$app; Disconnect-ArRegistry"
            )
            .MustSucceed();
        Set("GOOGLE_OAUTH_ACCESS_TOKEN", token);
        Run("Get-ArImage $app").MustSucceed();
        Set("CLOUDSDK_AUTH_ACCESS_TOKEN_FILE", Path.Combine(Home, "token"));
        Run("Get-ArImage $app").MustSucceed();
    }

    [Theory]
    [InlineData("1//0gPLANTED-refresh", "it is a refresh token")]
    [InlineData("{\"type\":\"service_account\",\"x\":\"PLANTED\"}", "-CredentialFile takes the path")]
    [InlineData("two PLANTED words", "characters in it that no token has")]
    public void What_cannot_be_an_access_token_is_refused_by_Connect_and_not_shown(string text, string expected)
    {
        ScriptResult result = Run($"Connect-ArRegistry -AccessToken '{text}'; Get-ArConnection");

        Assert.Equal("NotAuthenticated", result.ErrorId);
        Assert.Contains(expected, result.ErrorText, StringComparison.Ordinal);
        Assert.DoesNotContain("PLANTED", result.ErrorText, StringComparison.Ordinal);
    }

    private void MustSignInBy(string path)
    {
        Set("GOOGLE_APPLICATION_CREDENTIALS", path);
        MustHaveListedAs(Deployer, Run("Get-ArImage $app"));
    }

    // Pieces of a secret that are long enough to be told from other text.
    private static IEnumerable<string> Parts(string secret) =>
        secret
            .Split('\n', '\r', '"', '\'', ' ')
            .Where(part =>
                part.Length >= 16
                && !part.StartsWith("https://", StringComparison.Ordinal)
                && !part.EndsWith(".com", StringComparison.Ordinal)
            )
            .SelectMany(part => part.Chunk(40).Select(chunk => new string(chunk)))
            .Where(part => part.Length >= 16);

    private static IEnumerable<string> Seen(ScriptResult result) =>
        [
            .. result.Verbose,
            .. result.Warnings,
            result.Thrown?.ToString() ?? "",
            .. result.Output.SelectMany(row =>
                row.Properties.Select(property => $"{property.Name}={property.Value}").Append(row.ToString())
            ),
            .. result.Errors.SelectMany(error =>
                new[] { $"{error} {error.ErrorDetails} {error.Exception} {error.TargetObject}" }
            ),
        ];
}
