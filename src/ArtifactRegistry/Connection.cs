using ArtifactRegistry.Auth;
using ArtifactRegistry.Text;

namespace ArtifactRegistry;

/// <summary>The state of a session's credentials, as far as it is known.</summary>
internal enum ConnectionState
{
    /// <summary>No request has been sent with the credentials yet.</summary>
    NotTried,

    /// <summary>The service has answered a request that was sent with the credentials.</summary>
    Connected,

    /// <summary>The service has refused the credentials.</summary>
    Refused,
}

/// <summary>The address and credentials that the cmdlets of this session use. Never holds the secret.</summary>
public sealed class Connection
{
    internal Connection(
        Session session,
        ConnectionState state,
        Uri endpoint,
        ITokenSource tokens,
        ProjectChoice? project
    )
    {
        // As it is now: another Connect-ArRegistry does not change what was described before.
        Session = new Session();
        Session.CopyFrom(session);
        State = state.ToString();
        Endpoint = endpoint;
        // A variable that should contain a path, a name or an account may contain a secret instead.
        Account = tokens.Account is null ? null : SafeText.Clean(tokens.Account);
        Credential = SafeText.Clean(tokens.Description);
        ExpiresAt = tokens.ExpiresAt?.LocalDateTime;
        Project = project is null ? null : SafeText.Clean(project.Id);
        ProjectOrigin = project?.Origin;
    }

    /// <summary>The settings and credentials, for another runspace of this process. Never shown.</summary>
    internal Session Session { get; }

    /// <summary>
    /// Gets whether the service has accepted the credentials: NotTried, Connected or Refused. Reading it sends no
    /// request.
    /// </summary>
    public string State { get; }

    /// <summary>The address of Artifact Registry.</summary>
    public Uri Endpoint { get; }

    /// <summary>The account, usually an e-mail address; null if the credential does not contain it.</summary>
    public string? Account { get; }

    /// <summary>A description of where the credentials come from.</summary>
    public string Credential { get; }

    /// <summary>
    /// The time at which the current token expires, in local time; null before the first request, and if it is not
    /// known. If the source of the credentials can renew the token, that happens before this time.
    /// </summary>
    public DateTime? ExpiresAt { get; }

    /// <summary>Gets the default project for cmdlets; null if there is none.</summary>
    public string? Project { get; }

    /// <summary>Gets a description of where the default project comes from; null if there is none.</summary>
    public string? ProjectOrigin { get; }
}
