using System.Text;
using ArtifactRegistry.Core.Tests.Support;
using ArtifactRegistry.Http;
using Xunit;

namespace ArtifactRegistry.Core.Tests;

/// <summary>A call can carry and return streams and headers.</summary>
public sealed class CallTests : CoreTest
{
    [Fact]
    public async Task A_stream_is_sent_anew_with_each_attempt_and_a_stream_and_headers_come_back()
    {
        await using RawServer server = RawServer.Start(request => request.Number == 1
            ? RawReply.Of(503, "busy")
            : RawReply.Of(201, "stored", "application/octet-stream", "Docker-Content-Digest: sha256:abc"));
        using HttpClient http = TransportOptions.CreateHttpClient();
        RestTransport transport = new(http, SignIns.Choose(Secret, _ => null), Quick, Trace.Enqueue);
        int opened = 0;

        (string digest, string type, string text) = await transport.SendAsync(
            new Call<(string, string, string)>(HttpMethod.Put, new Uri(server.Url, "v2/blob"), Repeat.Freely, ReadAsync)
            {
                Content = () =>
                {
                    opened++;
                    return new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes("layer")))
                    {
                        Headers = { ContentLength = 5 },
                    };
                },
                Headers = [new("Content-Range", "0-4"), new("X-Test", "yes")],
            },
            Stop);

        Assert.Equal(("sha256:abc", "application/octet-stream", "stored"), (digest, type, text));
        Assert.Equal(2, opened);
        Assert.All(server.Requests, request => Assert.Equal("layer", request.Body));
        Assert.All(server.Requests, request => Assert.Contains("X-Test: yes", request.Head, StringComparison.Ordinal));

        static async Task<(string, string, string)> ReadAsync(Answer answer, CancellationToken stop)
        {
            using StreamReader reader = new(await answer.OpenAsync(stop));
            return (
                answer.Headers.GetValues("Docker-Content-Digest").Single(),
                answer.ContentHeaders.ContentType!.MediaType!,
                await reader.ReadToEndAsync(stop));
        }
    }

    [Fact]
    public async Task The_bytes_of_an_answer_are_as_they_were_sent()
    {
        await using RawServer server = RawServer.Start(_ => RawReply.Of(200, "{ \"a\" : 1 }\n"));
        using HttpClient http = TransportOptions.CreateHttpClient();
        RestTransport transport = new(http, SignIns.Choose(Secret, _ => null), Quick, Trace.Enqueue);

        byte[] bytes = await transport.SendAsync(
            new Call<byte[]>(HttpMethod.Get, server.Url, Repeat.Freely, (answer, stop) => answer.ReadBytesAsync(stop)),
            Stop
        );

        Assert.Equal("{ \"a\" : 1 }\n"u8.ToArray(), bytes);
    }

    [Fact]
    public async Task Attempts_to_sign_in_are_not_multiplied_by_those_of_the_request()
    {
        await using RawServer server = RawServer.Start(_ => RawReply.Of(503, "busy"));
        Auth.ITokenSource tokens = Auth.TokenSources.Choose(
            new Auth.CredentialSettings
            {
                AccessToken = "ya29.secret",
                ImpersonateServiceAccount = "a@b.iam.gserviceaccount.com",
            },
            SignIns.Environment(_ => null, server.Url)
        );

        RegistryException error = await RefusedAsync(() =>
            Client(tokens: tokens, endpoint: server.Url).GetPackageAsync(Web, Stop)
        );

        Assert.Equal(RegistryErrorKind.Unauthenticated, error.Kind);
        Assert.Equal(3, server.Requests.Count);
        Assert.All(server.Requests, request =>
            Assert.Contains(":generateAccessToken", request.Line, StringComparison.Ordinal)
        );
    }
}
