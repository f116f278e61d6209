namespace ArtifactRegistry.Emulator;

/// <summary>The outcome of a request.</summary>
public enum RequestOutcome
{
    /// <summary>It is still being handled.</summary>
    Open,

    /// <summary>The response was sent.</summary>
    Answered,

    /// <summary>The client disconnected first.</summary>
    AbortedByClient,

    /// <summary>A fault, or the end of the emulator, broke the connection.</summary>
    AbortedByFault,
}

/// <summary>A request as it arrived.</summary>
public sealed class RecordedRequest
{
    private volatile int _status;
    private volatile RequestOutcome _outcome;
    private volatile Fault? _fault;

    internal RecordedRequest(
        int number, string method, string pathAndQuery, string body, IReadOnlyDictionary<string, string> headers)
    {
        (Number, Method, PathAndQuery, Body, Headers) = (number, method, pathAndQuery, body, headers);
    }

    /// <summary>The number of the request, counting from 1.</summary>
    public int Number { get; }

    /// <summary>The HTTP version: <c>HTTP/1.1</c> or <c>HTTP/2</c>.</summary>
    public string Protocol { get; internal init; } = "HTTP/1.1";

    /// <summary>The HTTP method.</summary>
    public string Method { get; }

    /// <summary>The request's target exactly as it was sent, without decoding.</summary>
    public string PathAndQuery { get; }

    /// <summary>The part of <see cref="PathAndQuery"/> before the question mark.</summary>
    public string Path => PathAndQuery.Split('?', 2)[0];

    /// <summary>The body as text, empty if there is none.</summary>
    public string Body { get; }

    /// <summary>All headers; names are not case-sensitive.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>The Authorization header; null if there is none.</summary>
    public string? Authorization => Headers.GetValueOrDefault("Authorization");

    /// <summary>The User-Agent header; null if there is none.</summary>
    public string? UserAgent => Headers.GetValueOrDefault("User-Agent");

    /// <summary>The status of the response; 0 as long as there is none.</summary>
    public int Status { get => _status; internal set => _status = value; }

    /// <summary>The outcome.</summary>
    public RequestOutcome Outcome { get => _outcome; internal set => _outcome = value; }

    /// <summary>The fault that was injected; null if none was.</summary>
    public Fault? Fault { get => _fault; internal set => _fault = value; }

    /// <summary>Gets whether it requests a change: everything except GET, HEAD, and the POSTs that only read.</summary>
    public bool IsChange => Method is not ("GET" or "HEAD")
        && !Path.EndsWith(":getIamPolicy", StringComparison.Ordinal)
        && !Path.EndsWith(":testIamPermissions", StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Method} {PathAndQuery} -> {(Status == 0 ? Outcome.ToString() : $"{Status}")}";
}
