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
            && Knows(call.Behaviour, call.State, header[Scheme.Length..].Trim()))
        {
            return;
        }
        throw ApiError.Unauthenticated();
    }

    /// <summary>Whether an access token is one that is accepted, or that somebody has signed in for.</summary>
    public static bool Knows(Behaviour behaviour, RegistryState state, string token)
        => behaviour.AcceptedTokens.Contains(token) || state.SignIn.IdentityOf(token) is not null;
}
