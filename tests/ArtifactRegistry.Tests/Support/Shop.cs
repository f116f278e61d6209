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

    public static async Task<Shop> OpenAsync(
        Behaviour? behaviour = null,
        System.Management.Automation.Host.PSHost? host = null,
        TimeProvider? clock = null
    )
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        EmulatorServer emulator = await EmulatorServer.StartAsync(
            new EmulatorOptions
            {
                Behaviour = behaviour ?? new Behaviour { OperationTime = TimeSpan.Zero },
                TimeProvider = clock ?? TimeProvider.System,
            },
            stop);
        emulator.State.AddRepository("us-docker.pkg.dev/shop/apps");
        return new Shop(emulator, new PowerShellSession(emulator, host));
    }

    /// <summary>
    /// Adds a digest of the image that scripts know as $app, uploaded long enough ago to be cleaned up.
    /// </summary>
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
        [
            .. Emulator
                .Requests.Snapshot(request => request.IsChange)
                .Select(request => $"{request.Method} {request.PathAndQuery}"),
        ];

    /// <summary>Starts a script, forgetting the requests before it; the caller may stop it.</summary>
    public RunningScript Start(string script)
    {
        Emulator.Requests.Clear();
        return Session.Start(script);
    }

    /// <summary>Connects anew, so that a deletion gets this long to end.</summary>
    public void GiveOperations(int seconds) =>
        Session
            .Run(
                $"Connect-ArRegistry -AccessToken '{PowerShellSession.Token}' -Endpoint '{Emulator.Url}' "
                    + $"-OperationTimeoutSec {seconds}"
            )
            .MustSucceed();

    /// <summary>Makes each request of a method take some time, by a clock of the session's own.</summary>
    public void LetTake(string method, TimeSpan time)
    {
        TestClock clock = new();
        clock.ApplyTo(Session);
        Emulator.Behaviour.BeforeHandling = request =>
        {
            if (request.Method == method) clock.Advance(time);
        };
    }

    /// <summary>Holds back each request that has this method and this text in its path and query.</summary>
    public RequestHold Hold(string method, string text, HoldPoint point = HoldPoint.BeforeWork) =>
        Emulator.Requests.Hold(request => request.Is(method, text), point);

    /// <summary>
    /// Asserts that no request is open, held ones included, and that none follows: all that arrives from here on is the
    /// one request of another command.
    /// </summary>
    public async Task MustBeQuietAsync()
    {
        // A request that was sent just before it was given up may still lie in a socket that the emulator has not read
        // from. What is answered now was sent after it.
        Session.Run("$null = Get-ArReader us-docker.pkg.dev/shop/apps").MustSucceed();
        await MustBeIdleAsync();
        int before = Emulator.Requests.Snapshot().Count;
        Session.Run("$null = Get-ArReader us-docker.pkg.dev/shop/apps").MustSucceed();
        Assert.Equal(before + 1, Emulator.Requests.Snapshot().Count);
    }

    /// <summary>Asserts that no request is open. One that is held ends only if its client gives it up.</summary>
    public async Task MustBeIdleAsync()
    {
        await Emulator
            .Requests.WaitUntilIdleAsync(TestContext.Current.CancellationToken)
            .WaitAsync(RunningScript.HangLimit);
        Assert.Equal(0, Emulator.OpenRequests);
    }

    /// <summary>All digests and tags of $app, as text, to see that nothing changed.</summary>
    public string Contents() =>
        string.Join(
            '\n',
            State
                .Digests(Repository, "web")
                .Select(digest => $"{digest} {string.Join(',', State.TagsOf(Repository, "web", digest))}")
        );

    public async ValueTask DisposeAsync()
    {
        Session.Dispose();
        await Emulator.DisposeAsync();
    }
}

/// <summary>How tests speak of requests.</summary>
internal static class RequestWords
{
    public static bool Is(this RecordedRequest request, string method, string text) =>
        request.Method == method && request.PathAndQuery.Contains(text, StringComparison.Ordinal);
}
