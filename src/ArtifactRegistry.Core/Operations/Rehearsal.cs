using System.Net;
using ArtifactRegistry.Auth;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Operations;

/// <summary>
/// Lists the tags of an image that does not exist, from an answer in memory: nothing is sent, and neither files nor
/// variables are read. What it is good for is that the code has run.
/// </summary>
/// <remarks>
/// .NET compiles a method when it is first called, which is most of the time that the first listing of a session takes.
/// The module has this done aside at import, while PowerShell finishes the import and looks for the command, which takes
/// some 20 ms off that listing, on two processors; a process that only imports has used the other one in vain. A connection
/// in memory under the real handler would compile the rest as well, but gained nothing, neither last nor first: both
/// processors have enough to do.
/// </remarks>
internal static class Rehearsal
{
    public static async Task<ImageTag> RunAsync()
    {
        using var never = new CancellationTokenSource();
        using var answers = new Answers();
        using HttpClient http = TransportOptions.CreateHttpClient(answers);
        Endpoints endpoints = Endpoints.Choose(null, _ => null);
        var transport = new RestTransport(http, new NoCredentials("a rehearsal"), new TransportOptions(), null);
        var image = ImagePattern.Parse("us-docker.pkg.dev/project/repository/image");
        ImageTag? last = null;
        await foreach (ImageTag tag in FindTags.RunAsync(
            new ArtifactRegistryClient(transport, endpoints), image, null, _ => { }, never.Token))
            last = tag;
        return last!;
    }

    private sealed class Answers : HttpMessageHandler
    {
        private static ReadOnlySpan<byte> Page =>
            """
            {
              "dockerImages": [{
                "name": "projects/project/locations/us/repositories/repository/dockerImages/image@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                "tags": ["tag"],
                "imageSizeBytes": "1",
                "uploadTime": "2026-01-01T00:00:00Z"
              }]
            }
            """u8;

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await Task.Yield(); // as an answer from elsewhere, so that waiting for it is compiled too
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(Page.ToArray()) };
        }
    }
}
