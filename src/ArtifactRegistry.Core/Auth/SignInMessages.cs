using System.Text.Json.Serialization;

namespace ArtifactRegistry.Auth;

/// <summary>What the metadata server answers when asked for a token; OAuth 2.0's own names.</summary>
internal sealed record MetadataToken(string? AccessToken, int ExpiresIn)
{
    public override string ToString() => "(hidden)";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(MetadataToken))]
internal sealed partial class SignInMessages : JsonSerializerContext;
