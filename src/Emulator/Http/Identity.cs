namespace ArtifactRegistry.Emulator.Http;

/// <summary>Whether the caller is somebody.</summary>
internal static class Identity
{
    public static void Check(ApiCall call)
    {
        if (!call.Behaviour.RequireToken) return;
        const string Scheme = "Bearer ";
        string? header = call.Request.Authorization;
        if (header is not null
            && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && header[Scheme.Length..].Trim() is string token
            && (call.Behaviour.AcceptedTokens.Contains(token) || call.State.SignIn.IdentityOf(token) is not null))
        {
            return;
        }
        throw ApiError.Unauthenticated();
    }
}
