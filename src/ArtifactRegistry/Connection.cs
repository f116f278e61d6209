using ArtifactRegistry.Auth;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>Whether the service is known to accept the credentials of a session.</summary>
internal enum ConnectionState
{
    /// <summary>No request has been sent with them yet.</summary>
    NotTried,

    /// <summary>The service has answered a request that was sent with them.</summary>
    Connected,

    /// <summary>The service has refused them.</summary>
    Refused,
}

/// <summary>The address and credentials that the cmdlets of this session use. Never holds the secret.</summary>
public sealed class Connection
{
    internal Connection(Session session, ConnectionState state, Uri endpoint, ITokenSource tokens, ProjectChoice? project)
    {
        // As it is now: another Connect-ArRegistry does not change what was described before.
        Session = new Session();
        Session.CopyFrom(session);
        State = state.ToString();
        Endpoint = endpoint;
        // A variable that should hold a path, a name or an account may hold a secret instead.
        Account = tokens.Account is null ? null : SafeText.Clean(tokens.Account);
        Credential = SafeText.Clean(tokens.Description);
        ExpiresAt = tokens.ExpiresAt?.LocalDateTime;
        Project = project is null ? null : SafeText.Clean(project.Id);
        ProjectOrigin = project?.Origin;
    }

    /// <summary>The settings and credentials, for another runspace of this process. Never shown.</summary>
    internal Session Session { get; }

    /// <summary>
    /// Gets whether the service has accepted the credentials: NotTried, Connected or Refused. Nothing is sent to find out.
    /// </summary>
    public string State { get; }

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

    /// <summary>Gets the project for cmdlets that are given none; null if there is no default.</summary>
    public string? Project { get; }

    /// <summary>Gets the place that the project comes from, in words; null if there is no default.</summary>
    public string? ProjectOrigin { get; }
}
