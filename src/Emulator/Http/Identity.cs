namespace ArtifactRegistry.Emulator.Http;

/// <summary>Authenticates the caller.</summary>
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

    /// <summary>Returns whether an access token is accepted, or was issued at sign-in.</summary>
    public static bool Knows(Behaviour behaviour, RegistryState state, string token)
        => behaviour.AcceptedTokens.Contains(token) || state.SignIn.IdentityOf(token) is not null;
}
