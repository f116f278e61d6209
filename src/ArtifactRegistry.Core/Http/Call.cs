using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ArtifactRegistry.Http;

/// <summary>Whether a request may be sent again when its first outcome is not known.</summary>
internal enum Repeat
{
    /// <summary>Sending it twice has the effect of sending it once.</summary>
    Freely,

    /// <summary>Only if the service surely did nothing: it said 429, or no connection came about.</summary>
    OnlyIfRefused,
}

/// <summary>One request, and how its answer is read; that may throw a JsonException.</summary>
internal sealed record Call<T>(HttpMethod Method, Uri Address, JsonObject? Content, Repeat Repeat, Func<JsonElement, T> Read)
{
    /// <summary>The content as it is sent.</summary>
    public byte[]? Body { get; } = Content is null ? null : Encoding.UTF8.GetBytes(Content.ToJsonString());

    /// <summary>What the service may send back; null for its default.</summary>
    public string? Accept { get; init; }

    /// <summary>Reads the bytes of an answer as they are, in place of <see cref="Read"/>; null if the answer is JSON.</summary>
    public Func<byte[], T>? ReadBytes { get; init; }

    /// <summary>The permission that the method needs, for services that do not name it when they refuse.</summary>
    public string? Needs { get; init; }

    /// <summary>
    /// Holds each further try back until its turn; for the first one whoever calls has waited, and decides then whether it
    /// is still to be sent. Null if there is no limit.
    /// </summary>
    public Pacer? Pacer { get; init; }

    /// <summary>Looks, before each further try, whether it is still right to send this; throws if it is not.</summary>
    public Func<CancellationToken, Task>? LookAgain { get; init; }

    /// <summary>Whether it asks for a change. Resource Manager reads policies by POST.</summary>
    public bool IsChange => Method != HttpMethod.Get && !Address.AbsolutePath.EndsWith(":getIamPolicy", StringComparison.Ordinal);

    /// <summary>True once a try was sent whose outcome is not known.</summary>
    public bool AnswerWasLost { get; set; }
}
