using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

/// <summary>Speaks the registry's own protocol with an emulator, one request at a time.</summary>
public abstract class RegistryTest : EmulatorTest
{
    protected const string Web = "v2/us/shop/apps/web";
    protected const string Uploads = Web + "/blobs/uploads/";
    protected const string Missing = "sha256:00000000000000000000000000000000000000000000000000000000000000aa";

    /// <summary>
    /// The trait that names the paragraph of the distribution specification, v1.1.1, that a test is for.
    /// </summary>
    protected const string Spec = "spec.md";

    /// <summary>What clients name in Accept; the registry serves a manifest of no other type.</summary>
    private static readonly string KnownTypes = string.Join(
        ',',
        Oci.Manifest,
        Oci.Index,
        Oci.DockerManifest,
        Oci.DockerList
    );

    protected async Task<Got> AskAsync(
        string method,
        string path,
        byte[]? content = null,
        string? contentType = null,
        params (string Name, string Value)[] headers
    )
    {
        using HttpRequestMessage request = new(new HttpMethod(method), new Uri(Url, path));
        if (content is not null)
        {
            request.Content = new ByteArrayContent(content);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType ?? "application/octet-stream");
        }
        if (headers.All(header => header.Name != "Accept"))
            request.Headers.TryAddWithoutValidation("Accept", KnownTypes);
        foreach ((string name, string value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content!.Headers.TryAddWithoutValidation(name, value);
        }
        using HttpResponseMessage response = await Client.SendAsync(request, Stop);
        Dictionary<string, string> all = response
            .Headers.Concat(response.Content.Headers)
            .ToDictionary(
                header => header.Key,
                header => string.Join(", ", header.Value),
                StringComparer.OrdinalIgnoreCase
            );
        return new Got(response.StatusCode, all, await response.Content.ReadAsByteArrayAsync(Stop));
    }

    protected async Task<string> StartUploadAsync(string uploads = Uploads)
    {
        Got started = await AskAsync("POST", uploads, []);
        Assert.Equal(HttpStatusCode.Accepted, started.Status);
        return started.Headers["Location"];
    }

    protected async Task<string> PushBlobAsync(byte[] content, string image = Web)
    {
        string location = await StartUploadAsync($"{image}/blobs/uploads/");
        string digest = Oci.DigestOf(content);
        Got put = await AskAsync("PUT", $"{location}?digest={digest}", content);
        Assert.Equal(HttpStatusCode.Created, put.Status);
        return digest;
    }

    protected Task<Got> PutAsync(JsonObject manifest, string? reference = null, string image = Web)
    {
        byte[] content = Oci.Bytes(manifest);
        return AskAsync(
            "PUT", $"{image}/manifests/{reference ?? Oci.DigestOf(content)}", content, (string)manifest["mediaType"]!);
    }

    /// <summary>Pushes an image with a layer of its own, and all that it refers to.</summary>
    protected async Task<Pushed> PushImageAsync(
        string layer,
        string? tag = null,
        string image = Web,
        Action<JsonObject>? change = null
    )
    {
        byte[] config = Oci.Bytes($$"""{"created":"2026-01-02T03:04:05Z","os":"linux","of":"{{layer}}"}""");
        byte[] content = Oci.Bytes(layer);
        await PushBlobAsync(config, image);
        await PushBlobAsync(content, image);
        JsonObject manifest = Oci.ImageOf(config, content);
        change?.Invoke(manifest);
        Got put = await PutAsync(manifest, tag, image);
        Assert.Equal(HttpStatusCode.Created, put.Status);
        return new Pushed(Oci.Bytes(manifest), Oci.DigestOf(config), Oci.DigestOf(content));
    }

    protected static string Range(int first, int last) =>
        string.Create(CultureInfo.InvariantCulture, $"{first}-{last}");
}

/// <summary>An image that was pushed.</summary>
public sealed record Pushed(byte[] Manifest, string Config, string Layer)
{
    public string Digest => Oci.DigestOf(Manifest);
}

/// <summary>What came back.</summary>
public sealed record Got(HttpStatusCode Status, IReadOnlyDictionary<string, string> Headers, byte[] Content)
{
    public JsonObject Json => JsonNode.Parse(Content)!.AsObject();

    /// <summary>The code of the refusal.</summary>
    public string Code => (string)Json["errors"]![0]!["code"]!;

    public string Message => (string)Json["errors"]![0]!["message"]!;
}
