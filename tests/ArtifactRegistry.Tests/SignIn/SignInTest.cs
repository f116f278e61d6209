using System.Text.Json.Nodes;
using ArtifactRegistry.Emulator;
using ArtifactRegistry.Emulator.SignIn;
using ArtifactRegistry.Tests.Support;
using Xunit;

namespace ArtifactRegistry.Tests.SignIn;

/// <summary>
/// A registry that wants a token, and a process in which no variable and no file says who one is. The folder stands for
/// the user's home.
/// </summary>
[Collection(nameof(ProcessEnvironment))]
public abstract class SignInTest : IAsyncLifetime
{
    protected const string Deployer = "deployer@shop.iam.gserviceaccount.com";

    // Whatever a developer's machine may have set.
    private static readonly string[] Prefixes = ["CLOUDSDK_", "GOOGLE_", "GCE_", "AWS_"];

    private readonly Dictionary<string, string?> _before = [];
    private readonly TemporaryFolder _home = new();
    private Shop? _shop;
    private PowerShellSession? _session;

    private protected Shop Shop => _shop!;

    private protected SignInState SignIn => Shop.State.SignIn;

    private protected Behaviour Behaviour => Shop.Emulator.Behaviour;

    private protected string Home => _home.Path;

    private protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    public virtual async ValueTask InitializeAsync()
    {
        foreach (string name in Environment.GetEnvironmentVariables().Keys.Cast<string>()
            .Where(name => Prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal))))
            Set(name, null);
        Set("CLOUDSDK_CONFIG", Path.Combine(Home, "gcloud"));
        // With the filter, since these tests count requests: without it, the first listing of a session is refused
        // once.
        _shop = await Shop.OpenAsync(new Behaviour
        {
            RequireToken = true,
            OperationTime = TimeSpan.Zero,
            DockerImageFilter = FilterSupport.Supported,
        });
        Shop.Add("v1");
        Set("CLOUDSDK_API_ENDPOINT_OVERRIDES_ARTIFACTREGISTRY", Shop.Emulator.Url.ToString());
        _session = new PowerShellSession();
        _session.Set("app", Shop.App);
        _session.Set("here", Home);
    }

    public async ValueTask DisposeAsync()
    {
        _session?.Dispose();
        if (_shop is not null) await _shop.DisposeAsync();
        foreach ((string name, string? value) in _before) Environment.SetEnvironmentVariable(name, value);
        _home.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected void Set(string name, string? value)
    {
        _before.TryAdd(name, Environment.GetEnvironmentVariable(name));
        Environment.SetEnvironmentVariable(name, value);
    }

    /// <summary>Writes a file into the folder that scripts know as $here.</summary>
    private protected string Write(string name, JsonNode content) => Write(name, content.ToJsonString());

    private protected string Write(string name, string content)
    {
        string path = Path.Combine(Home, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    /// <summary>Runs a script in a session that has not been connected.</summary>
    private protected ScriptResult Run(string script)
    {
        Shop.Emulator.Requests.Clear();
        return _session!.Run(script);
    }

    private protected RunningScript Start(string script)
    {
        Shop.Emulator.Requests.Clear();
        return _session!.Start(script);
    }

    /// <summary>Who asked for what, in order: the identity of the token, and the path.</summary>
    private protected IReadOnlyList<string> Asked =>
        [
            .. Shop
                .Emulator.Requests.Snapshot()
                .Select(request =>
                    $"{(request.Authorization is string bearer ? SignIn.IdentityOf(bearer["Bearer ".Length..]) ?? "nobody known" : "-")} {request.Method} {request.Path}"
                ),
        ];

    /// <summary>Asserts that a script listed the one image, as somebody.</summary>
    private protected void MustHaveListedAs(string identity, ScriptResult result)
    {
        Assert.Single(result.MustSucceed().Output);
        Assert.StartsWith($"{identity} GET /v1/projects/shop/", Asked[^1], StringComparison.Ordinal);
    }
}
