namespace ArtifactRegistry.Emulator.Http;

/// <summary>Authenticates the caller.</summary>
internal static class Identity
{
    public static void Check(ApiCall call)
    {
        if (call.Behaviour.RequireToken && !Accepts(call)) throw ApiError.Unauthenticated();
    }

    /// <summary>Returns whether the request has an access token that is accepted.</summary>
    public static bool Accepts(ApiCall call) => Token(call) is string token && Knows(call.Behaviour, call.State, token);

    /// <summary>Gets the identity that an access token was issued to at sign-in.</summary>
    public static string? Of(ApiCall call) => Token(call) is string token ? call.State.SignIn.IdentityOf(token) : null;

    /// <summary>Returns whether an access token is accepted, or was issued at sign-in.</summary>
    public static bool Knows(Behaviour behaviour, RegistryState state, string token) =>
        behaviour.AcceptedTokens.Contains(token) || state.SignIn.IdentityOf(token) is not null;

    private static string? Token(ApiCall call)
    {
        const string Scheme = "Bearer ";
        string? header = call.Request.Authorization;
        return header?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) == true
            ? header[Scheme.Length..].Trim()
            : null;
    }
}
