using ArtifactRegistry.Emulator;
using ArtifactRegistry.Tests.Faults;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.Copy;

/// <summary>
/// Copy-ArImage -SourceCredential: where the password goes, where it never goes, and what refusals say.
/// </summary>
public sealed class SourceCredentialTests
{
    private const string Copy = "Copy-ArImage ${base}:3.20 $prod -KeepTag";
    private const string SignedIn = Copy + " -SourceCredential $cred";

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task A_private_image_is_copied_with_all_that_belongs_to_it(bool usesBasic, bool redirects)
    {
        await using Elsewhere elsewhere = await Elsewhere.OpenAsync(
            Elsewhere.SignIn(usesBasic) with { NamesAccessToken = redirects },
            new Behaviour { RedirectsBlobs = redirects });
        string[] digests = elsewhere.AddSigned("3.20");

        elsewhere.Run(SignedIn).MustSucceed();

        Assert.Equal(digests.Order(StringComparer.Ordinal), elsewhere.Copied());
        Assert.Equal([$"3.20={digests[0]}"], elsewhere.CopiedTags());
        elsewhere.MustBeApart();
        // Nothing is sent before it is asked for, and the password only to whom the registry names.
        IReadOnlyList<RecordedRequest> requests = elsewhere.Registry.Requests.Snapshot();
        Assert.Null(requests[0].Authorization);
        Assert.All(
            requests.Where(request => request.Authorization?.StartsWith("Basic", StringComparison.Ordinal) == true),
            request => Assert.Equal(!usesBasic, request.Path == "/v2/token"));
        Assert.DoesNotContain(requests, request => request.IsChange);
    }

    [Fact]
    public async Task A_token_that_expires_is_renewed()
    {
        await using Elsewhere elsewhere = await Elsewhere.OpenAsync(Elsewhere.SignIn() with { UsesOfToken = 3 });
        string[] digests = elsewhere.AddSigned("3.20");

        // One after the other, since requests at once would use up each other's tokens.
        elsewhere.Run($"{SignedIn} -ThrottleLimit 1").MustSucceed();

        Assert.Equal(digests.Order(StringComparer.Ordinal), elsewhere.Copied());
    }

    [Fact]
    public async Task No_password_follows_a_redirect()
    {
        RawServer? started = null;
        Uri? target = null;
        await using RawServer service = started = RawServer.Start(request =>
            RawReply.Of(307, "", headers: $"Location: {new Uri(target!, request.Target)}"));
        await using Elsewhere elsewhere =
            await Elsewhere.OpenAsync(Elsewhere.SignIn() with { Realm = new Uri(started.Url, "v2/token").ToString() });
        elsewhere.Add("3.20");
        target = elsewhere.Registry.Url;

        ScriptResult result = elsewhere.Run(SignedIn);

        Assert.Equal("UnexpectedAnswer", result.ErrorId);
        Assert.NotEmpty(service.Requests);
        Assert.All(elsewhere.Registry.Requests.Snapshot(), request => Assert.Null(request.Authorization));
        Assert.Empty(elsewhere.Shop.Changes);
    }

    [Theory]
    [InlineData(FaultKind.ResetBefore)]
    [InlineData(FaultKind.CutBody)]
    [InlineData(FaultKind.Unavailable)]
    [InlineData(FaultKind.BadGateway)]
    [InlineData(FaultKind.TooManyRequests)]
    [InlineData(FaultKind.MalformedJson)]
    public async Task A_sign_in_that_fails_once_succeeds_in_the_end(FaultKind kind)
    {
        Behaviour behaviour = new();
        await using Elsewhere elsewhere = await Elsewhere.OpenAsync(Elsewhere.SignIn(), behaviour);
        string digest = elsewhere.Add("3.20");
        behaviour.Faults.Add(new Fault(kind) { When = request => request.Path == "/v2/token", Times = 1 });

        elsewhere.Run(SignedIn).MustSucceed();

        Assert.Equal([digest], elsewhere.Copied());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_wrong_password_is_said_and_shown_nowhere(bool usesBasic)
    {
        const string Wrong = "wr0ng-Pa55word";
        await using Elsewhere elsewhere = await Elsewhere.OpenAsync(Elsewhere.SignIn(usesBasic));
        elsewhere.Add("3.20");
        elsewhere.UsePassword(Wrong);

        ScriptResult result = elsewhere.Run($"{SignedIn} -Verbose -Debug; $Error | Format-List * -Force | Out-String");

        Assert.Equal("NotAuthenticated", result.ErrorId);
        Assert.Contains("-SourceCredential", result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(elsewhere.Shop.Changes);
        string basic = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{Elsewhere.User}:{Wrong}"));
        PlantedSecret.MustNotBeIn(
            PlantedSecret.Seen(result), Copy,
            [new PlantedSecret("password", Wrong, Wrong), new PlantedSecret("Basic", basic, basic)]);
    }

    [Theory]
    [InlineData("Copy-ArImage ${base}:3.20 $prod", "NotAuthenticated", "-SourceCredential (Get-Credential)")]
    [InlineData("Copy-ArImage ${base}er:3.20 $prod -SourceCredential $cred", "AccessDenied", "does not have")]
    [InlineData("Copy-ArImage ${base}:9.9 $prod -SourceCredential $cred", "NotFound", "has no such")]
    public async Task What_cannot_be_read_is_named_with_what_helps(string script, string id, string text)
    {
        await using Elsewhere elsewhere = await Elsewhere.OpenAsync(Elsewhere.SignIn());
        elsewhere.Add("3.20");

        ScriptResult result = elsewhere.Run(script);

        Assert.Equal(id, result.ErrorId);
        Assert.Contains(
            text, $"{result.ErrorText} {result.Errors[0].ErrorDetails.RecommendedAction}", StringComparison.Ordinal);
        Assert.Contains(elsewhere.Host, result.ErrorText, StringComparison.Ordinal);
        Assert.Empty(elsewhere.Shop.Changes);
    }

    [Fact]
    public async Task A_rate_limit_is_told_in_the_words_of_the_registry()
    {
        Behaviour behaviour = new();
        await using Elsewhere elsewhere = await Elsewhere.OpenAsync(
            Elsewhere.SignIn() with { IsPublic = true },
            behaviour);
        elsewhere.Add("3.20");
        behaviour.Faults.Add(new Fault(FaultKind.TooManyRequests)
        {
            When = request => request.Is("GET", "/manifests/"),
            RetryAfter = "21600",
        });

        ScriptResult result = elsewhere.Run(Copy);

        Assert.Equal("QuotaExceeded", result.ErrorId);
        Assert.Contains("https://www.docker.com/increase-rate-limit", result.ErrorText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://evil.example/token")]
    [InlineData("http://169.254.169.254/token")]
    [InlineData("https://jo:pw@evil.example/token")]
    [InlineData("file:///etc/passwd")]
    public async Task No_password_goes_to_a_service_that_is_not_safe(string realm)
    {
        await using Elsewhere elsewhere = await Elsewhere.OpenAsync(Elsewhere.SignIn() with { Realm = realm });
        elsewhere.Add("3.20");

        ScriptResult result = elsewhere.Run(SignedIn);

        Assert.Equal("UnsafeRequest", result.ErrorId);
        Assert.Empty(elsewhere.Shop.Changes);
    }

    [Fact]
    public async Task No_password_goes_to_Artifact_Registry()
    {
        await using Elsewhere elsewhere = await Elsewhere.OpenAsync(Elsewhere.SignIn());
        elsewhere.Shop.AddBuild("v1");

        ScriptResult result = elsewhere.Run("Copy-ArImage ${app}:v1 $prod -SourceCredential $cred");

        Assert.Equal("UnsafeRequest", result.ErrorId);
        Assert.Empty(elsewhere.Shop.Emulator.Requests.Snapshot());
    }

    [Fact]
    public async Task No_password_goes_to_a_second_registry()
    {
        await using Elsewhere elsewhere = await Elsewhere.OpenAsync(Elsewhere.SignIn(usesBasic: true));
        string digest = elsewhere.Add("3.20");
        string other = elsewhere.Base.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);

        ScriptResult result = elsewhere.Run($"'{elsewhere.Base}:3.20', '{other}:3.20' | "
            + "Copy-ArImage -Destination $prod -SourceCredential $cred");

        Assert.Equal("UnsafeRequest", result.ErrorId);
        Assert.Equal([digest], elsewhere.Copied());
        Assert.DoesNotContain(
            elsewhere.Registry.Requests.Snapshot(),
            request => request.Headers["Host"].StartsWith("localhost", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("bob")]
    [InlineData("[pscredential]::new('a:b', $cred.Password)")]
    public async Task What_cannot_be_sent_is_refused(string credential)
    {
        await using Elsewhere elsewhere = await Elsewhere.OpenAsync(Elsewhere.SignIn());
        elsewhere.Add("3.20");

        ScriptResult result = elsewhere.Run($"{Copy} -SourceCredential ({credential})".Replace(
            "(bob)", "bob", StringComparison.Ordinal));

        Assert.StartsWith("ParameterArgumentTransformationError", result.ErrorId, StringComparison.Ordinal);
        Assert.Empty(elsewhere.Registry.Requests.Snapshot());
    }
}
