using System.Net;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Core.Tests.Support;
using ArtifactRegistry.Http;
using Xunit;

namespace ArtifactRegistry.Core.Tests;

/// <summary>
/// A proxy that wants a user and a password: they are tried once, never shown, and those of the moment count.
/// </summary>
public sealed class ProxyTests : CoreTest
{
    private const string Password = "geheim-PLANTED/1@x";

    [Fact]
    public async Task Credentials_that_a_proxy_refused_are_sent_once_by_however_many_requests()
    {
        await using RawServer server = Refusing();
        WebProxy proxy = new(server.Url) { Credentials = new NetworkCredential("jo", Password) };
        ArtifactRegistryClient client = Through(() => proxy);

        RegistryException[] errors = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => RefusedAsync(() => client.GetPackageAsync(Web, Stop))));
        RegistryException last = await RefusedAsync(() => client.GetPackageAsync(Web, Stop));

        Assert.Equal(1, SignIns(server));
        Assert.All([.. errors, last], error =>
        {
            Assert.Equal(RegistryErrorKind.Unreachable, error.Kind);
            Assert.Contains("407", error.Message, StringComparison.Ordinal);
            Assert.Contains("password of the proxy", error.Advice, StringComparison.Ordinal);
            Assert.DoesNotContain("PLANTED", error.ToString(), StringComparison.Ordinal);
        });
        Assert.DoesNotContain(Trace, line => line.StartsWith("Trying again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_password_is_tried()
    {
        await using RawServer server = Refusing();
        WebProxy proxy = new(server.Url) { Credentials = new NetworkCredential("jo", Password) };
        ArtifactRegistryClient client = Through(() => proxy);
        await RefusedAsync(() => client.GetPackageAsync(Web, Stop));

        proxy = new WebProxy(server.Url) { Credentials = new NetworkCredential("jo", "another-PLANTED") };
        await RefusedAsync(() => client.GetPackageAsync(Web, Stop));

        Assert.Equal(2, SignIns(server));
    }

    [Theory]
    [InlineData("Negotiate", true)]
    [InlineData("NTLM", true)]
    [InlineData("Digest", false)]
    [InlineData("Basic", false)]
    public void On_Windows_a_proxy_that_wants_the_Windows_sign_in_gets_that_of_the_user(
        string scheme,
        bool isWindowsSignIn
    )
    {
        Uri address = new("http://proxy.example:8080");

        NetworkCredential? credential = new SessionProxy(() => new WebProxy(address)).GetCredential(address, scheme);

        Assert.Equal(
            OperatingSystem.IsWindows() && isWindowsSignIn ? CredentialCache.DefaultNetworkCredentials : null,
            credential
        );
    }

    [Fact]
    public async Task A_proxy_that_wants_a_password_and_has_none_is_asked_once()
    {
        await using RawServer server = Refusing();

        RegistryException error = await RefusedAsync(() =>
            Through(() => new WebProxy(server.Url)).GetPackageAsync(Web, Stop)
        );

        Assert.Contains("password of the proxy", error.Advice, StringComparison.Ordinal);
        Assert.Single(server.Requests);
        Assert.Equal(0, SignIns(server));
    }

    [Fact]
    public async Task Credentials_that_a_proxy_accepts_are_used_by_all_requests()
    {
        await using RawServer server = RawServer.Start(request =>
            request.Head.Contains("Proxy-Authorization", StringComparison.OrdinalIgnoreCase)
                ? RawReply.Of(502, "no way there") : Challenge());
        WebProxy proxy = new(server.Url) { Credentials = new NetworkCredential("jo", Password) };
        ArtifactRegistryClient client = Through(() => proxy);

        foreach (int _ in Enumerable.Range(0, 3))
            Assert.Contains(
                "502",
                (await RefusedAsync(() => client.GetPackageAsync(Web, Stop))).Message,
                StringComparison.Ordinal
            );

        Assert.True(SignIns(server) >= 3);
    }

    [Fact]
    public async Task The_proxy_that_the_session_was_told_last_is_used()
    {
        await using RawServer first = RawServer.Start(_ => RawReply.Of(403, "no")),
            second = RawServer.Start(_ => RawReply.Of(403, "no"));
        IWebProxy proxy = new WebProxy(first.Url);
        ArtifactRegistryClient client = Through(() => proxy);
        await RefusedAsync(() => client.GetPackageAsync(Web, Stop));
        int asked = first.Requests.Count;

        proxy = new WebProxy(second.Url);
        await RefusedAsync(() => client.GetPackageAsync(Web, Stop));

        Assert.True(asked > 0);
        Assert.Equal(asked, first.Requests.Count);
        Assert.NotEmpty(second.Requests);
    }

    [Fact]
    public async Task The_password_in_the_address_of_a_proxy_is_in_no_text()
    {
        await using RawServer server = RawServer.Start(_ => RawReply.Of(403, "no"));
        UriBuilder address = new(server.Url) { UserName = "jo", Password = Uri.EscapeDataString(Password) };

        RegistryException error = await RefusedAsync(
            () => Through(() => new WebProxy(address.Uri)).GetPackageAsync(Web, Stop));

        Assert.Contains("(hidden)@127.0.0.1", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("PLANTED", error.ToString(), StringComparison.Ordinal);
        Assert.All(Trace, line =>
            Assert.DoesNotContain("PLANTED", Text.SafeText.Clean(line), StringComparison.Ordinal)
        );
    }

    private ArtifactRegistryClient Through(Func<IWebProxy> proxy) =>
        new(
            new RestTransport(
                TransportOptions.CreateHttpClient(TransportOptions.CreateConnections(proxy)),
                Support.SignIns.Choose(Secret, _ => null),
                Quick with
                {
                    Retries = 1,
                },
                Trace.Enqueue
            ),
            Endpoints.Choose(new Uri("https://registry.invalid/"), _ => null)
        );

    private static RawServer Refusing() => RawServer.Start(_ => Challenge());

    private static RawReply Challenge() =>
        RawReply.Of(407, "who are you?", "text/plain", "Proxy-Authenticate: Basic realm=\"corp\"");

    private static int SignIns(RawServer server) => server.Requests.Count(
        request => request.Head.Contains("Proxy-Authorization", StringComparison.OrdinalIgnoreCase));
}
