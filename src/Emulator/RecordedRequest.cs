namespace ArtifactRegistry.Emulator;

/// <summary>How a request ended.</summary>
public enum RequestOutcome
{
    /// <summary>It is still being handled.</summary>
    Open,

    /// <summary>It was answered.</summary>
    Answered,

    /// <summary>The client went away first.</summary>
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

    /// <summary>Counts from 1.</summary>
    public int Number { get; }

    /// <summary>The version that it came by: <c>HTTP/1.1</c> or <c>HTTP/2</c>.</summary>
    public string Protocol { get; internal init; } = "HTTP/1.1";

    /// <summary>The HTTP method.</summary>
    public string Method { get; }

    /// <summary>The request's target exactly as it was sent, nothing decoded.</summary>
    public string PathAndQuery { get; }

    /// <summary>The part of <see cref="PathAndQuery"/> before the question mark.</summary>
    public string Path => PathAndQuery.Split('?', 2)[0];

    /// <summary>The body as text, empty if there is none.</summary>
    public string Body { get; }

    /// <summary>All headers; names in any case.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>The Authorization header; null if there is none.</summary>
    public string? Authorization => Headers.GetValueOrDefault("Authorization");

    /// <summary>The User-Agent header; null if there is none.</summary>
    public string? UserAgent => Headers.GetValueOrDefault("User-Agent");

    /// <summary>The status that was answered; 0 as long as there is none.</summary>
    public int Status { get => _status; internal set => _status = value; }

    /// <summary>How it ended.</summary>
    public RequestOutcome Outcome { get => _outcome; internal set => _outcome = value; }

    /// <summary>What went wrong with it on purpose; null if nothing did.</summary>
    public Fault? Fault { get => _fault; internal set => _fault = value; }

    /// <summary>Whether it asks for a change: everything but GET, HEAD, and the POSTs that only read.</summary>
    public bool IsChange => Method is not ("GET" or "HEAD")
        && !Path.EndsWith(":getIamPolicy", StringComparison.Ordinal)
        && !Path.EndsWith(":testIamPermissions", StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString()
        => $"{Method} {PathAndQuery} -> {(Status == 0 ? Outcome.ToString() : $"{Status}")}";
}
