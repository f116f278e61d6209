using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using ArtifactRegistry.Auth;
using ArtifactRegistry.Clients;
using ArtifactRegistry.Http;
using ArtifactRegistry.Operations.CleanUp;

namespace ArtifactRegistry;

/// <summary>What Connect-ArRegistry was told, for one runspace, so that parallel runspaces never share a token.</summary>
internal sealed class Session
{
    private static readonly ConditionalWeakTable<Runspace, Session> Sessions = [];

    // Connections hold no credentials, so one pool serves all runspaces.
    private static readonly Lazy<HttpMessageHandler> Connections = new(TransportOptions.CreateConnections);
    private static readonly Lazy<HttpClient> Http = new(() => TransportOptions.CreateHttpClient(Connections.Value));

    private readonly object _lock = new(); // names are listed aside, with the same tokens
    private ITokenSource? _tokens;
    private string? _tokensAreFor;

    /// <summary>A session that was told nothing.</summary>
    public Session() => Names = new LiveNames(this);

    /// <summary>The session of the runspace that this thread works for.</summary>
    public static Session Current => Sessions.GetOrCreateValue(Runspace.DefaultRunspace);

    /// <summary>True between Connect-ArRegistry and Disconnect-ArRegistry.</summary>
    public bool Connected { get; set; }

    public CredentialSettings Credentials { get; set; } = new();

    public Uri? Endpoint { get; set; }

    public string? UniverseDomain { get; set; }

    public string? Project { get; set; }

    public TimeSpan? RequestTimeout { get; set; }

    public TimeSpan? OperationTimeout { get; set; }

    /// <summary>The project for cmdlets that are given none.</summary>
    public string? DefaultProject => Project ?? Variable("CLOUDSDK_CORE_PROJECT");

    /// <summary>Takes over what another session holds; a new one makes this one forget everything.</summary>
    public void CopyFrom(Session other)
    {
        (Connected, Credentials, Endpoint, UniverseDomain) =
            (other.Connected, other.Credentials, other.Endpoint, other.UniverseDomain);
        (Project, RequestTimeout, OperationTimeout) = (other.Project, other.RequestTimeout, other.OperationTimeout);
        lock (_lock) (_tokens, _tokensAreFor) = (other._tokens, other._tokensAreFor);
        Names.Forget();
    }

    /// <summary>Names that exist, for completion and for hints on a slip of the finger.</summary>
    public LiveNames Names { get; }

    /// <summary>What manifests refer to, as read so far.</summary>
    public ManifestCache Manifests { get; } = new();

    /// <summary>The clients for one cmdlet. Variables are read now, so that a change of them counts at once.</summary>
    /// <param name="trace">Takes a line a request; null if nobody listens.</param>
    /// <param name="exchange">Takes requests and answers; null if nobody listens.</param>
    /// <param name="retries">How often a request is sent again; null for the usual.</param>
    public Clients Open(Action<string>? trace, Action<string>? exchange = null, int? retries = null)
    {
        var defaults = new TransportOptions();
        TransportOptions options = defaults with
        {
            RequestTimeout = RequestTimeout ?? defaults.RequestTimeout,
            OperationTimeout = OperationTimeout ?? defaults.OperationTimeout,
            Retries = retries ?? defaults.Retries,
        };
        Endpoints endpoints = Services;
        var transport = new RestTransport(Http.Value, Tokens(endpoints), options, trace, exchange);
        return new Clients(
            new ArtifactRegistryClient(transport, endpoints),
            new OciRegistryClient(transport, endpoints),
            new ResourceManagerClient(transport, endpoints),
            new IamClient(transport, endpoints),
            new ContainerClient(transport, endpoints));
    }

    /// <summary>Where Artifact Registry is.</summary>
    public Uri Address => Services.ArtifactRegistry;

    public Connection Describe()
    {
        Endpoints endpoints = Services;
        return new Connection(Connected, endpoints.ArtifactRegistry, Tokens(endpoints), DefaultProject);
    }

    private Endpoints Services => Endpoints.Choose(Endpoint, Variable, UniverseDomain);

    // Kept as long as nothing that it hangs on changes: a token is good for many commands, and a variable counts at once.
    private ITokenSource Tokens(Endpoints endpoints)
    {
        var signIn = new SignIn(endpoints, Variable, Connections.Value, () => GoogleAuthLoader.Instance, TimeProvider.System);
        string hangsOn = TokenSources.Fingerprint(Credentials, signIn);
        lock (_lock)
        {
            if (_tokens is null || _tokensAreFor != hangsOn)
                (_tokens, _tokensAreFor) = (TokenSources.Choose(Credentials, signIn), hangsOn);
            return _tokens;
        }
    }

    /// <summary>One client a service.</summary>
    internal sealed record Clients(
        ArtifactRegistryClient Client,
        OciRegistryClient Registry,
        ResourceManagerClient Projects,
        IamClient Accounts,
        ContainerClient Clusters);

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}

/// <summary>Whom the cmdlets of this session speak to, and with which credentials. Never holds the secret.</summary>
public sealed class Connection
{
    internal Connection(bool connected, Uri endpoint, ITokenSource tokens, string? project)
    {
        Connected = connected;
        Endpoint = endpoint;
        Account = tokens.Account;
        Credential = tokens.Description;
        ExpiresAt = tokens.ExpiresAt?.LocalDateTime;
        Project = project;
    }

    /// <summary>True if Connect-ArRegistry was called; false if the settings come from the environment alone.</summary>
    public bool Connected { get; }

    /// <summary>The address of Artifact Registry.</summary>
    public Uri Endpoint { get; }

    /// <summary>Who it is, mostly an e-mail address; null where the credential does not say.</summary>
    public string? Account { get; }

    /// <summary>Where the credentials come from, in words.</summary>
    public string Credential { get; }

    /// <summary>
    /// When the token at hand expires, local time; null before the first request, and where nobody knows. A source that
    /// can renews it before.
    /// </summary>
    public DateTime? ExpiresAt { get; }

    /// <summary>The project for cmdlets that are given none; null if there is no default.</summary>
    public string? Project { get; }
}
