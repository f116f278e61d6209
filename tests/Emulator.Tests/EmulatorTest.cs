using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace ArtifactRegistry.Emulator.Tests;

/// <summary>An emulator of its own for each test, and a client that speaks to it over HTTP.</summary>
public abstract class EmulatorTest : IAsyncLifetime
{
    protected static readonly RepositoryName Apps = new("shop", "us", "apps");
    protected const string AppsPath = "v1/projects/shop/locations/us/repositories/apps";

    private EmulatorServer? _emulator;
    private HttpClient? _client;
    private Uri? _url;

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected EmulatorServer Emulator => _emulator!;

    protected RegistryState State => Emulator.State;

    protected Behaviour Behaviour => Emulator.Behaviour;

    protected HttpClient Client => _client!;

    /// <summary>Where requests go: to the test's emulator, unless it says otherwise.</summary>
    protected Uri Url => _url ?? Emulator.Url;

    protected void Redirect(Uri url) => _url = url;

    protected virtual TimeProvider Clock => TimeProvider.System;

    public virtual async ValueTask InitializeAsync()
    {
        _emulator = await EmulatorServer.StartAsync(new EmulatorOptions { TimeProvider = Clock }, Stop);
        _client = new HttpClient { BaseAddress = Emulator.Url };
        State.AddRepository(Apps);
    }

    public virtual async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_emulator is not null) await _emulator.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected async Task<Reply> SendAsync(string method, string path, JsonNode? body = null, string? token = null)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), new Uri(Url, path));
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage response = await Client.SendAsync(request, Stop);
        string text = await response.Content.ReadAsStringAsync(Stop);
        return new Reply(
            response.StatusCode,
            text.StartsWith('{') ? JsonNode.Parse(text)!.AsObject() : [],
            response.Headers.RetryAfter?.ToString());
    }

    protected Task<Reply> GetAsync(string path) => SendAsync("GET", path);

    /// <summary>Asks for an operation until it is done.</summary>
    protected async Task<JsonObject> FinishAsync(Reply reply)
    {
        Assert.Equal(HttpStatusCode.OK, reply.Status);
        JsonObject operation = reply.Body;
        while (operation["done"] is null)
        {
            Reply poll = await GetAsync("v1/" + (string)operation["name"]!);
            Assert.Equal(HttpStatusCode.OK, poll.Status);
            operation = poll.Body;
        }
        return operation;
    }

    /// <summary>Follows a list to its end.</summary>
    protected async Task<List<JsonObject>> ListAsync(string path, string field)
    {
        List<JsonObject> items = [];
        string? token = null;
        do
        {
            string separator = path.Contains('?', StringComparison.Ordinal) ? "&" : "?";
            Reply page = await GetAsync(token is null ? path : $"{path}{separator}pageToken={token}");
            Assert.Equal(HttpStatusCode.OK, page.Status);
            items.AddRange(page.Body[field]?.AsArray().Select(item => item!.AsObject()) ?? []);
            token = (string?)page.Body["nextPageToken"];
        }
        while (token is not null);
        return items;
    }

    protected static string Digest(JsonObject named) => ((string)named["name"]!).Split('@', '/')[^1];

    protected static string VersionName(string package, string digest) =>
        "projects/shop/locations/us/repositories/apps"
            + $"/packages/{package.Replace("/", "%2F", StringComparison.Ordinal)}"
            + $"/versions/{digest}";
}

/// <summary>What came back.</summary>
public sealed record Reply(HttpStatusCode Status, JsonObject Body, string? RetryAfter)
{
    public string Message => (string?)Body["error"]?["message"] ?? "";

    public string ErrorStatus => (string?)Body["error"]?["status"] ?? "";
}
