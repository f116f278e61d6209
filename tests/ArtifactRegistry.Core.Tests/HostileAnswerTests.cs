using System.IO.Compression;
using System.Text;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Core.Tests.Support;
using ArtifactRegistry.Http;
using Xunit;

namespace ArtifactRegistry.Core.Tests;

/// <summary>
/// Answers that are too large, or not of the documented shape: one error, at once, and the next request works.
/// </summary>
public sealed class HostileAnswerTests : CoreTest
{
    private static readonly byte[] Spaces = Encoding.ASCII.GetBytes(new string(' ', 64 * 1024));

    public static TheoryData<string> Endless => ["plain", "zipped", "announced", "error", "zipped error"];

    [Theory]
    [MemberData(nameof(Endless))]
    public async Task An_answer_without_end_is_one_error_and_others_go_on(string kind)
    {
        await using RawServer server = RawServer.Start(request =>
            request.Target.EndsWith("/web", StringComparison.Ordinal)
                ? Bomb(kind)
                : RawReply.Of(200, """{"name":"fine"}""")
        );
        ArtifactRegistryClient client = Client(endpoint: server.Url);

        Task<PackageMessage>[] others =
        [
            .. Enumerable.Range(0, 8).Select(i => client.GetPackageAsync(Web.WithPackage($"other{i}"), Stop)),
        ];
        RegistryException error = await RefusedAsync(() => client.GetPackageAsync(Web, Stop));

        bool isError = kind.EndsWith("error", StringComparison.Ordinal);
        Assert.Equal(isError ? RegistryErrorKind.PermissionDenied : RegistryErrorKind.UnexpectedAnswer, error.Kind);
        if (!isError)
            Assert.Equal("The answer is larger than 8 MB, which no answer of the service should be.", error.Message);
        Assert.Single(server.Requests, request => request.Target.EndsWith("/web", StringComparison.Ordinal));
        Assert.All(await Task.WhenAll(others), package => Assert.Equal("fine", package.Name));
    }

    [Fact]
    public async Task Large_answers_are_read_one_after_the_other_and_all_arrive()
    {
        byte[] large = [.. """{"name":"large","x":" """u8, .. Enumerable.Repeat((byte)'x', 3_000_000), .. "\"}"u8];
        await using RawServer server = RawServer.Start(_ => RawReply.Of(200, large, "application/json"));
        ArtifactRegistryClient client = Client(endpoint: server.Url);

        PackageMessage[] packages = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(i => client.GetPackageAsync(Web.WithPackage($"p{i}"), Stop)));

        Assert.All(packages, package => Assert.Equal("large", package.Name));
    }

    public static TheoryData<string, string> Shapes =>
        new()
        {
            { "deep nesting", $$"""{"name":"x","y":{{new string('[', 100)}}{{new string(']', 100)}}}""" },
            { "deep nesting without end", $$"""{"name":"x","y":{{new string('[', 100_000)}}""" },
            { "a name twice", """{"name":"x","name":"y"}""" },
            { "a name twice by an escape", """{"name":"x","n\u0061me":"y"}""" },
            { "a name twice further down", """{"name":"x","y":[{"a":{"b":1,"b":1}}]}""" },
            { "a list for a text", """{"name":["x"]}""" },
            { "a huge number for a text", """{"name":1e99999}""" },
            { "a million values", $$"""{"name":"x","y":[{{string.Join(',', Enumerable.Repeat('1', 1_000_001))}}]}""" },
            {
                "many names",
                $$"""{"name":"x",{{string.Join(',', Enumerable.Range(0, 30_000).Select(i => $"\"n{i}\":1"))}}}"""
            },
            { "half of a pair in a name", """{"name":"x","\ud800":1}""" },
            { "half of a pair in a text", """{"name":"\udc00"}""" },
        };

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task A_document_that_is_not_as_documented_is_one_error(string shape, string body)
    {
        await using RawServer server = RawServer.Start(_ => RawReply.Of(200, body));

        RegistryException error = await RefusedAsync(
            () => Client(Quick with { Retries = 1 }, endpoint: server.Url).GetPackageAsync(Web, Stop));

        Assert.Equal(RegistryErrorKind.UnexpectedAnswer, error.Kind);
        Assert.StartsWith("The answer is not the JSON that the API documents", error.Message, StringComparison.Ordinal);
        // Broken JSON may have been cut off on its way; whole JSON stays as it is.
        Assert.Equal(shape.StartsWith("deep", StringComparison.Ordinal) ? 2 : 1, server.Requests.Count);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("9223372036854775807")]
    [InlineData("\"99999999999999999999\"")]
    [InlineData("1e400")]
    [InlineData("1.5")]
    [InlineData("true")]
    public async Task A_size_that_nothing_has_is_one_error(string size)
    {
        await using RawServer server = RawServer.Start(_ => RawReply.Of(
            200, $$"""{"name":"{{Web.WithDigest(Digest(1)).DockerImageResource}}","imageSizeBytes":{{size}}}"""));

        RegistryException error = await RefusedAsync(
            () => Client(endpoint: server.Url).GetDockerImageAsync(Web.WithDigest(Digest(1)), Stop));

        Assert.Equal(RegistryErrorKind.UnexpectedAnswer, error.Kind);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Text_of_a_server_brings_no_control_characters_and_a_page_token_travels_as_it_is()
    {
        await using RawServer server = RawServer.Start(request => RawReply.Of(
            200, request.Number == 1
                ? """{"packages":[{"name":"a\u001b[31m\u202e"}],"nextPageToken":"\u001b\u202e"}"""
                : """{"packages":[]}"""));

        List<PackageMessage> packages = await ListAsync(
            Client(endpoint: server.Url).ListPackagesAsync(Web.ToRepository(), Stop)
        );

        Assert.Equal(@"a\u001b[31m\u202e", Assert.Single(packages).Name);
        Assert.EndsWith("&pageToken=%1B%E2%80%AE", server.Requests[1].Target, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_a_server_echoes_is_hidden_in_data_errors_and_debug_lines()
    {
        List<string> seen = new();
        const string Opaque = "opaque-token-9d7e-planted";
        await using RawServer server = RawServer.Start(request =>
            request.Number == 1
                ? RawReply.Of(200, $$"""{"name":"n {{Opaque}}"}""")
                : RawReply.Of(
                    400,
                    $$$"""{"error":{"code":400,"message":"you sent Bearer {{{Opaque}}}","details":[{"reason":"{{{Opaque}}}"}]}}"""
                )
        );
        using HttpClient http = TransportOptions.CreateHttpClient();
        RestTransport transport = new(http, new RenewingTokens(Opaque), Quick, seen.Add, seen.Add);
        ArtifactRegistryClient client = new(transport, Endpoints.Choose(server.Url, _ => null));

        PackageMessage package = await client.GetPackageAsync(Web, Stop);
        RegistryException error = await RefusedAsync(() => client.GetPackageAsync(Web, Stop));

        Assert.Contains($"Authorization: Bearer {Opaque}", server.Requests[0].Head, StringComparison.Ordinal);
        Assert.Equal("n (hidden)", package.Name);
        Assert.Equal("you sent Bearer (hidden)", error.Message);
        Assert.Equal("(hidden)", error.Reason);
        Assert.All(seen, line => Assert.DoesNotContain(Opaque, line, StringComparison.Ordinal));
        Assert.Equal(
            2,
            seen.Count(line => line.Contains("(hidden)", StringComparison.Ordinal) && line.StartsWith('<'))
        );
    }

    private static RawReply Bomb(string kind)
    {
        switch (kind)
        {
            case "announced":
                return new RawReply(
                    Encoding.ASCII.GetBytes("HTTP/1.1 200 X\r\nContent-Length: 100000000000\r\n\r\n{"),
                    Stalls: true
                );
            case "plain" or "error":
                return RawReply.Endless(kind is "error" ? 403 : 200, "{"u8.ToArray(), Spaces);
            default:
                using (MemoryStream zipped = new())
                {
                    using (GZipStream gzip = new(zipped, CompressionLevel.Optimal, leaveOpen: true))
                        for (int i = 0; i < 256; i++)
                            gzip.Write(Spaces); // 16 MB in 16 KB
                    return RawReply.Endless(
                        kind is "zipped error" ? 403 : 200,
                        [],
                        zipped.ToArray(),
                        "Content-Encoding: gzip"
                    );
                }
        }
    }
}
