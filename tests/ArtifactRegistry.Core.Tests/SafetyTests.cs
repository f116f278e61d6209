using System.IO.Compression;
using System.Net;
using System.Text;
using ArtifactRegistry.Auth;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Core.Tests.Support;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Http;
using Xunit;

namespace ArtifactRegistry.Core.Tests;

/// <summary>Where a token may go, and where it never shows.</summary>
public sealed class SafetyTests : CoreTest
{
    [Theory]
    [InlineData("https://artifactregistry.googleapis.com/", true)]
    [InlineData("https://127.0.0.1/", true)]
    [InlineData("http://127.0.0.1:8085/", true)]
    [InlineData("http://127.8.9.1/", true)]
    [InlineData("http://[::1]:8085/", true)]
    [InlineData("http://localhost:8085/", true)]
    [InlineData("http://LOCALHOST/", true)]
    [InlineData("http://artifactregistry.googleapis.com/", false)]
    [InlineData("http://192.0.2.1/", false)]
    [InlineData("http://0.0.0.0/", false)]
    [InlineData("http://localhost.example.com/", false)]
    [InlineData("http://127.0.0.1.example.com/", false)]
    [InlineData("http://127.0.0.1@example.com/", false)]
    [InlineData("http://loopback/", true)]
    [InlineData("http://[::ffff:127.0.0.1]/", true)]
    [InlineData("http://2130706433/", true)]
    [InlineData("http://[::ffff:192.0.2.1]/", false)]
    [InlineData("http://localhost.evil.example/", false)]
    [InlineData("http://evil.localhost/", false)]
    [InlineData("http://localhost./", false)]
    [InlineData("http://localhost@evil.example/", false)]
    [InlineData("http://127.0.0.1.nip.io/", false)]
    [InlineData("http://loopback.evil.example/", false)]
    [InlineData("ftp://127.0.0.1/", false)]
    [InlineData("ws://127.0.0.1/", false)]
    [InlineData("file:///etc/hosts", false)]
    public async Task A_token_travels_over_https_or_within_this_machine(string address, bool safe)
    {
        RenewingTokens tokens = new(Secret);
        using HttpClient http = TransportOptions.CreateHttpClient();
        RestTransport transport = new(http, tokens, Quick, Trace.Enqueue);

        Assert.Equal(safe, RestTransport.IsSafe(new Uri(address)));
        // .NET makes localhost of the name "loopback", so that no resolver is asked for it.
        Assert.NotEqual("loopback", new Uri(address).IdnHost);
        if (safe) return;

        RegistryException error = await RefusedAsync(() => transport.SendAsync(
            new Call<PackageMessage>(HttpMethod.Get, new Uri(address), null, Repeat.Freely, PackageMessage.Read),
            Stop));

        Assert.Equal(RegistryErrorKind.UnsafeRequest, error.Kind);
        Assert.False(error.OutcomeUnknown);
        Assert.Equal(0, tokens.Asked);
        Assert.Empty(Trace);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_not_followed(int status)
    {
        await using RawServer elsewhere = RawServer.Start(_ => RawReply.Of(200, """{"name":"stolen"}"""));
        await using RawServer server = RawServer.Start(
            _ => RawReply.Of(status, "", "text/html", $"Location: {elsewhere.Url}v1/x"));

        RegistryException error = await RefusedAsync(() => Client(endpoint: server.Url).GetPackageAsync(Web, Stop));

        Assert.Equal(RegistryErrorKind.UnexpectedAnswer, error.Kind);
        Assert.Equal(status, (int?)error.Status);
        Assert.Empty(elsewhere.Requests);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task What_stays_on_this_machine_passes_no_proxy()
    {
        State.AddImage(Apps, "web");
        await using RawServer proxy = RawServer.Start(_ => RawReply.Of(200, """{"name":"stolen"}"""));
        using HttpClient http = TransportOptions.CreateHttpClient(new WebProxy(proxy.Url));

        foreach (string host in new[] { "127.0.0.1", "localhost" })
        {
            Uri endpoint = new UriBuilder(Emulator.Url) { Host = host }.Uri;
            PackageMessage package = await ClientWith(http, endpoint).GetPackageAsync(Web, Stop);
            Assert.Equal(Web.PackageResource, package.Name);
        }

        Assert.Empty(proxy.Requests);
    }

    [Fact]
    public async Task What_leaves_this_machine_takes_the_proxy_which_never_sees_the_token()
    {
        await using RawServer proxy = RawServer.Start(_ => RawReply.Of(403, "not through here", "text/plain"));
        using HttpClient http = TransportOptions.CreateHttpClient(new WebProxy(proxy.Url));

        RegistryException error = await RefusedAsync(
            () => ClientWith(http, new Uri("https://registry.invalid/")).GetPackageAsync(Web, Stop));

        Assert.Equal(RegistryErrorKind.Unreachable, error.Kind);
        Assert.All(proxy.Requests, request =>
        {
            Assert.StartsWith("CONNECT registry.invalid:443 ", request.Line, StringComparison.Ordinal);
            Assert.DoesNotContain(Secret, request.Head, StringComparison.Ordinal);
        });
        Assert.NotEmpty(proxy.Requests);
    }

    [Fact]
    public async Task Every_request_says_who_sends_it_and_takes_gzip()
    {
        State.AddImage(Apps, "web");

        await Client(tokens: SignIns.Choose(Secret, name => name == "GOOGLE_CLOUD_QUOTA_PROJECT" ? "payer" : null))
            .GetPackageAsync(Web, Stop);

        RecordedRequest request = Assert.Single(Emulator.Requests.Snapshot());
        Assert.Matches(@"^ArtifactRegistry-PowerShell/\d+\.\d+\.\d+ \(gzip\)$", request.UserAgent);
        Assert.Equal($"Bearer {Secret}", request.Authorization);
        Assert.Equal("payer", request.Headers["X-Goog-User-Project"]);
        Assert.Contains("gzip", request.Headers["Accept-Encoding"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_quota_project_and_without_credentials_neither_header_is_sent()
    {
        State.AddImage(Apps, "web");

        await Client(tokens: SignIns.Choose(null, name => name == "CLOUDSDK_AUTH_DISABLE_CREDENTIALS" ? "true" : null))
            .GetPackageAsync(Web, Stop);

        RecordedRequest request = Assert.Single(Emulator.Requests.Snapshot());
        Assert.Null(request.Authorization);
        Assert.DoesNotContain("X-Goog-User-Project", request.Headers.Keys);
    }

    [Fact]
    public async Task A_zipped_answer_is_read()
    {
        using MemoryStream zipped = new();
        using (GZipStream gzip = new(zipped, CompressionLevel.Optimal))
            gzip.Write(Encoding.UTF8.GetBytes("""{"name":"zipped"}"""));
        await using RawServer server = RawServer.Start(
            _ => RawReply.Of(200, zipped.ToArray(), "application/json", "Content-Encoding: gzip"));

        Assert.Equal("zipped", (await Client(endpoint: server.Url).GetPackageAsync(Web, Stop)).Name);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(403)]
    public async Task An_answer_that_says_it_is_zipped_and_is_not_is_an_unexpected_answer(int status)
    {
        await using RawServer server = RawServer.Start(
            _ => RawReply.Of(status, """{"name":"not zipped at all"}""", "application/json", "Content-Encoding: gzip"));

        RegistryException error = await RefusedAsync(
            () => Client(Quick with { Retries = 1 }, endpoint: server.Url).GetPackageAsync(Web, Stop));

        Assert.Equal(
            status == 200 ? RegistryErrorKind.UnexpectedAnswer : RegistryErrorKind.PermissionDenied,
            error.Kind
        );
        Assert.Equal(status, (int?)error.Status);
    }

    [Fact]
    public async Task A_refused_token_is_renewed_once_and_the_request_sent_again()
    {
        State.AddImage(Apps, "web");
        Behaviour.RequireToken = true;
        Behaviour.AcceptedTokens = ["fresh"];
        RenewingTokens tokens = new("stale", "fresh");

        await Client(tokens: tokens).GetPackageAsync(Web, Stop);

        Assert.Equal(
            ["Bearer stale", "Bearer fresh"], Emulator.Requests.Snapshot().Select(request => request.Authorization));
        Assert.Equal("stale", Assert.Single(tokens.Refused).Value);
    }

    [Fact]
    public async Task A_token_that_is_refused_after_its_renewal_is_reported()
    {
        Behaviour.RequireToken = true;
        RenewingTokens tokens = new("stale", "also-stale", "never-asked-for");

        RegistryException error = await RefusedAsync(() => Client(tokens: tokens).GetPackageAsync(Web, Stop));

        Assert.Equal(RegistryErrorKind.Unauthenticated, error.Kind);
        Assert.Equal(HttpStatusCode.Unauthorized, error.Status);
        Assert.Equal("ACCESS_TOKEN_TYPE_UNSUPPORTED", error.Reason);
        Assert.StartsWith("Request had invalid authentication credentials.", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, tokens.Asked);
        Assert.Equal(2, Emulator.Requests.Snapshot().Count);
    }

    [Fact]
    public async Task A_source_that_has_no_other_token_is_asked_once_more_and_nothing_is_sent_again()
    {
        Behaviour.RequireToken = true;
        RenewingTokens tokens = new("stale");

        RegistryException error = await RefusedAsync(() => Client(tokens: tokens).GetPackageAsync(Web, Stop));

        Assert.Equal(RegistryErrorKind.Unauthenticated, error.Kind);
        Assert.Equal(2, tokens.Asked);
        Assert.Single(Emulator.Requests.Snapshot());
    }

    [Theory]
    [InlineData(FaultKind.TooManyRequests)]
    [InlineData(FaultKind.BadGateway)]
    [InlineData(FaultKind.ResetBefore)]
    [InlineData(FaultKind.MalformedJson)]
    [InlineData(FaultKind.Slow)]
    [InlineData(null)]
    public async Task The_token_shows_in_no_error_and_in_no_trace_line(FaultKind? fault)
    {
        if (fault is FaultKind kind) Behaviour.Faults.Add(new Fault(kind) { Delay = TimeSpan.FromMinutes(5) });
        else Behaviour.RequireToken = true;
        TransportOptions options = Quick with { RequestTimeout = TimeSpan.FromMilliseconds(300), Retries = 1 };

        RegistryException error = await RefusedAsync(() => Client(options).GetPackageAsync(Web, Stop));

        Assert.DoesNotContain(Secret, error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, error.Request!, StringComparison.Ordinal);
        Assert.NotEmpty(Trace);
        Assert.All(Trace, line => Assert.DoesNotContain(Secret, line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_request_is_one_trace_line_with_method_address_and_status()
    {
        State.AddImage(Apps, "web");

        await Client().GetPackageAsync(Web, Stop);

        Assert.Matches(
            @"^GET http://127\.0\.0\.1:\d+/v1/projects/shop/locations/us/repositories/apps/packages/web -> 200 in \d+ ms$",
            Assert.Single(Trace));
    }

    [Fact]
    public void A_token_tells_nothing_of_itself()
    {
        AccessToken token = new(Secret) { QuotaProject = "payer" };

        Assert.Equal("(hidden)", token.ToString());
        Assert.Equal("(none)", AccessToken.None.ToString());
        Assert.All(
            typeof(AccessToken)
                .GetProperties()
                .Where(property => property.GetMethod!.IsPublic && !property.GetMethod.IsStatic),
            property => Assert.NotEqual(Secret, property.GetValue(token))
        );
        Assert.DoesNotContain(Secret, SignIns.Choose(Secret, _ => null).Description, StringComparison.Ordinal);
    }

    private static ArtifactRegistryClient ClientWith(HttpClient http, Uri endpoint) => new(
        new RestTransport(http, SignIns.Choose(Secret, _ => null), Quick with { Retries = 1 }, null),
        Endpoints.Choose(endpoint, _ => null));
}
