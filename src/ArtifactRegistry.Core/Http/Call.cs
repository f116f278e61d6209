using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ArtifactRegistry.Http;

/// <summary>Whether a request may be sent again when the outcome of an attempt is not known.</summary>
internal enum Repeat
{
    /// <summary>Sending it twice has the effect of sending it once.</summary>
    Freely,

    /// <summary>Only if the service did nothing for certain: it answered 429, or no connection was made.</summary>
    OnlyIfRefused,
}

/// <summary>A request, and how its answer is read.</summary>
/// <param name="Method">The method.</param>
/// <param name="Address">The address.</param>
/// <param name="Repeat">Whether it may be sent again.</param>
/// <param name="Read">Reads the answer: its JSON, its bytes or its stream, and its headers.</param>
internal sealed record Call<T>(
    HttpMethod Method, Uri Address, Repeat Repeat, Func<Answer, CancellationToken, Task<T>> Read)
{
    /// <summary>Creates a call with JSON as its content, if any, and as its answer.</summary>
    /// <param name="method">The method.</param>
    /// <param name="address">The address.</param>
    /// <param name="content">The content; null for none.</param>
    /// <param name="repeat">Whether it may be sent again.</param>
    /// <param name="read">Reads the answer; may throw a JsonException.</param>
    public Call(HttpMethod method, Uri address, JsonObject? content, Repeat repeat, Func<JsonElement, T> read)
        : this(method, address, repeat, (answer, stop) => answer.ReadJsonAsync(read, stop))
    {
        if (content is null) return;
        byte[] body = Encoding.UTF8.GetBytes(content.ToJsonString());
        Content = () => new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
    }

    /// <summary>Creates the content, anew for each attempt; null for none. May be a stream.</summary>
    public Func<HttpContent>? Content { get; init; }

    /// <summary>The media types that the service may answer with; null for its default.</summary>
    public string? Accept { get; init; }

    /// <summary>Further headers.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The permission that the method needs, for services that do not name it when they refuse.</summary>
    public string? Needs { get; init; }

    /// <summary>
    /// Holds each further attempt back until its turn. Before the first one the caller waits, and decides then whether the
    /// request is still to be sent. Null if there is no limit.
    /// </summary>
    public Pacer? Pacer { get; init; }

    /// <summary>Checks, before each further attempt, whether it is still right to send this; throws if it is not.</summary>
    public Func<CancellationToken, Task>? LookAgain { get; init; }

    /// <summary>Whether it asks for a change. Resource Manager reads policies by POST.</summary>
    public bool IsChange => Method != HttpMethod.Get && Method != HttpMethod.Head
        && !Address.AbsolutePath.EndsWith(":getIamPolicy", StringComparison.Ordinal);

    /// <summary>The method and the address without its query, for errors.</summary>
    public string Line => $"{Method} {Address.GetLeftPart(UriPartial.Path)}";
}
