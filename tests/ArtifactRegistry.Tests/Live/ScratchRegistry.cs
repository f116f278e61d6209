using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ArtifactRegistry.Tests.Live;

/// <summary>An answer of the API.</summary>
internal sealed record Reply(int Status, JsonObject Body)
{
    public bool Succeeded => Status is >= 200 and < 300;

    public string Words => (string?)Body["error"]?["message"] ?? "";

    /// <summary>The status and the service's words, for the report.</summary>
    public override string ToString() => Succeeded ? $"{Status}" : $"{Status} {Body["error"]?["status"]}: {Words}";
}

/// <summary>
/// A repository in which the live check may write: the API, and the registry's own protocol for pushing.
/// </summary>
/// <param name="Repository">As LOCATION-docker.pkg.dev/PROJECT/REPOSITORY.</param>
/// <param name="Api">The address of Artifact Registry.</param>
/// <param name="Token">An access token; null to send none.</param>
internal sealed record ScratchRegistry(string Repository, Uri Api, string? Token) : IDisposable
{
    private const string Empty = "{}";
    private readonly HttpClient _http = new();

    public string Resource
    {
        get
        {
            string[] parts = Repository.Split('/');
            return $"projects/{parts[1]}/locations/{Location}/repositories/{parts[2]}";
        }
    }

    private string Location => Repository.Split('/')[0].Replace("-docker.pkg.dev", "", StringComparison.Ordinal);

    // On this machine the emulator answers docker under the location's name.
    private Uri Registry => Api.IsLoopback
        ? new Uri(Api, $"v2/{Location}/")
        : new Uri($"https://{Repository.Split('/')[0]}/v2/");

    /// <summary>Sends a request to the API: a path after v1/.</summary>
    public async Task<Reply> SendAsync(HttpMethod method, string path, CancellationToken stop, JsonObject? body = null)
    {
        using HttpResponseMessage response =
            await SendAsync(method, new Uri(Api, "v1/" + path), body?.ToJsonString(), "application/json", stop);
        string text = await response.Content.ReadAsStringAsync(stop);
        JsonObject? json = null;
        try
        {
            json = JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            // A page of HTML, say; the status tells enough then.
        }

        return new Reply((int)response.StatusCode, json ?? []);
    }

    /// <summary>Pushes a manifest, by tag or else by digest; gives its digest.</summary>
    public async Task<string> PushAsync(
        string image,
        string mediaType,
        JsonObject manifest,
        string? tag,
        CancellationToken stop
    )
    {
        string text = manifest.ToJsonString();
        string digest = DigestOf(text);
        using HttpResponseMessage response = await SendAsync(
            HttpMethod.Put, new Uri(Registry, $"{Path}/{image}/manifests/{tag ?? digest}"), text, mediaType, stop);
        response.EnsureSuccessStatusCode();
        return digest;
    }

    /// <summary>Pushes the empty object, which is the configuration and the only layer of all manifests here.</summary>
    public async Task<JsonObject> PushEmptyAsync(string image, CancellationToken stop)
    {
        using HttpResponseMessage begun =
            await SendAsync(HttpMethod.Post, new Uri(Registry, $"{Path}/{image}/blobs/uploads/"), null, null, stop);
        begun.EnsureSuccessStatusCode();
        UriBuilder place = new(new Uri(Registry, begun.Headers.Location!));
        place.Query = $"{place.Query.TrimStart('?')}&digest={DigestOf(Empty)}".TrimStart('&');
        using HttpResponseMessage ended = await SendAsync(
            HttpMethod.Put,
            place.Uri,
            Empty,
            "application/octet-stream",
            stop
        );
        ended.EnsureSuccessStatusCode();
        return new JsonObject
        {
            ["mediaType"] = "application/vnd.oci.empty.v1+json",
            ["digest"] = DigestOf(Empty),
            ["size"] = Empty.Length,
        };
    }

    public void Dispose() => _http.Dispose();

    private string Path => string.Join('/', Repository.Split('/')[1..]);

    private static string DigestOf(string text) =>
        Oci.DigestOf(Oci.Bytes(text));

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, Uri address, string? body, string? contentType, CancellationToken stop)
    {
        using HttpRequestMessage request = new(method, address);
        if (Token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType!);
        }

        return await _http.SendAsync(request, stop);
    }
}
