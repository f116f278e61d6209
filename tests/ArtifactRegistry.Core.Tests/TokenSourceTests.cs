using ArtifactRegistry.Auth;
using ArtifactRegistry.Core.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Core.Tests;

/// <summary>Which source of tokens is chosen, and what each says when it has none.</summary>
public sealed class TokenSourceTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"token-{Guid.NewGuid():N}");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData("given", true, "true", "my-token", "given")]
    [InlineData(null, true, "true", "my-token", "in-file")]
    [InlineData(null, false, "true", "my-token", null)]
    [InlineData(null, false, "TRUE", "my-token", null)]
    [InlineData(null, false, "false", "my-token", "my-token")]
    [InlineData(null, false, "", " my-token\n", "my-token")]
    public async Task The_first_source_wins(
        string? given,
        bool file,
        string disabled,
        string variable,
        string? expected
    )
    {
        await File.WriteAllTextAsync(_file, "in-file\n", Stop);

        ITokenSource source = SignIns.Choose(given, Variables(
            ("CLOUDSDK_AUTH_ACCESS_TOKEN_FILE", file ? _file : " "),
            ("CLOUDSDK_AUTH_DISABLE_CREDENTIALS", disabled),
            ("GOOGLE_OAUTH_ACCESS_TOKEN", variable)));

        Assert.Equal(expected, (await source.GetTokenAsync(null, null, Stop)).Value);
        Assert.DoesNotContain("my-token", source.Description, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("two\r\nlines")]
    [InlineData("with blank")]
    [InlineData("tab\there")]
    [InlineData("umlaut-ü")]
    [InlineData("\"quoted\"")]
    [InlineData("nul\0l")]
    [InlineData("{ \"access_token\": \"x\" }")]
    [InlineData("{\"type\":\"service_account\",\"private_key\":\"x\"}")]
    public async Task What_is_no_token_is_refused_wherever_it_comes_from_and_not_repeated(string text)
    {
        await File.WriteAllTextAsync(_file, text, Stop);
        (Func<ITokenSource> Source, string Origin)[] sources =
        [
            (() => SignIns.Choose(text, _ => null), "the access token given to Connect-ArRegistry"),
            (() => SignIns.Choose(null, Variables(("CLOUDSDK_AUTH_ACCESS_TOKEN_FILE", _file))), _file),
            .. string.IsNullOrWhiteSpace(text)
                ? Array.Empty<(Func<ITokenSource>, string)>()
                :
                [
                    (
                        () => SignIns.Choose(null, Variables(("GOOGLE_OAUTH_ACCESS_TOKEN", text))),
                        "GOOGLE_OAUTH_ACCESS_TOKEN"
                    ),
                ],
        ];

        foreach ((Func<ITokenSource> source, string origin) in sources)
        {
            // What is given is refused at once, and a file when it is read.
            RegistryException error = await RefusedAsync(source);

            Assert.Contains(origin, error.Message, StringComparison.Ordinal);
            if (text.Trim().Length > 0) Assert.DoesNotContain(text.Trim(), error.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("ya29.a0AfB_byC-x~y+z/w==")]
    [InlineData("eyJhbGciOi.J9.x-y_z")]
    public async Task Every_character_of_a_bearer_token_is_accepted(string token) =>
        Assert.Equal(token, (await SignIns.Choose($" {token}\r\n", _ => null).GetTokenAsync(null, null, Stop)).Value);

    [Fact]
    public async Task A_file_that_is_not_there_is_named_in_the_error()
    {
        RegistryException error = await RefusedAsync(
            () => SignIns.Choose(null, Variables(("CLOUDSDK_AUTH_ACCESS_TOKEN_FILE", _file))));

        Assert.Contains(_file, error.Message, StringComparison.Ordinal);
        Assert.IsType<FileNotFoundException>(error.InnerException);
    }

    [Fact]
    public async Task A_folder_in_place_of_the_file_is_an_error_of_the_credentials() =>
        await RefusedAsync(() =>
            SignIns.Choose(null, Variables(("CLOUDSDK_AUTH_ACCESS_TOKEN_FILE", Path.GetTempPath())))
        );

    [Fact]
    public async Task The_file_is_read_again_for_each_request()
    {
        ITokenSource source = SignIns.Choose(null, Variables(("CLOUDSDK_AUTH_ACCESS_TOKEN_FILE", _file)));
        await File.WriteAllTextAsync(_file, "first", Stop);
        AccessToken first = await source.GetTokenAsync(null, null, Stop);
        await File.WriteAllTextAsync(_file, "\uFEFFsecond\r\n", Stop);

        AccessToken second = await source.GetTokenAsync(first, null, Stop);

        Assert.Equal(("first", "second"), (first.Value, second.Value));
    }

    [Fact]
    public async Task The_quota_project_goes_with_every_token()
    {
        await File.WriteAllTextAsync(_file, "in-file", Stop);
        (string, string) quota = ("GOOGLE_CLOUD_QUOTA_PROJECT", " payer ");

        foreach (ITokenSource source in new[]
        {
            SignIns.Choose("given", Variables(quota)),
            SignIns.Choose(null, Variables(quota, ("CLOUDSDK_AUTH_ACCESS_TOKEN_FILE", _file))),
            SignIns.Choose(null, Variables(quota, ("GOOGLE_OAUTH_ACCESS_TOKEN", "variable"))),
        })
            Assert.Equal("payer", (await source.GetTokenAsync(null, null, Stop)).QuotaProject);
    }

    [Theory]
    [InlineData("two\nlines")]
    [InlineData("ümlaut")]
    [InlineData("x: y")]
    public void A_quota_project_that_is_none_is_refused_before_it_gets_into_a_header(string project)
    {
        RegistryException error = Assert.Throws<RegistryException>(
            () => SignIns.Choose("given", Variables(("GOOGLE_CLOUD_QUOTA_PROJECT", project))));

        Assert.Equal(RegistryErrorKind.InvalidArgument, error.Kind);
        Assert.Contains("GOOGLE_CLOUD_QUOTA_PROJECT", error.Message, StringComparison.Ordinal);
    }

    private static async Task<RegistryException> RefusedAsync(Func<ITokenSource> source)
    {
        RegistryException error = await Assert.ThrowsAsync<RegistryException>(
            async () => await source().GetTokenAsync(null, null, Stop));
        Assert.Equal(RegistryErrorKind.Unauthenticated, error.Kind);
        Assert.False(error.OutcomeUnknown);
        return error;
    }

    private static Func<string, string?> Variables(params (string Name, string Value)[] variables) =>
        name => variables.FirstOrDefault(variable => variable.Name == name).Value;
}
