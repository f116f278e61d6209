using System.Collections.Concurrent;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using ArtifactRegistry.Auth;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Http;
using ArtifactRegistry.Operations.CleanUp;
using ArtifactRegistry.Operations.InUse;

namespace ArtifactRegistry;

/// <summary>
/// The settings of Connect-ArRegistry for one runspace. Parallel runspaces never share a token.
/// </summary>
internal sealed class Session
{
    private static readonly ConditionalWeakTable<Runspace, Session> Sessions = [];

    // Connections carry no credentials, so one pool serves all runspaces.
    private static readonly Lazy<HttpMessageHandler> Connections = new(TransportOptions.CreateConnections);

    // What others answer says nothing about the credentials of a session.
    private static readonly Lazy<HttpClient> Others =
        new(() => TransportOptions.CreateHttpClient(Connections.Value));

    private readonly object _lock = new(); // names are listed in the background, with the same tokens
    private readonly Lazy<HttpClient> _http;
    private ITokenSource? _tokens;
    private string? _tokensAreFor;
    private volatile ConnectionState _state; // set by the request that is answered last
    private ProjectChoice? _machine;

    /// <summary>Creates a session without settings.</summary>
    public Session()
    {
        Names = new LiveNames(this);
        _http = new(() =>
            TransportOptions.CreateHttpClient(
                new AnswerWatcher(Connections.Value, accepted =>
                    _state = accepted ? ConnectionState.Connected : ConnectionState.Refused
                )
            )
        );
    }

    /// <summary>The session of the runspace that this thread works for.</summary>
    public static Session Current => Sessions.GetOrCreateValue(Runspace.DefaultRunspace);

    /// <summary>
    /// Gets or sets a value that is true from an import that may be that of another copy until the next command.
    /// </summary>
    public bool IsJustImported { get; set; }

    /// <summary>Gets or sets whether Connect-ArRegistry has been used since the last Disconnect-ArRegistry.</summary>
    public bool IsConfigured { get; set; }

    /// <summary>
    /// Gets or sets the clock by which limits, rates and ages are measured; only tests set another one.
    /// </summary>
    public TimeProvider Clock { get; set; } = TimeProvider.System;

    public CredentialSettings Credentials { get; set; } = new();

    public Uri? Endpoint { get; set; }

    public string? UniverseDomain { get; set; }

    public string? Project { get; set; }

    public TimeSpan? RequestTimeout { get; set; }

    public TimeSpan? OperationTimeout { get; set; }

    /// <summary>Gets the default project for cmdlets, if it is known without a request.</summary>
    public string? DefaultProject => ChooseProject()?.Id;

    /// <summary>Finds the default project for cmdlets; the last resort is the metadata server.</summary>
    public async Task<string?> FindProjectAsync(Action<string>? trace, CancellationToken stop)
    {
        if (ChooseProject() is ProjectChoice known) return known.Id;
        return UsableTokens() is ITokenSource tokens && await tokens.FindProjectAsync(trace, stop) is string found
            ? (_machine = new(found, "the metadata server of this machine")).Id
            : null;
    }

    /// <summary>Copies the settings of another session; copying a new session resets this one.</summary>
    public void CopyFrom(Session other)
    {
        (IsConfigured, Credentials, Endpoint, UniverseDomain) =
            (other.IsConfigured, other.Credentials, other.Endpoint, other.UniverseDomain);
        (Project, RequestTimeout, OperationTimeout) = (other.Project, other.RequestTimeout, other.OperationTimeout);
        lock (_lock) (_tokens, _tokensAreFor, _state) = (other._tokens, other._tokensAreFor, other._state);
        _machine = null;
        Names.Forget();
    }

    /// <summary>The names of existing items, for completion and for hints about typos.</summary>
    public LiveNames Names { get; }

    /// <summary>The contents of the manifests that were read so far.</summary>
    public ManifestCache Manifests { get; } = new();

    // The features of a service do not depend on the caller; another endpoint may be another service.
    private readonly ConcurrentDictionary<Uri, ServiceFeatures> _features = [];

    /// <summary>
    /// Creates the clients for one cmdlet. Environment variables are read now, so that a change takes effect at once.
    /// </summary>
    /// <param name="trace">Receives one line per request; null if not needed.</param>
    /// <param name="exchange">Receives requests and responses; null if not needed.</param>
    /// <param name="retries">The number of times that a request is repeated; null for the default.</param>
    public Clients Open(Action<string>? trace, Action<string>? exchange = null, int? retries = null)
    {
        TransportOptions defaults = new();
        TransportOptions options = defaults with
        {
            RequestTimeout = RequestTimeout ?? defaults.RequestTimeout,
            OperationTimeout = OperationTimeout ?? defaults.OperationTimeout,
            Retries = retries ?? defaults.Retries,
        };
        Endpoints endpoints = Services;
        ITokenSource tokens = Tokens(endpoints);
        RestTransport transport = new(_http.Value, tokens, options, trace, exchange);
        ArtifactRegistryClient registry = new(
            transport,
            endpoints,
            _features.GetOrAdd(endpoints.ArtifactRegistry, _ => new ServiceFeatures())
        );
        ResourceManagerClient projects = new(transport, endpoints);
        ContainerClient clusters = new(transport, endpoints);
        return new Clients(
            registry,
            new OciRegistryClient(transport, endpoints),
            projects,
            new IamClient(transport, endpoints),
            clusters,
            new InUseServices(
                clusters,
                new RunClient(transport, endpoints),
                new AppEngineClient(transport, endpoints),
                new ComputeClient(transport, endpoints),
                new CloudDeployClient(transport, endpoints),
                new CloudAssetClient(transport, endpoints),
                projects,
                registry,
                cluster => ClusterEndpoint.Of(cluster, endpoints),
                endpoint => ClusterConnection.Open(endpoint, tokens, options, trace, exchange)),
            source => new RestTransport(Others.Value, source, options, trace, exchange));
    }

    /// <summary>Gets a token for another program.</summary>
    /// <exception cref="RegistryException">There is none.</exception>
    public async Task<AccessToken> GetTokenAsync(Action<string>? trace, CancellationToken stop)
    {
        ITokenSource tokens = Tokens(Services);
        AccessToken token = await tokens.GetTokenAsync(refused: null, trace, stop);
        return token.Value is not null
            ? token
            : throw new RegistryException(
                RegistryErrorKind.Unauthenticated,
                $"There is no token to hand out: {tokens.Description}."
            );
    }

    /// <summary>Gets the host of a registry that may be given a token.</summary>
    /// <param name="text">The host, or a name in its registry.</param>
    /// <exception cref="RegistryException">The host is not Google's, and not an emulator that this session
    /// uses.</exception>
    public string RegistryHost(string text) => Services.RegistryHost(text);

    /// <summary>The address of Artifact Registry.</summary>
    public Uri Address => Services.ArtifactRegistry;

    public Connection Describe()
    {
        Endpoints endpoints = Services;
        ITokenSource tokens = Tokens(endpoints);
        return new Connection(this, _state, endpoints.ArtifactRegistry, tokens, ChooseProject());
    }

    private ProjectChoice? ChooseProject()
    {
        try
        {
            return ProjectChoice.Choose(Project, SignInAt(Services), UsableTokens) ?? _machine;
        }
        catch (RegistryException)
        {
            return null; // an address that cannot be used is an error of the request
        }
    }

    // Unusable credentials are reported by the request that needs them.
    private ITokenSource? UsableTokens()
    {
        try
        {
            return Tokens(Services);
        }
        catch (RegistryException)
        {
            return null;
        }
    }

    private static SignIn SignInAt(Endpoints endpoints) =>
        new(endpoints, Variable, Connections.Value, () => GoogleAuthLoader.Instance, TimeProvider.System);

    private Endpoints Services => Endpoints.Choose(Endpoint, Variable, UniverseDomain);

    // Kept until something that it depends on changes: a token lasts for many commands, and a variable takes effect at
    // once.
    private ITokenSource Tokens(Endpoints endpoints)
    {
        SignIn signIn = SignInAt(endpoints);
        string hangsOn = TokenSources.Fingerprint(Credentials, signIn);
        lock (_lock)
        {
            if (_tokens is null || _tokensAreFor != hangsOn)
                (_tokens, _tokensAreFor, _state) = (
                    TokenSources.Choose(Credentials, signIn),
                    hangsOn,
                    ConnectionState.NotTried
                );
            return _tokens;
        }
    }

    /// <summary>
    /// The clients, one per service, and a way to those that are not Google's, with credentials of their own.
    /// </summary>
    internal sealed record Clients(
        ArtifactRegistryClient Client,
        OciRegistryClient Registry,
        ResourceManagerClient Projects,
        IamClient Accounts,
        ContainerClient Clusters,
        InUseServices InUse,
        Func<ITokenSource, RestTransport> OpenTransport);

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
