using System.Net;
using System.Text;
using ArtifactRegistry.Text;
using Xunit;

namespace ArtifactRegistry.Core.Tests;

/// <summary>No secret and no control character leaves by a text; names, digests and advice do.</summary>
public sealed class SafeTextTests
{
    private const string Key =
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n"
        + "MzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDuictGeurT8jNbvJZHtCSuYEvu\n-----END PRIVATE KEY-----\n";

    private static readonly string KeyFile =
        $$"""{"type":"service_account","private_key":"{{Key.Replace("\n", "\\n", StringComparison.Ordinal)}}","client_email":"a@b.c"}""";

    public static TheoryData<string, string> Secret =>
        new()
        {
            { "the token ya29.a0AfH6SMBx-y_z~1+2/3= was refused", "a0AfH6SMB" },
            { "refresh 1//0gabcdefghijklmno-PQ failed", "0gabcdefghij" },
            { "body: grant_type=refresh_token&refresh_token=1%2F%2F0gabcdefghij&x=1", "0gabcdefghij" },
            { "grant_type=password&password=hunter2hunter2", "hunter2" },
            { "client GOCSPX-AbC_123-xyz is unknown", "AbC_123" },
            { "assertion eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhQGIuYyJ9.c2lnbmF0dXJl is invalid", "eyJpc3M" },
            { Key, "MIIEvQIBADAN" },
            { Key[..60], "MIIEvQ" },
            { KeyFile, "MIIEvQIBADAN" },
            { "line 3 is 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj'", "BAQEFAASCBKcwggSj" },
            {
                "a file named " + Convert.ToBase64String(Encoding.UTF8.GetBytes(KeyFile)),
                Convert.ToBase64String(Encoding.UTF8.GetBytes(KeyFile))[60..100]
            },
            { """{"error":"x","echo":{"client_secret":"s3cr\"et-s3cret"}}""", "s3cret" },
            { """{"body":"{\"refresh_token\":\"short-but-secret\",\"x\":1}"}""", "short-but-secret" },
            {
                """{"body":"{\u0022refresh_token\u0022:\u0022short-but-secret\u0022,\u0022x\u0022:1}"}""",
                "short-but-secret"
            },
            { "<pre>{&quot;client_secret&quot;: &quot;short-but-secret&quot;}</pre>", "short-but-secret" },
            { "body=%7B%22password%22%3A%22short-but-secret%22%7D", "short-but-secret" },
            { "Could not find '/home/jo/1/0gabcdefghijklmno-PQ'", "0gabcdefghij" },
            { """{"access_token":"cut-off-by-the-lim""", "cut-off" },
            { "The proxy tunnel request to proxy 'http://jo:pass%20word@proxy.example:8080/' failed", "pass" },
            { "proxy http://jo:p@ss:w0rd@proxy.example:8080", "w0rd" },
            { "proxy http://jo:pa/ss?w0rd@proxy.example:8080/", "w0rd" },
            { "https://oauth2accesstoken:opaque@us-docker.pkg.dev/shop/apps", "opaque" },
            { "https://only-a-token@github.example/x", "only-a-token" },
            { "HTTPS_PROXY=jo:geheim@proxy.example:3128", "geheim" },
            { "Authorization: Bearer abcd1234", "abcd1234" },
            { "proxy-authorization: Basic am86cGFzcw==", "am86cGFzcw" },
            { """{"headers":{"Authorization":"Bearer opaque-token-value"}}""", "opaque-token-value" },
            { "you sent Bearer opaque-token-value-of-a-service", "opaque-token" },
            { "key=AIzaSyA1234567890abcdefghijklmnopqrstuvw", "SyA1234567890" },
        };

    [Theory]
    [MemberData(nameof(Secret))]
    public void A_secret_is_hidden(string text, string secret)
    {
        Assert.Contains(secret, text, StringComparison.Ordinal);

        Assert.DoesNotContain(secret, SafeText.Clean(text), StringComparison.Ordinal);
        Assert.DoesNotContain(secret, SafeText.CleanLine(text), StringComparison.Ordinal);
        Assert.DoesNotContain(secret, SafeText.Quote(text), StringComparison.Ordinal);
        Assert.Contains("(hidden)", SafeText.Clean(text), StringComparison.Ordinal);
        Assert.True(Secrets.AreIn(text));
    }

    [Theory]
    [InlineData(
        "'us-docker.pkg.dev/shop/apps/web@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' was "
            + "not found."
    )]
    [InlineData(
        "https://us-docker.pkg.dev/shop/apps/web@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )]
    [InlineData(
        "http://127.0.0.1:8080/v2/us/shop/apps/web@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )]
    [InlineData(
        "us-docker.pkg.dev/shop/apps/web:v1@sha256:1230c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )]
    [InlineData(
        "GET http://127.0.0.1:8080/v1/projects/shop/locations/us/repositories/apps/dockerImages?pageSize=1000 -> 200 "
            + "in 3 ms"
    )]
    [InlineData("projects/shop/locations/europe-west3/repositories/apps/packages/team%2Fweb/versions/latest")]
    [InlineData(
        "GET https://a.example/v1/x?pageSize=1000&pageToken=CiAKGjBpNDd2Nmp2Zml2cXRwYjBpOXA0NTY3ODkwQUJDREVGR0gSAggB"
    )]
    [InlineData("""{"dockerImages":[],"nextPageToken":"CiAKGjBpNDd2Nmp2Zml2cXRwYjBpOXA0NTY3ODkwQUJDREVGR0gSAggB"}""")]
    [InlineData("serviceAccount:gke-nodes@shop.iam.gserviceaccount.com can pull")]
    [InlineData(
        "principal://iam.googleapis.com/projects/123456789/locations/global/workloadIdentityPools/github-pool/subject/repo:Org/App"
    )]
    [InlineData("Basic authentication is not supported; authorization failed. The access token has expired.")]
    [InlineData("Give that id to the administrator: kZmPQqvT5kV7zhJcS8nGdq0yTuDgZQ")]
    [InlineData("feature_ABC-1234_a-long-name-of-a-branch-that-goes-on-and-on-2026-01-31")]
    [InlineData("/home/runner/work/_temp/gha-creds-0123456789abcdef.json")]
    public void What_is_no_secret_stays(string text)
    {
        Assert.Equal(text, SafeText.Clean(text));
        Assert.Equal(text, SafeText.CleanLine(text));
    }

    [Theory]
    [InlineData("hunter2 hunter2/?<&>\"+")]
    [InlineData("an-opaque-token-without-a-shape")]
    public void A_secret_that_is_known_is_hidden_however_it_is_escaped(string secret)
    {
        Secrets.Add(secret);

        foreach (string echo in new[]
            {
                secret,
                Uri.EscapeDataString(secret),
                System.Text.Json.JsonEncodedText.Encode(secret).ToString(),
                WebUtility.HtmlEncode(secret),
            }
        )
        {
            Assert.Equal("you sent (hidden).", SafeText.Clean($"you sent {echo}."));
            Assert.Equal("you sent (hidden).", SafeText.CleanData($"you sent {echo}."));
        }
    }

    [Fact]
    public void A_token_is_known_as_soon_as_it_exists()
    {
        _ = new Auth.AccessToken("opaque-7f3e-token");

        Assert.Equal("(hidden)", SafeText.Clean("opaque-7f3e-token"));
    }

    [Fact]
    public void A_secret_is_hidden_before_a_text_is_cut_off()
    {
        string text = new string('x', 90) + " ya29.a0AfH6SMBxyzxyzxyz";

        Assert.DoesNotContain("a0A", SafeText.CleanLine(text, 100), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("red \u001b[31m text", @"red \u001b[31m text")]
    [InlineData("title \u001b]0;x\u0007", @"title \u001b]0;x\u0007")]
    [InlineData("C1 \u009b31m", @"C1 \u009b31m")]
    [InlineData("bidi \u202egpj.exe\u2066", @"bidi \u202egpj.exe\u2066")]
    [InlineData("zero\u200bwidth \ufeff", @"zero\u200bwidth \ufeff")]
    [InlineData("line\u2028separator", @"line\u2028separator")]
    [InlineData("tag \U000E0041", @"tag \udb40\udc41")]
    [InlineData("null \0", @"null \u0000")]
    [InlineData("back\rover", @"back\u000dover")]
    [InlineData("naïve 東京 👍", "naïve 東京 👍")]
    public void What_a_terminal_obeys_is_shown_as_its_code_point(string text, string shown)
    {
        Assert.Equal(shown, SafeText.Clean(text));
        Assert.Equal(shown, SafeText.CleanData(text));
    }

    [Fact]
    public void Half_of_a_surrogate_pair_is_shown_as_its_code_point() => // a constant in an attribute cannot hold one
        Assert.Equal(@"half \ud800 pair", SafeText.Clean("half \ud800 pair"));

    [Fact]
    public void Line_ends_stay_in_our_own_texts_and_are_shown_in_those_of_others()
    {
        Assert.Equal("a\r\nb\nc", SafeText.Clean("a\r\nb\nc"));
        Assert.Equal(@"a\u000ab", SafeText.CleanData("a\nb"));
        Assert.Equal("a b", SafeText.CleanLine("a\r\n\tb"));
    }

    [Fact]
    public void The_causes_of_an_exception_are_clean_and_keep_their_kind()
    {
        HttpRequestException cause = new(
            HttpRequestError.ProxyTunnelError, "proxy 'http://jo:geheim99@p:1/' failed",
            new IOException("at \u001b[31mhttp://jo:geheim99@p:1/"));

        RegistryException error = new(RegistryErrorKind.Unreachable, cause.Message, cause);

        Assert.DoesNotContain("geheim99", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(
            HttpRequestError.ProxyTunnelError,
            Assert.IsType<HttpRequestException>(error.InnerException).HttpRequestError
        );
        Assert.IsType<IOException>(error.InnerException!.InnerException);
    }

    [Fact]
    public void A_cause_that_is_clean_is_kept_as_it_is()
    {
        IOException cause = new("broken");

        Assert.Same(cause, new RegistryException(RegistryErrorKind.Unreachable, "x", cause).InnerException);
    }

    [Fact]
    public void A_credential_in_the_place_of_a_path_is_recognised()
    {
        Assert.True(Secrets.IsCredential(KeyFile));
        Assert.True(Secrets.IsCredential(Convert.ToBase64String(Encoding.UTF8.GetBytes(KeyFile))));
        Assert.True(
            Secrets.IsCredential(
                Convert.ToBase64String(Encoding.UTF8.GetBytes("{\n  \"type\": \"authorized_user\",\n \"x\": 1 }"))
            )
        );
        Assert.True(Secrets.IsCredential(Key));
        Assert.True(Secrets.IsCredential("ya29.a0-the-token-itself-1234567890"));
        Assert.False(Secrets.IsCredential("/home/user/.config/gcloud/application_default_credentials.json"));
        Assert.False(Secrets.IsCredential(@"C:\Users\Jo\AppData\Roaming\gcloud\application_default_credentials.json"));
        Assert.False(Secrets.IsCredential("~/keys/deployer.json"));
    }
}
