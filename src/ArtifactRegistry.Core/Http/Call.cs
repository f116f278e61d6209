using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ArtifactRegistry.Http;

/// <summary>Defines whether a request may be sent again when the outcome of an attempt is not known.</summary>
internal enum Repeat
{
    /// <summary>The request may be sent again: sending it twice has the same effect as sending it once.</summary>
    Freely,

    /// <summary>
    /// The request may be sent again only if the service certainly did not carry it out: it answered 429, or no
    /// connection was made.
    /// </summary>
    OnlyIfRefused,
}

/// <summary>A request, and the way to read its response.</summary>
/// <param name="Method">The method.</param>
/// <param name="Address">The address.</param>
/// <param name="Repeat">Whether it may be sent again.</param>
/// <param name="Read">Reads the response: its JSON, its bytes or its stream, and its headers.</param>
internal sealed record Call<T>(
    HttpMethod Method, Uri Address, Repeat Repeat, Func<Answer, CancellationToken, Task<T>> Read)
{
    /// <summary>Creates a call with JSON as its content, if any, and as its response.</summary>
    /// <param name="method">The method.</param>
    /// <param name="address">The address.</param>
    /// <param name="content">The content; null for none.</param>
    /// <param name="repeat">Whether it may be sent again.</param>
    /// <param name="read">Reads the response; may throw a JsonException.</param>
    public Call(HttpMethod method, Uri address, JsonObject? content, Repeat repeat, Func<JsonElement, T> read)
        : this(method, address, repeat, (answer, stop) => answer.ReadJsonAsync(read, stop))
    {
        if (content is null) return;
        byte[] body = Encoding.UTF8.GetBytes(content.ToJsonString());
        Content = () =>
            new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
    }

    /// <summary>Creates the content, which may be a stream, for each attempt; null for none.</summary>
    public Func<HttpContent>? Content { get; init; }

    /// <summary>
    /// Creates content that is streamed, instead of <see cref="Content"/>. It receives the clock of the request: false
    /// stops it while the content waits for its own source, and true restarts it.
    /// </summary>
    public Func<Action<bool>, HttpContent>? StreamedContent { get; init; }

    /// <summary>
    /// Gets whether the request is sent without a token, because the address belongs to somebody else or is a secret
    /// itself. Its query is not shown.
    /// </summary>
    public bool IsAnonymous { get; init; }

    /// <summary>
    /// Gets whether a redirect is an answer to read. None is followed by itself, because the token must not follow it.
    /// </summary>
    public bool ReadsRedirect { get; init; }

    /// <summary>The media types that the service may answer with; null for its default.</summary>
    public string? Accept { get; init; }

    /// <summary>Further headers.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The permission that the method needs, for services that do not name it when they refuse.</summary>
    public string? Needs { get; init; }

    /// <summary>
    /// Limits the rate of further attempts. Before the first attempt, the caller itself waits, and then decides whether
    /// the request is still to be sent. Null for no limit.
    /// </summary>
    public Pacer? Pacer { get; init; }

    /// <summary>Checks, before each further attempt, whether the request is still valid; throws if it is not.</summary>
    public Func<CancellationToken, Task>? CheckBeforeRetry { get; init; }

    /// <summary>Gets whether the request makes a change. Resource Manager reads policies by POST.</summary>
    public bool IsChange => Method != HttpMethod.Get && Method != HttpMethod.Head
        && !Address.AbsolutePath.EndsWith(":getIamPolicy", StringComparison.Ordinal);

    /// <summary>The method and the address for traces.</summary>
    public string Shown => IsAnonymous ? Line : $"{Method} {Address.AbsoluteUri}";

    /// <summary>The method and the address without its query, for errors.</summary>
    public string Line => $"{Method} {Address.GetLeftPart(UriPartial.Path)}";
}
