using System.Text.Json.Nodes;

namespace ArtifactRegistry.Emulator.Http;

/// <summary>The response to a client.</summary>
internal sealed record Answer(int Status, byte[] Body, string ContentType = "application/json; charset=UTF-8")
{
    public Dictionary<string, string> Headers { get; init; } = [];

    /// <summary>The body as a stream, positioned at the first byte to send; the sender closes it.</summary>
    public Stream? Content { get; init; }

    /// <summary>
    /// The number of bytes of <see cref="Content"/> to send; for HEAD, the number that there would be.
    /// </summary>
    public long ContentLength { get; init; }

    /// <summary>
    /// Gets whether the body is never compressed, because its length and digest are known to the client.
    /// </summary>
    public bool IsExact { get; init; }

    public static Answer Json(JsonObject body, int status = 200) => new(status, Model.Manifests.Write(body));

    /// <summary>Creates the error response for a request to a path.</summary>
    public static Answer For(ApiError error, string path, Behaviour behaviour) =>
        Json(
            error.ToBody(
                withErrors: !behaviour.OlderShapes.HasFlag(OlderShapes.NoErrorList)
                    && (
                        path.Contains("/serviceAccounts", StringComparison.Ordinal)
                        || path.Contains("/clusters", StringComparison.Ordinal)
                    )
            ),
            error.Code
        );
}
