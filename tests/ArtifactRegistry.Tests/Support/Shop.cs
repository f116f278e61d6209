using ArtifactRegistry.Emulator;
using Xunit;

namespace ArtifactRegistry.Tests.Support;

/// <summary>An emulator with one repository, and a session that is connected to it.</summary>
internal sealed class Shop : IAsyncDisposable
{
    public const string App = "us-docker.pkg.dev/shop/apps/web";

    private Shop(EmulatorServer emulator, PowerShellSession session)
    {
        Emulator = emulator;
        Session = session;
        session.Set("app", App);
    }

    public EmulatorServer Emulator { get; }

    public PowerShellSession Session { get; }

    public RepositoryName Repository { get; } = "us-docker.pkg.dev/shop/apps";

    public RegistryState State => Emulator.State;

    public static async Task<Shop> OpenAsync(Behaviour? behaviour = null, System.Management.Automation.Host.PSHost? host = null)
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        EmulatorServer emulator = await EmulatorServer.StartAsync(
            new EmulatorOptions { Behaviour = behaviour ?? new Behaviour { OperationTime = TimeSpan.Zero } }, stop);
        emulator.State.AddRepository("us-docker.pkg.dev/shop/apps");
        return new Shop(emulator, new PowerShellSession(emulator, host));
    }

    /// <summary>Adds a digest of the image that scripts know as $app, uploaded long enough ago to be cleaned up.</summary>
    public string Add(params string[] tags) => Add(new ImageOptions
    {
        Tags = tags,
        Size = 80_000_000,
        UploadTime = DateTimeOffset.UtcNow.AddDays(-10),
    });

    public string Add(ImageOptions options) => State.AddImage(Repository, "web", options);

    /// <summary>Runs a script, forgetting the requests before it.</summary>
    public ScriptResult Run(string script)
    {
        Emulator.Requests.Clear();
        return Session.Run(script);
    }

    /// <summary>The changing requests since the last script began, as "METHOD path?query".</summary>
    public IReadOnlyList<string> Changes =>
        [.. Emulator.Requests.Snapshot(request => request.IsChange).Select(request => $"{request.Method} {request.PathAndQuery}")];

    public async ValueTask DisposeAsync()
    {
        Session.Dispose();
        await Emulator.DisposeAsync();
    }
}
