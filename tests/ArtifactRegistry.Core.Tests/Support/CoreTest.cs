using System.Collections.Concurrent;
using ArtifactRegistry.Auth;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Http;
using Xunit;

namespace ArtifactRegistry.Core.Tests.Support;

/// <summary>An emulator of its own for each test, and clients that speak to it over HTTP.</summary>
public abstract class CoreTest : IAsyncLifetime
{
    internal const string Secret = "ya29.secret-token_of~the+test/0=";

    /// <summary>Pauses that a test can afford, and otherwise what a user gets.</summary>
    internal static readonly TransportOptions Quick = new()
    {
        RequestTimeout = TimeSpan.FromSeconds(60),
        Retries = 4,
        FirstPause = TimeSpan.FromMilliseconds(1),
        MaxPause = TimeSpan.FromMilliseconds(5),
    };

    private protected static readonly RepositoryName Apps = new("shop", "us", "apps");
    private protected static readonly ImageName Web = ImageName.Parse("us-docker.pkg.dev/shop/apps/web");

    private readonly HttpClient _http = TransportOptions.CreateHttpClient();
    private EmulatorServer? _emulator;

    private protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    private protected EmulatorServer Emulator => _emulator!;

    private protected HttpClient SharedHttp => _http;

    private protected RegistryState State => Emulator.State;

    private protected Behaviour Behaviour => Emulator.Behaviour;

    /// <summary>The trace lines of all clients.</summary>
    private protected ConcurrentQueue<string> Trace { get; } = [];

    /// <summary>Called with each trace line.</summary>
    private protected Action<string>? OnTrace { get; set; }

    public virtual async ValueTask InitializeAsync()
    {
        _emulator = await EmulatorServer.StartAsync(new EmulatorOptions(), Stop);
        State.AddRepository(Apps);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_emulator is not null) await _emulator.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected ArtifactRegistryClient Client(
        TransportOptions? options = null, ITokenSource? tokens = null, Uri? endpoint = null) =>
        new(
            new RestTransport(_http, tokens ?? SignIns.Choose(Secret, _ => null), options ?? Quick, line =>
            {
                Trace.Enqueue(line);
                OnTrace?.Invoke(line);
            }),
            Endpoints.Choose(endpoint ?? Emulator.Url, _ => null));

    /// <summary>The targets of the requests that arrived at the emulator, as "METHOD path?query".</summary>
    private protected IReadOnlyList<string> Sent =>
        [.. Emulator.Requests.Snapshot().Select(request => $"{request.Method} {request.PathAndQuery}")];

    private protected static Task<RegistryException> RefusedAsync(Func<Task> call) =>
        Assert.ThrowsAsync<RegistryException>(call);

    private protected static async Task<List<T>> ListAsync<T>(IAsyncEnumerable<T> items)
    {
        List<T> list = [];
        await foreach (T item in items.WithCancellation(Stop)) list.Add(item);
        return list;
    }

    /// <summary>A made-up digest, different for each number.</summary>
    private protected static string Digest(int number) => $"sha256:{number:x64}";
}
