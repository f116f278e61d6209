using System.Diagnostics.CodeAnalysis;
using ArtifactRegistry.Http;

namespace ArtifactRegistry.Auth;

/// <summary>The environment that every way of signing in needs.</summary>
/// <param name="endpoints">The addresses of the services.</param>
/// <param name="environment">Reads an environment variable; returns null if it is not set.</param>
/// <param name="connections">The shared connections.</param>
/// <param name="google">Loads Google's library; called when it is first needed.</param>
/// <param name="clock">The clock.</param>
internal sealed class SignIn(
    Endpoints endpoints,
    Func<string, string?> environment,
    HttpMessageHandler connections,
    Func<IGoogleAuth> google,
    TimeProvider clock
)
{
    /// <summary>The scope for everything that the account may do in Google Cloud. IAM defines what that is.</summary>
    public const string Scope = "https://www.googleapis.com/auth/cloud-platform";

    internal static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(30);

    /// <summary>The addresses of the services.</summary>
    public Endpoints Endpoints => endpoints;

    internal HttpMessageHandler Connections => connections;

    internal TimeProvider Clock => clock;

    internal IGoogleAuth Google => google();

    internal string? Variable(string name) =>
        environment(name) is string value && value.Trim() is { Length: > 0 } text ? text : null;

    internal bool IsSet(string name, [NotNullWhen(true)] out string? value) => (value = Variable(name)) is not null;
}
